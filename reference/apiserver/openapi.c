/*
 * OpenAPI v3: /openapi/v3 lists a document for each group version, made from the registry of kinds. A document holds the
 * paths of its kinds with their verbs, as far as clients look: which kind a path is about, and what a patch may be.
 */
#include "apiserver/openapi.h"

#include "apiserver/server.h"
#include "base/json.h"
#include "base/str.h"

DEFINE_CLEANUP_FUNC(struct openapi *, openapi_free)

/* ---- the index ---- */

static char *document_path(const struct kind *k)
{
	return *k->group ? str_printf("apis/%s/%s", k->group, k->version) :
			   str_printf("api/%s", k->version);
}

static json_t *index_document(void)
{
	json_t *paths = json_object();

	for (const struct kind *k = scheme_next(NULL); k; k = scheme_next(k)) {
		_cleanup_free_ char *path = document_path(k);
		_cleanup_free_ char *url = str_printf("/openapi/v3/%s", path);

		json_take_set(paths, path, json_pack("{ss}", "serverRelativeURL", url));
	}
	return json_pack("{so}", "paths", paths);
}

/* ---- paths ---- */

static json_t *parameter(const char *name, const char *in, const char *type)
{
	return json_pack("{ss, ss, sb, s{ss}}", "name", name, "in", in, "required",
			 streq(in, "path"), "schema", "type", type);
}

static json_t *path_parameters(const char *path)
{
	json_t *out = json_array();

	if (strstr(path, "{name}"))
		json_take_append(out, parameter("name", "path", "string"));
	if (strstr(path, "{namespace}"))
		json_take_append(out, parameter("namespace", "path", "string"));
	return out;
}

static json_t *query_parameters(const char *method)
{
	static const struct {
		const char *name, *type, *methods;
	} all[] = {
		{ "continue", "string", "list delete" },
		{ "dryRun", "string", "post put patch delete" },
		{ "fieldManager", "string", "post put patch" },
		{ "fieldSelector", "string", "list" },
		{ "fieldValidation", "string", "post put patch" },
		{ "gracePeriodSeconds", "integer", "delete" },
		{ "labelSelector", "string", "list" },
		{ "limit", "integer", "list" },
		{ "propagationPolicy", "string", "delete" },
		{ "resourceVersion", "string", "list get" },
		{ "timeoutSeconds", "integer", "list" },
		{ "watch", "boolean", "list" },
	};
	json_t *out = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (strstr(all[i].methods, method))
			json_take_append(out, parameter(all[i].name, "query", all[i].type));
	return out;
}

static json_t *body_of(const char *method, const char *ref)
{
	json_t *content;

	if (streq(method, "patch"))
		content = json_pack("{s{}, s{}, s{}}", "application/json-patch+json",
				    "application/merge-patch+json",
				    "application/strategic-merge-patch+json");
	else if (streq(method, "post") || streq(method, "put"))
		content = json_pack("{s{s{ss}}}", "*/*", "schema", "$ref", ref);
	else
		return NULL;
	return json_pack("{so}", "content", content);
}

/* action: the method, or "list" for a GET of many. */
static void add_operation(json_t *item, const char *action, const struct kind *k, const char *ref)
{
	const char *method = streq(action, "list") ? "get" : action;
	json_t *body = body_of(method, ref);
	json_t *op = json_pack("{ss, so, so, s{s{ss, s{s{s{ss}}}}}}", "x-kubernetes-action", action,
			       "x-kubernetes-group-version-kind", openapi_gvk(k), "parameters",
			       query_parameters(action), "responses", "200", "description", "OK",
			       "content", "application/json", "schema", "$ref", ref);

	if (body)
		json_take_set(op, "requestBody", body);
	json_take_set(item, method, op);
}

/* actions ends with NULL. */
static void add_path(json_t *paths, const char *path, const char *const *actions,
		     const struct kind *k, const char *ref)
{
	json_t *item = json_pack("{so}", "parameters", path_parameters(path));

	for (; *actions; actions++)
		add_operation(item, *actions, k, ref);
	json_take_set(paths, path, item);
}

static void add_paths(json_t *paths, const struct openapi *o, const struct kind *k)
{
	static const char *const reading[] = { "list", NULL };
	static const char *const many[] = { "list", "post", "delete", NULL };
	static const char *const one[] = { "get", "put", "patch", "delete", NULL };
	static const char *const part[] = { "get", "put", "patch", NULL };
	_cleanup_free_ char *group = document_path(k), *name = openapi_kind_name(o, k);
	_cleanup_free_ char *ref = str_printf("#/components/schemas/%s", name);
	_cleanup_free_ char *all = str_printf("/%s/%s", group, k->plural);
	_cleanup_free_ char *list =
		k->namespaced ? str_printf("/%s/namespaces/{namespace}/%s", group, k->plural) :
				xstrdup(all);
	_cleanup_free_ char *object = str_printf("%s/{name}", list);
	_cleanup_free_ char *status = str_printf("%s/status", object);

	if (k->namespaced)
		add_path(paths, all, reading, k, ref);
	add_path(paths, list, many, k, ref);
	add_path(paths, object, one, k, ref);
	if (k->subresources & SUB_STATUS)
		add_path(paths, status, part, k, ref);
}

/* NULL: no kind has this group and version. */
static json_t *group_document(const char *group, const char *version)
{
	_cleanup_(openapi_freep) struct openapi *o = openapi_new(group, version);
	_cleanup_json_ json_t *paths = json_object(), *schemas = NULL;

	for (const struct kind *k = scheme_next(NULL); k; k = scheme_next(k)) {
		if (!streq(k->group, group) || !streq(k->version, version))
			continue;
		openapi_add_kind(o, k);
		add_paths(paths, o, k);
	}
	if (!json_object_size(paths))
		return NULL;
	schemas = openapi_take(o);
	return json_pack("{ss, s{ss, ss}, sO, s{sO}}", "openapi", "3.0.0", "info", "title", "podd",
			 "version", version, "paths", paths, "components", "schemas", schemas);
}

json_t *openapi_document(char *const *words)
{
	size_t n = strv_len(words);

	if (n == 0)
		return index_document();
	if (n == 2 && streq(words[0], "api"))
		return group_document("", words[1]);
	if (n == 3 && streq(words[0], "apis"))
		return group_document(words[1], words[2]);
	return NULL;
}
