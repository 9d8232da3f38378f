/*
 * hpack: the header lists of HTTP/2, read (RFC 7541). Zeroed is a fresh decoder; one belongs to one connection.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define HPACK_ENTRY_MAX 128 /* 4096 bytes, and no entry counts for less than 32 */

struct hpack_field {
	char *name, *value;
};

struct hpack {
	struct hpack_field entries[HPACK_ENTRY_MAX]; /* the newest first */
	size_t n_entries, size;
	size_t waived; /* of the 4096: what the peer said it does without */
};

typedef void (*hpack_fn)(const char *name, const char *value, void *data);

/* Calls fn for each field of one whole header block; 0, or -1 when it is malformed. */
int hpack_read(struct hpack *h, const uint8_t *block, size_t len, hpack_fn fn, void *data);
void hpack_clear(struct hpack *h);
