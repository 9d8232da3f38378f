/*
 * Delete, deletecollection, eviction. DeleteOptions come as a body or in the query; the body wins, field by field.
 */
#include "apiserver/server.h"

#include "api/meta.h"
#include "api/options.h"
#include "api/pod_status.h"
#include "apiserver/status_object.h"
#include "apiserver/version.h"
#include "base/json.h"
#include "base/str.h"
#include "store/dry.h"

/* opts borrows from body and from the query. */
struct delete_request {
	json_t *body;
	struct store_delete_opts opts;
	bool dry;
};

static int check_propagation(const char *policy, struct error *err)
{
	if (!policy || !*policy || streq(policy, "Orphan") || streq(policy, "Background") ||
	    streq(policy, "Foreground"))
		return 0;
	error_add_cause(
		err, "propagationPolicy", "FieldValueNotSupported",
		"Unsupported value: \"%s\": supported values: \"Foreground\", \"Background\", "
		"\"Orphan\"",
		policy);
	error_message(err,
		      "DeleteOptions.meta.k8s.io \"\" is invalid: propagationPolicy: Unsupported "
		      "value: \"%s\": supported values: \"Foreground\", \"Background\", \"Orphan\"",
		      policy);
	return -ERR_INVALID;
}

static const char *propagation_of(const struct request *req, const json_t *body)
{
	const char *policy = json_str(body, "propagationPolicy");
	const char *orphan = request_query(req, "orphanDependents");

	if (policy)
		return policy;
	if (json_has(body, "orphanDependents"))
		return json_bool(body, "orphanDependents", false) ? "Orphan" : "Background";
	if (orphan)
		return request_flag(req, "orphanDependents") ? "Orphan" : "Background";
	return request_query(req, "propagationPolicy");
}

static int read_grace(const struct request *req, const json_t *body, int64_t *ret, struct error *err)
{
	const char *text = request_query(req, "gracePeriodSeconds");
	int64_t grace;
	int r;

	if (json_has(body, "gracePeriodSeconds")) {
		grace = json_int(body, "gracePeriodSeconds", -1);
	} else if (text) {
		r = request_int(req, "gracePeriodSeconds", -1, &grace, err);
		if (r < 0)
			return r;
	} else {
		*ret = -1;
		return 0;
	}
	*ret = grace < 0 ? 1 : grace;
	return 0;
}

static int read_options(struct request *req, const char *within, struct delete_request *ret,
			struct error *err)
{
	json_t *top = NULL, *body;
	int r = request_body_value(req, within ? &schema_eviction : &schema_delete_options, &top,
				   err);

	if (r < 0)
		return r;
	ret->body = top;
	if (top && !json_is_object(top))
		return error_set(err, ERR_BAD_REQUEST, NULL, "the body is no object");
	body = within ? json_object_get(top, within) : top;
	r = read_grace(req, body, &ret->opts.grace_seconds, err);
	if (r == 0)
		r = request_dry_run(req, &ret->dry, err);
	if (r < 0)
		return r;
	if (streq(json_str(body, "dryRun[0]"), "All"))
		ret->dry = true;
	ret->opts.uid = json_str(body, "preconditions.uid");
	ret->opts.resource_version = json_str(body, "preconditions.resourceVersion");
	ret->opts.propagation = propagation_of(req, body);
	return check_propagation(ret->opts.propagation, err);
}

static int perform(struct request *req, const struct delete_request *d, const char *ns,
		   const char *name, json_t **ret_obj, bool *ret_gone, struct error *err)
{
	struct store *s = req->server->cfg.store;
	const struct kind *k = version_stored(req->route.kind);
	int r = d->dry ? store_dry_delete(s, k, ns, name, &d->opts, ret_obj, ret_gone, err) :
			 store_delete(s, k, ns, name, &d->opts, ret_obj, ret_gone, err);

	if (r == 0 && ret_obj)
		version_from_stored(req->route.kind, ret_obj);
	return r;
}

