/*
 * A token is base64 of {"v": "podd/v1", "list": id, "at": how many were told}.
 */
#include "apiserver/page.h"

#include <string.h>

#include "api/config.h"
#include "base/defs.h"
#include "base/json.h"

#define VERSION "podd/v1"

static void list_clear(struct page_list *l)
{
	json_decref(l->items);
	free(l->revision);
	*l = (struct page_list){ 0 };
}

void page_shelf_deinit(struct page_shelf *s)
{
	for (size_t i = 0; i < PAGE_SHELF; i++)
		list_clear(&s->lists[i]);
}

/* Takes the place of the oldest. */
static const struct page_list *keep(struct page_shelf *s, const struct kind *k, json_t *items,
				    const char *revision)
{
	struct page_list *l = &s->lists[++s->last_id % PAGE_SHELF];

	list_clear(l);
	*l = (struct page_list){
		.id = s->last_id,
		.kind = k,
		.revision = xstrdup(revision),
		.items = json_copy(items),
	};
	return l;
}

/* ---- tokens ---- */

static void add_rest(const struct page_list *l, size_t told, json_t *meta)
{
	size_t n = json_array_size(l->items);
	_cleanup_json_ json_t *v = json_pack("{ss, sI, sI}", "v", VERSION, "list",
					     (json_int_t)l->id, "at", (json_int_t)told);
	_cleanup_free_ char *text = json_text(v), *token = base64_encode(text, strlen(text));

	if (told >= n)
		return;
	json_take_set(meta, "continue", json_string(token));
	json_take_set(meta, "remainingItemCount", json_integer((json_int_t)(n - told)));
}

static int read_token(const char *token, uint64_t *ret_id, size_t *ret_at, struct error *err)
{
	_cleanup_json_ json_t *v = NULL;
	_cleanup_free_ char *text = NULL;
	size_t len = 0;

	if (base64_decode(token, &text, &len, NULL) < 0 || json_parse(text, len, &v, NULL) < 0 ||
	    !streq(json_str(v, "v"), VERSION) || json_int(v, "list", 0) <= 0 ||
	    json_int(v, "at", 0) <= 0)
		return error_set(err, ERR_BAD_REQUEST, NULL, "continue key is not valid: \"%s\"",
				 token);
	*ret_id = (uint64_t)json_int(v, "list", 0);
	*ret_at = (size_t)json_int(v, "at", 0);
	return 0;
}

/* ---- pieces ---- */

void page_first(struct page_shelf *s, const struct kind *k, json_t *items, int64_t limit,
		json_t *meta)
{
	if (limit <= 0 || (uint64_t)limit >= json_array_size(items))
		return;
	add_rest(keep(s, k, items, json_str(meta, "resourceVersion")), (size_t)limit, meta);
	while (json_array_size(items) > (size_t)limit)
		json_array_remove(items, json_array_size(items) - 1);
}

int page_next(struct page_shelf *s, const struct kind *k, const char *token, int64_t limit,
	      json_t **ret_items, json_t *meta, struct error *err)
{
	uint64_t id = 0;
	size_t at = 0, n;
	int r = read_token(token, &id, &at, err);
	const struct page_list *l = &s->lists[id % PAGE_SHELF];

	if (r < 0)
		return r;
	if (l->id != id)
		return error_set(err, ERR_GONE, "Expired",
				 "The provided continue parameter is too old to display a "
				 "consistent list result. You can start a new list without the "
				 "continue parameter.");
	if (l->kind != k)
		return error_set(err, ERR_BAD_REQUEST, NULL, "continue key is of another list");
	n = json_array_size(l->items);
	json_take_set(meta, "resourceVersion", json_string(l->revision));
	*ret_items = json_array();
	for (n = limit > 0 ? MIN(n, at + (size_t)limit) : n; at < n; at++)
		json_array_append(*ret_items, json_array_get(l->items, at));
	add_rest(l, at, meta);
	return 0;
}
