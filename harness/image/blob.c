/*
 * blob: bytes in memory, and their digest.
 *
 * An image archive names each of its parts by the SHA-256 of its content, so a part is complete in memory before the
 * first byte of the archive is written. The images are small (a static program and links to it), so nothing needs a
 * temporary file. A blob owns its bytes.
 */
#include "image/blob.h"

#include <openssl/evp.h>

void blob_add(struct blob *b, const void *data, size_t len)
{
	if (b->room - b->len < len) {
		b->room = MAX(b->room * 2, b->len + len);
		b->data = xrealloc(b->data, b->room);
	}
	if (len)
		memcpy(b->data + b->len, data, len);
	b->len += len;
}

void blob_clear(struct blob *b)
{
	free(b->data);
	*b = (struct blob){ 0 };
}

struct digest blob_digest(const struct blob *b)
{
	unsigned char raw[EVP_MAX_MD_SIZE];
	struct digest d = { "" };

	if (!EVP_Digest(b->len ? b->data : (const unsigned char *)"", b->len, raw, NULL,
			EVP_sha256(), NULL)) {
		fputs("podtest: no SHA-256\n", stderr);
		abort();
	}
	for (size_t i = 0; i < 32; i++)
		snprintf(d.hex + 2 * i, 3, "%02x", raw[i]);
	return d;
}
