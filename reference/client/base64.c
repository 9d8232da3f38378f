/*
 * base64: what kubeconfig files keep their PEM in and WebSocket keys are written in.
 *
 * Three bytes are four letters. Reading takes the letters one by one and lets a byte out whenever eight bits
 * are together; padding ends the text, anything else outside the alphabet refuses it.
 */
#include "client/base64.h"

#include <ctype.h>
#include <stdint.h>

#include "base/defs.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

char *base64_encode(const void *data, size_t len)
{
	const unsigned char *in = data;
	char *text = xmalloc((len + 2) / 3 * 4 + 1), *out = text;

	for (size_t i = 0; i < len; i += 3) {
		size_t n = MIN(len - i, (size_t)3);
		uint32_t v = (uint32_t)in[i] << 16;

		v |= n > 1 ? (uint32_t)in[i + 1] << 8 : 0;
		v |= n > 2 ? in[i + 2] : 0;
		*out++ = alphabet[v >> 18 & 63];
		*out++ = alphabet[v >> 12 & 63];
		*out++ = n > 1 ? alphabet[v >> 6 & 63] : '=';
		*out++ = n > 2 ? alphabet[v & 63] : '=';
	}
	*out = 0;
	return text;
}

int base64_decode(const char *text, char **ret, size_t *ret_len)
{
	_cleanup_free_ char *out = xmalloc(strlen(text) / 4 * 3 + 4);
	uint32_t bits = 0;
	size_t len = 0;
	int n_bits = 0;

	for (; *text && *text != '='; text++) {
		const char *at = strchr(alphabet, *text);

		if (isspace((unsigned char)*text))
			continue;
		if (!at)
			return -1;
		bits = bits << 6 | (uint32_t)(at - alphabet);
		n_bits += 6;
		if (n_bits >= 8) {
			n_bits -= 8;
			out[len++] = (char)(bits >> n_bits & 255);
		}
	}
	if (strspn(text, "= \t\r\n") != strlen(text))
		return -1;
	out[len] = 0;
	*ret = take_ptr(out);
	*ret_len = len;
	return 0;
}
