/*
 * The verbs of the remote store: a path and a body out, an object or an outcome back.
 *
 * The rules of the kinds are the server's: what it refuses comes back as STORE_REFUSED with its causes. A call whose answer
 * was lost may have been carried out; who repeats it meets its own work as STORE_EXISTS, STORE_CONFLICT or
 * STORE_NOT_FOUND, as with any other writer.
 */
#include "client/remote_store.h"

#include "api/meta.h"
#include "api/scheme.h"
#include "api/selector.h"
#include "base/json.h"
#include "base/str.h"
#include "client/remote.h"

#define CALL_MS 10000
#define TRIES 3

void remote_complete(const struct kind *k, json_t *obj)
{
	if (!json_str(obj, "kind"))
		json_set_str(obj, "kind", k->kind);
	if (!json_str(obj, "apiVersion"))
		json_set_str(obj, "apiVersion", kind_api_version(k));
}

uint64_t remote_note_revision(struct remote *r, const json_t *obj)
{
	uint64_t revision = meta_rv(obj);

	r->newest = MAX(r->newest, revision);
	return revision;
}

/* ---- a call and its outcome ---- */

static int outcome(int r)
{
	switch (-r) {
	case ERR_NOT_FOUND:
		return STORE_NOT_FOUND;
	case ERR_EXISTS:
		return STORE_EXISTS;
	case ERR_CONFLICT:
		return STORE_CONFLICT;
	case ERR_GONE:
		return STORE_GONE;
	case ERR_INVALID:
	case ERR_BAD_REQUEST:
	case ERR_FORBIDDEN:
	case ERR_TOO_LARGE:
	case ERR_METHOD:
	case ERR_UNSUPPORTED:
		return STORE_REFUSED;
	default:
		return r;
	}
}

static int call(struct remote *r, const char *method, const char *path, const json_t *body,
		json_t **ret, struct error *err)
{
	const char *merge = streq(method, "PATCH") ? REST_MERGE : NULL;
	struct rest_request req = {
		.method = method, .path = path, .body = body, .content_type = merge
	};
	_cleanup_error_ struct error why = ERROR_INIT;
	int code;

	if (!r->up)
		return error_set(err, ERR_UNAVAILABLE, "Unreachable", "the server is out of reach");
	req.limit_ms = CALL_MS;
	code = rest_call(r->rest, &req, ret, &why);
	if (code == 0) {
		remote_note_revision(r, *ret);
		return 0;
	}
	if (remote_is_loss(&why))
		remote_lost(r, &why);
	error_move(err, &why);
	return outcome(code);
}

/* ---- reading ---- */

static int remote_get(struct store *s, const struct kind *k, const char *ns, const char *name,
		      json_t **ret_obj, struct error *err)
{
	_cleanup_free_ char *path = rest_path(k, ns, name, NULL);
	int r = call(remote_of(s), "GET", path, NULL, ret_obj, err);

	if (r == 0)
		remote_complete(k, *ret_obj);
	return r;
}

char *remote_list_path(const struct kind *k, const struct store_list_opts *opts)
{
	_cleanup_free_ char *path = rest_path(k, opts->ns, NULL, NULL), *labels = NULL,
			    *fields = NULL;
	struct strbuf b = STRBUF_INIT;

	strbuf_adds(&b, path);
	if (opts->labels)
		labels = selector_format(opts->labels);
	if (opts->fields)
		fields = field_selector_format(opts->fields);
	rest_query(&b, "labelSelector", labels);
	rest_query(&b, "fieldSelector", fields);
	return strbuf_take(&b);
}

static int remote_list(struct store *s, const struct kind *k, const struct store_list_opts *opts,
		       json_t **ret_items, uint64_t *ret_revision, struct error *err)
{
	_cleanup_free_ char *path = remote_list_path(k, opts);
	_cleanup_json_ json_t *list = NULL;
	json_t *item;
	size_t i;
	int r = call(remote_of(s), "GET", path, NULL, &list, err);

	if (r)
		return r;
	json_each(list, "items", i, item)
		remote_complete(k, item);
	*ret_items = json_incref(json_arr(list, "items"));
	if (!*ret_items)
		*ret_items = json_array();
	if (ret_revision)
		*ret_revision = meta_rv(list);
	return 0;
}

/* ---- writing ---- */

/* The object that a writing call answered with goes to ret_obj, which may be NULL. */
static int write_call(struct remote *r, const char *method, const char *path, const json_t *body,
		      json_t **ret_obj, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL;
	int code = call(r, method, path, body, &obj, err);

	if (code == 0 && ret_obj)
		*ret_obj = take_ptr(obj);
	return code;
}

static int remote_create(struct store *s, const struct kind *k, const char *ns, json_t *obj,
			 json_t **ret_obj, struct error *err)
{
	const char *own = meta_namespace(obj);
	const char *where = ns && *ns ? ns : own && *own ? own : "default";
	_cleanup_free_ char *path = rest_path(k, where, NULL, NULL);

	return write_call(remote_of(s), "POST", path, obj, ret_obj, err);
}

static int put(struct remote *r, const struct kind *k, const char *sub, const json_t *obj,
	       json_t **ret_obj, struct error *err)
{
	_cleanup_free_ char *path = rest_path(k, meta_namespace(obj), meta_name(obj), sub);

	return write_call(r, "PUT", path, obj, ret_obj, err);
}

