/*
 * A token is base64 of {"v": "podd/v1", "ns": …, "name": …}: the last object of the piece before.
 */
#include "apiserver/page.h"

#include <string.h>

#include "api/config.h"
#include "api/meta.h"
#include "base/defs.h"
#include "base/json.h"

#define VERSION "podd/v1"

static char *token_of(const json_t *last)
{
	_cleanup_json_ json_t *v = json_pack("{ss, ss, ss}", "v", VERSION, "ns",
					     json_str_or(last, "metadata.namespace", ""), "name",
					     json_str_or(last, "metadata.name", ""));
	_cleanup_free_ char *text = json_text(v);

	return base64_encode(text, strlen(text));
}

static int read_token(const char *token, json_t **ret, struct error *err)
{
	_cleanup_json_ json_t *v = NULL;
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	if (base64_decode(token, &text, &len, NULL) < 0 || json_parse(text, len, &v, NULL) < 0 ||
	    !streq(json_str(v, "v"), VERSION) || !json_str(v, "ns") || !json_str(v, "name"))
		return error_set(err, ERR_BAD_REQUEST, NULL, "continue key is not valid: \"%s\"",
				 token);
	*ret = take_ptr(v);
	return 0;
}

/* Whether an object comes behind the one of the token. */
static bool is_behind(const json_t *obj, const json_t *token)
{
	const char *ns = json_str_or(obj, "metadata.namespace", "");
	int order = strcmp(ns, json_str(token, "ns"));

	if (order == 0)
		order = strcmp(json_str_or(obj, "metadata.name", ""), json_str(token, "name"));
	return order > 0;
}

static int drop_told(json_t *items, const char *token, struct error *err)
{
	_cleanup_json_ json_t *last = NULL, *rest = json_array();
	json_t *obj;
	size_t i;
	int r = read_token(token, &last, err);

	if (r < 0)
		return r;
	json_array_foreach(items, i, obj)
		if (is_behind(obj, last))
			json_array_append(rest, obj);
	json_array_clear(items);
	return json_array_extend(items, rest);
}

int page_cut(json_t *items, int64_t limit, const char *token, json_t *meta, struct error *err)
{
	_cleanup_free_ char *next = NULL;
	size_t n;
	int r = token && *token ? drop_told(items, token, err) : 0;

	if (r < 0)
		return r;
	n = json_array_size(items);
	if (limit <= 0 || (uint64_t)limit >= n)
		return 0;
	next = token_of(json_array_get(items, (size_t)limit - 1));
	json_take_set(meta, "continue", json_string(next));
	json_take_set(meta, "remainingItemCount", json_integer((json_int_t)n - limit));
	while (json_array_size(items) > (size_t)limit)
		json_array_remove(items, json_array_size(items) - 1);
	return 0;
}
