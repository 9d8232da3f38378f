/*
 * name_hash: FNV-1a of the value's compact text with its keys sorted, in letters and digits that make no words.
 *
 * Equal values have equal hashes whatever the order of their keys. Two values may share one: who names an object by
 * it answers to that with another salt (status.collisionCount).
 */
#include "controllers/name_hash.h"

#include "base/defs.h"
#include "base/str.h"

static uint32_t fnv1a(const char *text)
{
	uint32_t h = 2166136261U;

	for (; *text; text++)
		h = (h ^ (unsigned char)*text) * 16777619U;
	return h;
}

char *name_hash(const json_t *value, int64_t salt)
{
	static const char alphabet[] = "bcdfghjklmnpqrstvwxz2456789";
	_cleanup_free_ char *text =
		json_dumps(value, JSON_COMPACT | JSON_SORT_KEYS | JSON_ENCODE_ANY);
	_cleanup_free_ char *salted = str_printf("%s%lld", text, (long long)salt);
	char *hash = str_printf("%u", fnv1a(salted));

	for (char *c = hash; *c; c++)
		*c = alphabet[(unsigned char)*c % (sizeof(alphabet) - 1)];
	return hash;
}
