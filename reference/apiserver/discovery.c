/*
 * Discovery: what is served, made from the registry of kinds, so that a new kind shows itself. Also health and
 * version.
 */
#include "apiserver/openapi.h"
#include "apiserver/server.h"

#include "base/json.h"
#include "base/str.h"

static json_t *verbs(const char *const *names)
{
	json_t *out = json_array();

	for (; *names; names++)
		json_take_append(out, json_string(*names));
	return out;
}

static json_t *strings(const char *const *list)
{
	json_t *out = json_array();

	for (; list && *list; list++)
		json_take_append(out, json_string(*list));
	return out;
}

/* ---- resources of a group version ---- */

static void add_resource(json_t *list, const struct kind *k)
{
	static const char *const all[] = { "create", "delete", "deletecollection",
					   "get",    "list",   "patch",
					   "update", "watch",  NULL };
	static const char *const reading[] = { "get", "list", NULL };
	json_t *r = json_pack("{ss, ss, sb, ss, so}", "name", k->plural, "singularName",
			      k->singular, "namespaced", k->namespaced, "kind", k->kind, "verbs",
			      verbs(k->computed ? reading : all));

	if (k->short_names)
		json_object_set_new(r, "shortNames", strings(k->short_names));
	if (k->categories)
		json_object_set_new(r, "categories", strings(k->categories));
	json_take_append(list, r);
}

static const struct subresource {
	unsigned flag;
	const char *name, *group, *version, *kind; /* kind NULL: the object's own */
	const char *const verbs[4];
} subresources[] = {
	{ SUB_EXEC, "attach", NULL, NULL, "PodAttachOptions", { "create", "get" } },
	{ SUB_BINDING, "binding", NULL, NULL, "Binding", { "create" } },
	{ SUB_EVICTION, "eviction", "policy", "v1", "Eviction", { "create" } },
	{ SUB_EXEC, "exec", NULL, NULL, "PodExecOptions", { "create", "get" } },
	{ SUB_LOG, "log", NULL, NULL, NULL, { "get" } },
	{ SUB_EXEC, "portforward", NULL, NULL, "PodPortForwardOptions", { "create", "get" } },
	{ SUB_SCALE, "scale", "autoscaling", "v1", "Scale", { "get", "patch", "update" } },
	{ SUB_STATUS, "status", NULL, NULL, NULL, { "get", "patch", "update" } },
};

static void add_subresources(json_t *list, const struct kind *k)
{
	for (size_t i = 0; i < ARRAY_SIZE(subresources); i++) {
		const struct subresource *s = &subresources[i];
		_cleanup_free_ char *name = str_printf("%s/%s", k->plural, s->name);
		json_t *r;

		if (!(k->subresources & s->flag))
			continue;
		r = json_pack("{ss, ss, sb, ss, so}", "name", name, "singularName", "",
			      "namespaced", k->namespaced, "kind", s->kind ? s->kind : k->kind,
			      "verbs", verbs(s->verbs));
		if (s->group) {
			json_object_set_new(r, "group", json_string(s->group));
			json_object_set_new(r, "version", json_string(s->version));
		}
		json_take_append(list, r);
	}
}

/* NULL: no kind has this group and version. */
static json_t *resource_list(const char *group, const char *version)
{
	_cleanup_free_ char *gv = *group ? str_printf("%s/%s", group, version) : xstrdup(version);
	json_t *list = json_array();

	for (const struct kind *k = scheme_next(NULL); k; k = scheme_next(k)) {
		if (!streq(k->group, group) || !streq(k->version, version))
			continue;
		add_resource(list, k);
		add_subresources(list, k);
	}
	if (!json_array_size(list)) {
		json_decref(list);
		return review_resources(group, version);
	}
	return json_pack("{ss, ss, ss, so}", "kind", "APIResourceList", "apiVersion", "v1",
			 "groupVersion", gv, "resources", list);
}

/* ---- groups ---- */