/* cur with obj's labels, annotations, finalizers and owners, and its precondition. */
static void take_meta(json_t *cur, const json_t *obj)
{
	static const char *const keys[] = { "labels", "annotations", "finalizers",
					    "ownerReferences", "uid" };
	json_t *to = json_obj(cur, "metadata"), *from = json_obj(obj, "metadata");
	json_t *revision = json_object_get(from, "resourceVersion");

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		json_t *v = json_object_get(from, keys[i]);

		if (v)
			json_object_set(to, keys[i], v);
		else if (!streq(keys[i], "uid"))
			json_object_del(to, keys[i]);
	}
	if (revision)
		json_object_set(to, "resourceVersion", revision);
}

/* The API has no verb for metadata alone: it is written into what is there, again when somebody came between. */
static int put_meta(struct remote *r, const struct kind *k, const json_t *obj, json_t **ret_obj,
		    struct error *err)
{
	bool bound = meta_rv(obj) != 0;
	int code = STORE_CONFLICT;

	for (int i = 0; i < TRIES && code == STORE_CONFLICT && (i == 0 || !bound); i++) {
		_cleanup_json_ json_t *cur = NULL;

		error_clear(err);
		code = remote_get(&r->base, k, meta_namespace(obj), meta_name(obj), &cur, err);
		if (code)
			return code;
		take_meta(cur, obj);
		code = put(r, k, NULL, cur, ret_obj, err);
	}
	return code;
}

static int bind(struct remote *r, const struct kind *k, const json_t *obj, json_t **ret_obj,
		struct error *err)
{
	const char *ns = meta_namespace(obj), *name = meta_name(obj);
	_cleanup_free_ char *path = rest_path(k, ns, name, "binding");
	_cleanup_json_ json_t *binding = json_pack("{ss, ss, s{ss, ss}, s{ss, ss, ss}}",
						   "apiVersion", "v1", "kind", "Binding",
						   "metadata", "name", name, "namespace", ns,
						   "target", "apiVersion", "v1", "kind", "Node",
						   "name", json_str_or(obj, "spec.nodeName", ""));
	int code = write_call(r, "POST", path, binding, NULL, err);

	return code || !ret_obj ? code : remote_get(&r->base, k, ns, name, ret_obj, err);
}

static int remote_update(struct store *s, const struct kind *k, enum store_part part, json_t *obj,
			 json_t **ret_obj, struct error *err)
{
	struct remote *r = remote_of(s);

	switch (part) {
	case STORE_SPEC:
		return put(r, k, NULL, obj, ret_obj, err);
	case STORE_STATUS:
	case STORE_STATUS_META:
		return put(r, k, k->subresources & SUB_STATUS ? "status" : NULL, obj, ret_obj, err);
	case STORE_META:
		return put_meta(r, k, obj, ret_obj, err);
	case STORE_BINDING:
		return bind(r, k, obj, ret_obj, err);
	}
	return error_set(err, ERR_INTERNAL, NULL, "no such part of an object");
}

static json_t *delete_options(const struct store_delete_opts *o)
{
	json_t *body = json_pack("{ss, ss}", "apiVersion", "v1", "kind", "DeleteOptions");

	if (o->grace_seconds >= 0)
		json_set_int(body, "gracePeriodSeconds", o->grace_seconds);
	json_set_str(body, "propagationPolicy", o->propagation);
	if (o->uid && *o->uid)
		json_set_str(body, "preconditions.uid", o->uid);
	if (o->resource_version && *o->resource_version)
		json_set_str(body, "preconditions.resourceVersion", o->resource_version);
	return body;
}

/* What stays carries a mark and something that holds it. */
static bool stays(const struct kind *k, const json_t *obj)
{
	if (streq(json_str(obj, "kind"), "Status") || !meta_deletion_timestamp(obj))
		return false;
	return meta_has_finalizers(obj) || (k->graceful_delete && meta_deletion_grace(obj) > 0);
}

static int remote_delete(struct store *s, const struct kind *k, const char *ns, const char *name,
			 const struct store_delete_opts *opts, json_t **ret_obj, bool *ret_gone,
			 struct error *err)
{
	_cleanup_free_ char *path = rest_path(k, ns, name, NULL);
	_cleanup_json_ json_t *body = delete_options(opts), *obj = NULL;
	int r = call(remote_of(s), "DELETE", path, body, &obj, err);

	if (r)
		return r;
	if (ret_gone)
		*ret_gone = !stays(k, obj);
	if (ret_obj)
		*ret_obj = take_ptr(obj);
	return 0;
}

/* ---- the whole ---- */

static uint64_t remote_revision(struct store *s)
{
	return remote_of(s)->newest;
}

static int64_t remote_now_ns(struct store *s)
{
	return clock_nominal_ns(remote_of(s)->clock);
}

static void remote_end(struct store *s)
{
	struct remote *r = remote_of(s);

	remote_watches_end(r);
	remote_link_stop(r);
	rest_client_free(r->rest);
	free(r);
}

static const struct store_ops ops = {
	.get = remote_get,
	.list = remote_list,
	.create = remote_create,
	.update = remote_update,
	.remove = remote_delete,
	.watch = remote_watch,
	.watch_end = remote_watch_end,
	.watch_revision = remote_watch_revision,
	.revision = remote_revision,
	.now_ns = remote_now_ns,
	.end = remote_end,
};

int remote_store_new(const struct remote_store_config *cfg, struct store **ret, struct error *err)
{
	struct remote *r = xnew(r);
	int code;

	r->base.ops = &ops;
	r->loop = cfg->loop;
	r->clock = cfg->clock;
	r->reached = cfg->reached;
	r->userdata = cfg->userdata;
	if (!r->clock->hand)
		clock_init_now(r->clock, 1);
	code = rest_client_new(cfg->endpoint, &r->rest, err);
	if (code == 0)
		code = remote_link_start(r, err);
	if (code < 0) {
		remote_end(&r->base);
		return code;
	}
	*ret = &r->base;
	return 0;
}
