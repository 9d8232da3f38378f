/*
 * image_name: references as docker and containerd read them. The part before the first "/" is a registry
 * when it has a dot or a colon, or is "localhost"; otherwise it is docker.io, whose names without a "/"
 * live below library/. Without tag and digest the tag is latest.
 */
#include "runtime/image_store.h"

#include <ctype.h>
#include <string.h>

#include "base/str.h"

#define SHA256_HEX 64

static bool all_hex(const char *s)
{
	for (; *s; s++)
		if (!isxdigit((unsigned char)*s) || isupper((unsigned char)*s))
			return false;
	return true;
}

bool image_name_is_id(const char *ref)
{
	const char *digest = str_after(ref, "sha256:");

	if (digest)
		return strlen(digest) == SHA256_HEX && all_hex(digest);
	return strlen(ref) >= 12 && strlen(ref) <= SHA256_HEX && all_hex(ref);
}

static bool has_registry(const char *ref)
{
	size_t len = strcspn(ref, "/");

	if (ref[len] != '/')
		return false;
	return memchr(ref, '.', len) || memchr(ref, ':', len) ||
	       (len == strlen("localhost") && !strncmp(ref, "localhost", len));
}

char *image_name_normal(const char *ref)
{
	const char *slash = strrchr(ref, '/'), *last = slash ? slash + 1 : ref;
	const char *tag = strpbrk(last, ":@") ? "" : ":latest";

	if (image_name_is_id(ref))
		return xstrdup(ref);
	if (has_registry(ref))
		return str_printf("%s%s", ref, tag);
	return str_printf("docker.io/%s%s%s", slash ? "" : "library/", ref, tag);
}
