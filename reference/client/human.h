/*
 * human: spans of time as people write and kubectl prints them.
 */
#pragma once

#include <stdint.h>

/* "30s", "1m30s", "1.5h", "100ms", "-1s"; a bare number counts seconds. 0, or -1 when text is none. */
int human_parse_duration(const char *text, int64_t *ret_ns);

#define HUMAN_MAX 64

/* "Fri, 02 Jan 2026 15:04:05 +0000" of an RFC 3339 stamp; buf has HUMAN_MAX bytes and is returned. */
char *human_time(const char *stamp, char *buf);
