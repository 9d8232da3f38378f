/*
 * podctl describe: an object and its events, for people.
 */
#include "api/meta.h"
#include "api/scheme.h"
#include "base/json.h"
#include "base/str.h"
#include "client/describe.h"
#include "cmd/podctl.h"
#include "cmd/podctl_targets.h"

static const struct option_row rows[] = {
	OPTION("selector", 'l', OPT_STRING, selector, "QUERY", "those with these labels"),
	OPTION("all-namespaces", 'A', OPT_FLAG, all_namespaces, NULL, "of all namespaces"),
	OPTION("filename", 'f', OPT_LIST, files, "FILE", "the objects of these manifests"),
	{ 0 },
};

/* The events about obj as a Table; NULL when there are none to be had. */
static json_t *events_of(struct podctl *p, const json_t *obj)
{
	const struct kind *events = scheme_kind("v1", "Event");
	_cleanup_free_ char *base = rest_path(events, meta_namespace(obj), NULL, NULL);
	_cleanup_free_ char *about = str_printf("involvedObject.uid=%s", meta_uid(obj));
	_cleanup_strbuf_ struct strbuf path = STRBUF_INIT;
	struct rest_request req = { .accept = REST_TABLE };
	json_t *table = NULL;

	strbuf_adds(&path, base);
	rest_query(&path, "fieldSelector", about);
	rest_query(&path, "includeObject", "Object");
	req.path = strbuf_str(&path);
	return rest_call(p->client, &req, &table, NULL) < 0 ? NULL : table;
}

/* The pods that are bound to a node: new list object; NULL for other kinds. */
static json_t *pods_of(struct podctl *p, const struct kind *k, const json_t *obj)
{
	const struct kind *pods = scheme_kind("v1", "Pod");
	_cleanup_free_ char *base = rest_path(pods, NULL, NULL, NULL);
	_cleanup_free_ char *bound = str_printf("spec.nodeName=%s", meta_name(obj));
	_cleanup_strbuf_ struct strbuf path = STRBUF_INIT;
	struct rest_request req = { 0 };
	json_t *list = NULL;

	if (!streq(k->kind, "Node"))
		return NULL;
	strbuf_adds(&path, base);
	rest_query(&path, "fieldSelector", bound);
	req.path = strbuf_str(&path);
	return rest_call(p->client, &req, &list, NULL) < 0 ? NULL : list;
}

/* userdata: whether another one stands above it. */
static int describe(struct podctl *p, const struct target *t, void *userdata, struct error *err)
{
	bool *follows = userdata;
	_cleanup_json_ json_t *obj = NULL, *events = NULL, *pods = NULL;
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	int r;

	if (*follows)
		printf("\n\n");
	*follows = true;
	r = target_get(p, t, &obj, err);
	if (r < 0)
		return r;
	events = events_of(p, obj);
	pods = pods_of(p, t->kind, obj);
	describe_object(t->kind, obj, json_arr(pods, "items"), events, &out);
	fwrite(strbuf_str(&out), 1, out.len, stdout);
	return 0;
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(targets_deinit) struct targets t = { 0 };
	bool follows = false;
	int r;

	r = targets_find(p, &t, err);
	if (r < 0)
		return r;
	if (!t.n)
		fprintf(stderr, "No resources found in %s namespace.\n", p->ns);
	return targets_each(p, &t, describe, &follows);
}

const struct command command_describe = {
	.name = "describe",
	.usage = "describe TYPE [NAME...] | TYPE/NAME... | -f FILE",
	.summary = "show an object in detail, with its events",
	.text = "Prints what people want to know about an object, and the events about it.",
	.examples = "podctl describe pod web\npodctl describe rs -l app=web",
	.options = rows,
	.run = run,
};