static void add_version(json_t *group, const char *version)
{
	json_t *versions = json_object_get(group, "versions");
	_cleanup_free_ char *gv = str_printf("%s/%s", json_str(group, "name"), version);

	if (!json_find(versions, "version", version))
		json_take_append(versions,
				 json_pack("{ss, ss}", "groupVersion", gv, "version", version));
}

static json_t *group_new(const char *group, const char *version)
{
	_cleanup_free_ char *gv = str_printf("%s/%s", group, version);
	json_t *out = json_pack("{ss, s[], s{ss, ss}}", "name", group, "versions",
				"preferredVersion", "groupVersion", gv, "version", version);

	add_version(out, version);
	return out;
}

/* The version that comes first in the registry is the preferred one. */
static json_t *group_list(void)
{
	json_t *groups = json_array();

	for (const struct kind *k = scheme_next(NULL); k; k = scheme_next(k)) {
		json_t *known = json_find(groups, "name", k->group);

		if (known)
			add_version(known, k->version);
		else if (*k->group)
			json_take_append(groups, group_new(k->group, k->version));
	}
	for (size_t i = 0; review_group(i); i++)
		json_take_append(groups, group_new(review_group(i), "v1"));
	json_take_append(groups, group_new("podd.podtest", "v1"));
	return json_pack("{ss, ss, so}", "kind", "APIGroupList", "apiVersion", "v1", "groups",
			 groups);
}

static json_t *group_by_name(const char *name)
{
	_cleanup_json_ json_t *list = group_list();
	json_t *group = json_find(json_object_get(list, "groups"), "name", name);

	if (!group)
		return NULL;
	json_object_set_new(group, "kind", json_string("APIGroup"));
	json_object_set_new(group, "apiVersion", json_string("v1"));
	return json_incref(group);
}

static json_t *core_versions(void)
{
	return json_pack("{ss, s[s], s[]}", "kind", "APIVersions", "versions", "v1",
			 "serverAddressByClientCIDRs");
}

static json_t *version_info(const struct apiserver *a)
{
	_cleanup_free_ char *git = str_printf("v1.36.0-podd.%s", a->version);

	return json_pack("{ss, ss, ss, ss, ss, ss}", "major", "1", "minor", "36", "gitVersion", git,
			 "compiler", "gcc", "platform", "linux/amd64", "goVersion", "");
}

static json_t *path_list(void)
{
	return json_pack("{s[s, s, s, s, s, s, s, s]}", "paths", "/api", "/apis", "/healthz",
			 "/livez", "/openapi/v2", "/openapi/v3", "/readyz", "/version");
}

/* ---- the paths ---- */

static json_t *fixed_document(struct request *req, char *const *w, size_t n)
{
	if (n == 0)
		return path_list();
	if (n == 1 && streq(w[0], "version"))
		return version_info(req->server);
	if (n == 1 && streq(w[0], "api"))
		return core_versions();
	if (n == 2 && streq(w[0], "api"))
		return resource_list("", w[1]);
	if (n == 1 && streq(w[0], "apis"))
		return group_list();
	if (n == 2 && streq(w[0], "apis"))
		return group_by_name(w[1]);
	if (n == 3 && streq(w[0], "apis"))
		return streq(w[1], "podd.podtest") ? own_resources() : resource_list(w[1], w[2]);
	return NULL;
}

static bool is_health(const char *word)
{
	return streq(word, "healthz") || streq(word, "readyz") || streq(word, "livez");
}

int discovery_serve(struct request *req, struct error *err)
{
	char *const *w = req->route.words;
	size_t n = strv_len(w);
	_cleanup_json_ json_t *doc = NULL;

	if (req->method != EVHTTP_REQ_GET)
		return PLAIN_NOT_FOUND;
	if (n >= 1 && is_health(w[0]))
		return reply_text(req, 200, "text/plain; charset=utf-8", "ok", 2);
	if (n == 2 && streq(w[0], "openapi") && streq(w[1], "v2"))
		return openapi_v2_serve(req, err);
	doc = n >= 2 && streq(w[0], "openapi") && streq(w[1], "v3") ? openapi_document(w + 2) :
								      fixed_document(req, w, n);
	return doc ? reply_json(req, 200, doc) : PLAIN_NOT_FOUND;
}
