/*
 * log: one line per entry to stderr, "<7>" style priorities not used:
 *
 *	2026-01-02T15:04:05.123456Z debug kubelet: text
 *
 * The level is process state, set once by a program. Library layers (base, api, store, runtime)
 * log only at debug; the word is printed once, by the one that decides about the error.
 */
#pragma once

#include <stdbool.h>

#include "base/defs.h"

enum log_level { LOG_ERROR, LOG_WARN, LOG_INFO, LOG_DEBUG };

void log_set_level(enum log_level level); /* default LOG_WARN */
bool log_enabled(enum log_level level);
/* "error", "warn", "info", "debug" to a level: 0, or -1. */
int log_level_parse(const char *word, enum log_level *ret);

/* part: the module that speaks. errno is kept. Line breaks in the text become spaces. */
void log_print(enum log_level level, const char *part, const char *fmt, ...) _printf_(3, 4);

#define log_error(part, ...) log_print(LOG_ERROR, part, __VA_ARGS__)
#define log_warn(part, ...) log_print(LOG_WARN, part, __VA_ARGS__)
#define log_info(part, ...) log_print(LOG_INFO, part, __VA_ARGS__)
#define log_debug(part, ...)                                     \
	do {                                                     \
		if (log_enabled(LOG_DEBUG))                      \
			log_print(LOG_DEBUG, part, __VA_ARGS__); \
	} while (0)