static int reply_gone(struct request *req, const json_t *obj)
{
	const struct kind *k = req->route.kind;
	_cleanup_json_ json_t *details = NULL, *status = NULL;

	details = json_pack("{ss, ss, ss}", "name", req->route.name, "kind", k->plural, "uid",
			    meta_uid(obj) ? meta_uid(obj) : "");
	if (*k->group)
		json_object_set_new(details, "group", json_string(k->group));
	status = status_success(200, details);
	json_object_del(status, "code");
	return reply_json(req, 200, status);
}

static void warn(struct request *req, const struct store_delete_opts *opts)
{
	const char *sentence = req->route.kind->delete_warning;

	if (sentence && !opts->propagation)
		req->warnings = json_pack("[s]", sentence);
}

int rest_delete(struct request *req, struct error *err)
{
	struct delete_request d = { .opts = STORE_DELETE_OPTS_INIT };
	_cleanup_json_ json_t *obj = NULL, *body = NULL;
	bool gone = false;
	int r = read_options(req, NULL, &d, err);

	body = d.body;
	if (r == 0)
		r = perform(req, &d, req->route.ns, req->route.name, &obj, &gone, err);
	if (r)
		return r;
	warn(req, &d.opts);
	return gone && !req->route.kind->graceful_delete ? reply_gone(req, obj) :
							   rest_reply(req, 200, obj);
}

/* ---- collections ---- */

static int delete_each(struct request *req, const struct delete_request *d, const json_t *items,
		       struct error *err)
{
	json_t *obj;
	size_t i;

	json_array_foreach(items, i, obj) {
		bool gone;
		int r = perform(req, d, meta_namespace(obj), meta_name(obj), NULL, &gone, err);

		if (r && r != STORE_NOT_FOUND)
			return r;
	}
	return 0;
}

int rest_delete_collection(struct request *req, struct error *err)
{
	struct delete_request d = { .opts = STORE_DELETE_OPTS_INIT };
	_cleanup_(selector_freep) struct selector *labels = NULL;
	_cleanup_(field_selector_freep) struct field_selector *fields = NULL;
	_cleanup_json_ json_t *body = NULL, *items = NULL, *out = NULL;
	const struct kind *k = req->route.kind;
	struct store_list_opts opts = { .ns = req->route.ns };
	_cleanup_free_ char *list_kind = str_printf("%sList", k->kind), *rv = NULL;
	uint64_t revision;
	int r = read_options(req, NULL, &d, err);

	body = d.body;
	if (r == 0)
		r = request_selectors(req, &labels, &fields, err);
	opts.labels = labels;
	opts.fields = fields;
	if (r == 0)
		r = store_list(req->server->cfg.store, version_stored(k), &opts, &items, &revision,
			       err);
	if (r == 0)
		r = delete_each(req, &d, items, err);
	if (r)
		return r;
	rv = str_printf("%llu", (unsigned long long)revision);
	out = json_pack("{ss, ss, s{ss}, sO}", "kind", list_kind, "apiVersion", kind_api_version(k),
			"metadata", "resourceVersion", rv, "items", items);
	return reply_json(req, 200, out);
}

/* ---- eviction: a graceful delete that leaves its reason in the status ---- */

static int set_disruption_target(struct request *req, struct error *err)
{
	struct store *s = req->server->cfg.store;
	_cleanup_json_ json_t *pod = NULL;
	char stamp[CLOCK_STAMP_MAX];
	int r = store_get(s, req->route.kind, req->route.ns, req->route.name, &pod, err);

	if (r)
		return r;
	pod_condition_set(pod, "DisruptionTarget", "True", "EvictionByEvictionAPI",
			  "Eviction API: evicting", clock_format(store_now_ns(s), stamp));
	return store_update(s, req->route.kind, STORE_STATUS, pod, NULL, err);
}

int rest_eviction(struct request *req, struct error *err)
{
	struct delete_request d = { .opts = STORE_DELETE_OPTS_INIT };
	_cleanup_json_ json_t *body = NULL, *status = NULL;
	bool gone;
	int r = read_options(req, "deleteOptions", &d, err);

	body = d.body;
	if (r == 0 && !d.dry)
		r = set_disruption_target(req, err);
	if (r == 0)
		r = perform(req, &d, req->route.ns, req->route.name, NULL, &gone, err);
	if (r)
		return r;
	status = status_success(201, NULL);
	return reply_json(req, 201, status);
}
