/*
 * Get and list. A list at an exact revision that is not the present one is 410; a list may come in pieces (page.h).
 */
#include "apiserver/server.h"

#include "api/meta.h"
#include "apiserver/page.h"
#include "apiserver/table.h"
#include "apiserver/version.h"
#include "base/json.h"
#include "base/str.h"

static int accepted(const struct request *req, enum table_version *ret, struct error *err)
{
	if (table_accepted(request_header(req, "Accept"), ret) == 0)
		return 0;
	return error_set(err, ERR_NOT_ACCEPTABLE, NULL,
			 "only the following media types are accepted: application/json, "
			 "application/json;as=Table, application/yaml");
}

static json_t *as_table(struct request *req, const json_t *items, const json_t *list_meta,
			enum table_version version)
{
	struct table_opts opts = {
		.version = version,
		.include_object = request_query(req, "includeObject"),
		.now_ns = store_now_ns(req->server->cfg.store),
	};

	return table_new(req->route.kind, items, list_meta, &opts);
}

int rest_reply(struct request *req, int code, json_t *obj)
{
	_cleanup_json_ json_t *items = NULL, *table = NULL;
	enum table_version version;

	if (table_accepted(request_header(req, "Accept"), &version) || version == TABLE_NONE)
		return reply_json(req, code, obj);
	items = json_pack("[O]", obj);
	table = as_table(req, items, NULL, version);
	json_object_set(json_object_get(table, "metadata"), "resourceVersion",
			json_at(obj, "metadata.resourceVersion"));
	return reply_json(req, code, table);
}

int rest_load(struct request *req, json_t **ret_obj, struct error *err)
{
	int r = store_get(req->server->cfg.store, version_stored(req->route.kind), req->route.ns,
			  req->route.name, ret_obj, err);

	if (r == 0)
		version_from_stored(req->route.kind, ret_obj);
	return r;
}

int rest_get(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL;
	enum table_version version;
	int r = accepted(req, &version, err);

	if (r == 0)
		r = rest_load(req, &obj, err);
	return r ? r : rest_reply(req, 200, obj);
}

static int check_exact_revision(struct request *req, struct error *err)
{
	const char *match = request_query(req, "resourceVersionMatch");
	uint64_t now = store_revision(req->server->cfg.store);
	int64_t wanted;
	int r = request_int(req, "resourceVersion", 0, &wanted, err);

	if (r < 0 || !streq(match, "Exact") || (uint64_t)wanted == now)
		return r;
	return error_set(err, ERR_GONE, "Expired",
			 "The provided resource version is too old: %lld (%llu)", (long long)wanted,
			 (unsigned long long)now);
}

/* items is a fresh array of shared objects. */
static void convert_items(const struct kind *k, json_t *items)
{
	for (size_t i = 0; k->stored_as && i < json_array_size(items); i++)
		json_array_set_new(items, i, k->from_stored(json_array_get(items, i)));
}

int rest_reply_list(struct request *req, json_t *items, json_t *meta)
{
	const struct kind *k = req->route.kind;
	_cleanup_free_ char *list_kind = str_printf("%sList", k->kind);
	_cleanup_json_ json_t *out = NULL;
	enum table_version version;

	if (table_accepted(request_header(req, "Accept"), &version) == 0 && version != TABLE_NONE)
		out = as_table(req, items, meta, version);
	else
		out = json_pack("{ss, ss, sO, sO}", "kind", list_kind, "apiVersion",
				kind_api_version(k), "metadata", meta, "items", items);
	return reply_json(req, 200, out);
}

/* A list of the present, cut to its first piece. */
static int list_present(struct request *req, int64_t limit, json_t **ret_items, json_t *meta,
			struct error *err)
{
	_cleanup_(selector_freep) struct selector *labels = NULL;
	_cleanup_(field_selector_freep) struct field_selector *fields = NULL;
	const struct kind *k = req->route.kind;
	struct store_list_opts opts = { .ns = req->route.ns };
	_cleanup_free_ char *rv = NULL;
	uint64_t revision;
	int r = request_selectors(req, &labels, &fields, err);

	opts.labels = labels;
	opts.fields = fields;
	if (r == 0)
		r = store_list(req->server->cfg.store, version_stored(k), &opts, ret_items,
			       &revision, err);
	if (r)
		return r;
	convert_items(k, *ret_items);
	rv = str_printf("%llu", (unsigned long long)revision);
	json_take_set(meta, "resourceVersion", json_string(rv));
	page_first(&req->server->pages, k, *ret_items, limit, meta);
	if (labels || fields) /* how many more would match is not told, as in the field */
		json_object_del(meta, "remainingItemCount");
	return 0;
}

static int list(struct request *req, struct error *err)
{
	_cleanup_json_ json_t *items = NULL, *meta = json_object();
	const char *token = request_query(req, "continue");
	int64_t limit;
	int r = request_int(req, "limit", 0, &limit, err);

	if (r == 0 && token && *token)
		r = page_next(&req->server->pages, req->route.kind, token, limit, &items, meta, err);
	else if (r == 0)
		r = list_present(req, limit, &items, meta, err);
	return r ? r : rest_reply_list(req, items, meta);
}

int rest_read_collection(struct request *req, struct error *err)
{
	enum table_version version;
	int r;

	if (request_flag(req, "watch") && request_query(req, "watch"))
		return watch_serve(req, err);
	r = accepted(req, &version, err);
	if (r == 0)
		r = check_exact_revision(req, err);
	return r ? r : list(req, err);
}
