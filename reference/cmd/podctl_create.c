/*
 * podctl create: objects from files, or a namespace by name.
 *
 * Each object is one POST; a refused one is printed with its file, and the others are still tried, as in kubectl.
 */
#include "api/cluster.h"
#include "api/meta.h"
#include "api/scheme.h"
#include "cmd/podctl.h"
#include "cmd/podctl_manifest.h"
#include "cmd/podctl_print.h"

static const struct option_row rows[] = {
	OPTION("filename", 'f', OPT_LIST, files, "FILE", "a manifest, a folder of them, or -"),
	OPTION("output", 'o', OPT_STRING, output, "FORMAT", "json, yaml, name, jsonpath=TEMPLATE"),
	{ 0 },
};

static int create_one(struct podctl *p, const struct kind *k, json_t *obj, struct error *err)
{
	_cleanup_strbuf_ struct strbuf query = STRBUF_INIT;
	_cleanup_free_ char *path = rest_path(k, meta_namespace(obj), NULL, NULL);
	_cleanup_json_ json_t *stored = NULL;
	struct rest_request req = { .method = "POST", .body = obj };
	int r;

	strbuf_adds(&query, path);
	rest_query(&query, "fieldValidation", "Strict");
	req.path = strbuf_str(&query);
	r = rest_call(p->client, &req, &stored, err);
	return r < 0 ? r : print_done(p, stored, "created", err);
}

static int create_files(struct podctl *p, struct error *err)
{
	_cleanup_(manifests_deinit) struct manifests m = { 0 };
	int failed = 0;
	int r;

	r = manifests_read(p, p->o.files, &m, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < m.n; i++) {
		_cleanup_error_ struct error one = ERROR_INIT;

		r = create_one(p, m.items[i].kind, m.items[i].obj, &one);
		if (r == 0)
			continue;
		if (!streq(one.reason, "Invalid") && rest_is_status(&one))
			error_wrap(&one, "error when creating \"%s\"", m.items[i].file);
		failed = podctl_print_error(&one);
	}
	return failed;
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_json_ json_t *ns = NULL;
	int r = print_check(p, err);

	if (r == 0)
		r = podctl_connect(p, err);
	if (r < 0)
		return r;
	if (p->o.files)
		return create_files(p, err);
	if (strv_len(p->args) == 2 && (streq(p->args[0], "namespace") || streq(p->args[0], "ns"))) {
		ns = json_pack("{s:s,s:s,s:{s:s}}", "apiVersion", "v1", "kind", "Namespace",
			       "metadata", "name", p->args[1]);
		return create_one(p, &kind_namespace, ns, err);
	}
	return podctl_usage(p, err, "must specify one of -f, or namespace NAME");
}

const struct command command_create = {
	.name = "create",
	.usage = "create -f FILE [-o FORMAT] | create namespace NAME",
	.summary = "make objects from files",
	.text = "Sends each object of the files to the server. An object that is there already\n"
		"is an error (use apply to change it). Unknown fields are refused.",
	.examples = "podctl create -f pod.yaml\ncat pod.json | podctl create -f -\n"
		    "podctl create namespace tests",
	.options = rows,
	.run = run,
};
