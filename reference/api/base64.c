/*
 * base64: the bytes of Secrets and of binaryData. Standard alphabet, padding demanded.
 */
#include <string.h>

#include "api/config.h"
#include "base/defs.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(const void *data, size_t len)
{
	const unsigned char *in = data;
	char *out = xmalloc((len + 2) / 3 * 4 + 1), *o = out;

	for (size_t i = 0; i < len; i += 3) {
		unsigned int n = (unsigned int)in[i] << 16;

		n |= i + 1 < len ? (unsigned int)in[i + 1] << 8 : 0;
		n |= i + 2 < len ? in[i + 2] : 0;
		*o++ = alphabet[n >> 18];
		*o++ = alphabet[n >> 12 & 63];
		*o++ = i + 1 < len ? alphabet[n >> 6 & 63] : '=';
		*o++ = i + 2 < len ? alphabet[n & 63] : '=';
	}
	*o = '\0';
	return out;
}

static int illegal(size_t at, struct error *err)
{
	return error_set(err, ERR_BAD_REQUEST, "BadRequest",
			 "illegal base64 data at input byte %zu", at);
}

/* How many of the last four characters are padding; 3: wrong. */
static size_t padding(const char *text, size_t len)
{
	if (len == 0 || text[len - 1] != '=')
		return 0;
	return text[len - 2] == '=' ? 2 : 1;
}

int base64_decode(const char *text, char **ret_data, size_t *ret_len, struct error *err)
{
	size_t len = strlen(text), pad = len % 4 == 0 ? padding(text, len) : 0, n = 0;
	_cleanup_free_ char *out = xmalloc(len / 4 * 3 + 1);
	unsigned int bits = 0;

	if (len % 4 != 0)
		return illegal(len, err);
	for (size_t i = 0; i < len; i++) {
		const char *at = i < len - pad && text[i] != '\0' ? strchr(alphabet, text[i]) :
								    NULL;

		if (at == NULL && i < len - pad)
			return illegal(i, err);
		bits = bits << 6 | (at != NULL ? (unsigned int)(at - alphabet) : 0);
		if (i % 4 != 3)
			continue;
		out[n++] = (char)(bits >> 16);
		out[n++] = (char)(bits >> 8);
		out[n++] = (char)bits;
		bits = 0;
	}
	n -= pad;
	out[n] = '\0';
	*ret_data = take_ptr(out);
	*ret_len = n;
	return 0;
}
