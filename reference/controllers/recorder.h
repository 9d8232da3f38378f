/*
 * recorder: Events in the API about what a controller did.
 */
#pragma once

#include <jansson.h>

#include "base/defs.h"

struct recorder;
struct store;

struct recorder *recorder_new(struct store *store);
struct recorder *recorder_free(struct recorder *r); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct recorder *, recorder_free)

/* type: "Normal" | "Warning". An event that cannot be written is dropped: it is no part of any state. */
void recorder_event(struct recorder *r, const json_t *about, const char *component,
		    const char *type, const char *reason, const char *fmt, ...) _printf_(6, 7);
