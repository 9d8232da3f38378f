/*
 * base64: the standard alphabet with padding; white space inside is skipped on reading.
 */
#pragma once

#include <stddef.h>

char *base64_encode(const void *data, size_t len); /* the caller frees */
/* *ret: owned, with a NUL behind its *ret_len bytes. 0, or -1 when text is none. */
int base64_decode(const char *text, char **ret, size_t *ret_len);
