/* blob: bytes in memory, and their digest. */
#pragma once

#include "util/defs.h"

struct blob {
	unsigned char *data;
	size_t len, room;
};

void blob_add(struct blob *b, const void *data, size_t len);
void blob_clear(struct blob *b);
#define _cleanup_blob_ _cleanup_(blob_clear)

/* SHA-256 in hexadecimal, 64 characters. */
struct digest {
	char hex[65];
};
struct digest blob_digest(const struct blob *b);
