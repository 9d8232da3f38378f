/*
 * Strings and vectors of strings.
 *
 * A vector is a plain `char **` ended by NULL, as execve() and the rest of C know it; the vector owns its
 * strings. There is no capacity beside it: vectors here are argument lists, environments and names, short
 * enough to be counted. str_printf() lives in strbuf.c, where the formatting is.
 */
#include "base/str.h"

#include <errno.h>

#include "base/strbuf.h"

bool str_starts(const char *s, const char *prefix)
{
	return str_after(s, prefix) != NULL;
}

bool str_ends(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && memcmp(s + n - m, suffix, m) == 0;
}

const char *str_after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return s && strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

int str_to_int64(const char *s, int64_t min, int64_t max, int64_t *ret)
{
	char *end;
	long long n;

	/* strtoll alone would take blanks, a plus sign and nothing at all. */
	if (!s || !(*s == '-' || (*s >= '0' && *s <= '9')))
		return -1;
	errno = 0;
	n = strtoll(s, &end, 10);
	if (errno || end == s || *end || n < min || n > max)
		return -1;
	*ret = n;
	return 0;
}

char *str_hex(const void *data, size_t len)
{
	static const char digits[] = "0123456789abcdef";
	const unsigned char *in = data;
	char *out = xmalloc(2 * len + 1);

	for (size_t i = 0; i < len; i++) {
		out[2 * i] = digits[in[i] >> 4];
		out[2 * i + 1] = digits[in[i] & 15];
	}
	out[2 * len] = '\0';
	return out;
}

char **strv_free(char **v)
{
	for (char **p = v; p && *p; p++)
		free(*p);
	free(v);
	return NULL;
}

size_t strv_len(char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

char **strv_copy(char *const *v)
{
	size_t n = strv_len(v);
	char **copy;

	if (!v)
		return NULL;
	copy = xcalloc(n + 1, sizeof(*copy));
	for (size_t i = 0; i < n; i++)
		copy[i] = xstrdup(v[i]);
	return copy;
}

bool strv_contains(char *const *v, const char *s)
{
	for (; v && *v; v++)
		if (streq(*v, s))
			return true;
	return false;
}

void strv_take(char ***v, char *s)
{
	size_t n = strv_len(*v);

	*v = xrealloc(*v, (n + 2) * sizeof(**v));
	(*v)[n] = s;
	(*v)[n + 1] = NULL;
}

void strv_add(char ***v, const char *s)
{
	strv_take(v, xstrdup(s));
}

void strv_addf(char ***v, const char *fmt, ...)
{
	struct strbuf b = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_addv(&b, fmt, ap);
	va_end(ap);
	strv_take(v, strbuf_take(&b));
}

char **strv_split(const char *s, char sep)
{
	char **v = NULL;
	const char *end;

	while ((end = strchr(s, sep))) {
		strv_take(&v, xstrndup(s, (size_t)(end - s)));
		s = end + 1;
	}
	strv_add(&v, s);
	return v;
}

char *strv_join(char *const *v, const char *sep)
{
	struct strbuf b = STRBUF_INIT;

	for (size_t i = 0; v && v[i]; i++) {
		if (i)
			strbuf_adds(&b, sep);
		strbuf_adds(&b, v[i]);
	}
	return strbuf_take(&b);
}

/* Where the entry of key is, or the index of the final NULL. */
static size_t env_index(char *const *v, const char *key)
{
	size_t i = 0, n = strlen(key);

	while (v && v[i] && !(strncmp(v[i], key, n) == 0 && v[i][n] == '='))
		i++;
	return i;
}

void strv_set_env(char ***v, const char *key, const char *value)
{
	size_t i = env_index(*v, key);
	char *entry = str_printf("%s=%s", key, value);

	if (!*v || !(*v)[i]) {
		strv_take(v, entry);
		return;
	}
	free((*v)[i]);
	(*v)[i] = entry;
}

const char *strv_get_env(char *const *v, const char *key)
{
	size_t i = env_index(v, key);

	return v && v[i] ? v[i] + strlen(key) + 1 : NULL;
}

char **strv_from_json(const json_t *array)
{
	size_t n = json_array_size(array), used = 0;
	char **v;

	if (!json_is_array(array))
		return NULL;
	v = xcalloc(n + 1, sizeof(*v));
	for (size_t i = 0; i < n; i++) {
		const char *s = json_string_value(json_array_get(array, i));

		if (s)
			v[used++] = xstrdup(s);
	}
	return v;
}
