/*
 * podctl apply: objects as the files say, made or changed.
 *
 * kubectl's client-side way: the manifest goes into an annotation of the object, so that the next apply can
 * tell what it has to take out again (client/apply_patch.h). "unchanged" is what the server says: the
 * resourceVersion is the same afterwards.
 */
#include "api/meta.h"
#include "api/scheme.h"
#include "client/apply_patch.h"
#include "cmd/podctl.h"
#include "cmd/podctl_manifest.h"
#include "cmd/podctl_print.h"

static const struct option_row rows[] = {
	OPTION("filename", 'f', OPT_LIST, files, "FILE", "a manifest, a folder of them, or -"),
	OPTION("output", 'o', OPT_STRING, output, "FORMAT", "json, yaml, name, jsonpath=TEMPLATE"),
	{ 0 },
};

static int send(struct podctl *p, const char *method, const char *path, const char *type,
		const json_t *body, json_t **ret, struct error *err)
{
	_cleanup_strbuf_ struct strbuf query = STRBUF_INIT;
	struct rest_request req = { .method = method, .content_type = type, .body = body };

	strbuf_adds(&query, path);
	rest_query(&query, "fieldValidation", "Strict");
	req.path = strbuf_str(&query);
	return rest_call(p->client, &req, ret, err);
}

static int create(struct podctl *p, const struct manifest *m, const json_t *wanted,
		  struct error *err)
{
	_cleanup_free_ char *path = rest_path(m->kind, meta_namespace(m->obj), NULL, NULL);
	_cleanup_json_ json_t *stored = NULL;
	int r;

	r = send(p, "POST", path, NULL, wanted, &stored, err);
	if (r < 0 && rest_is_status(err) && !streq(err->reason, "Invalid"))
		return error_wrap(err, "error when creating \"%s\"", m->file);
	return r < 0 ? r : print_done(p, stored, "created", err);
}

static int change(struct podctl *p, const struct manifest *m, const char *path,
		  const json_t *wanted, json_t *live, struct error *err)
{
	_cleanup_json_ json_t *last = apply_last(live), *patch = NULL, *stored = NULL;
	int r;

	if (!meta_annotation(live, LAST_APPLIED))
		fprintf(stderr,
			"Warning: resource %s/%s is missing the " LAST_APPLIED
			" annotation which is required by podctl apply. The missing annotation "
			"will be patched automatically.\n",
			m->kind->plural, meta_name(live));
	patch = apply_patch_make(m->kind->schema, last, wanted, live);
	if (json_object_size(patch) == 0)
		return print_done(p, live, "unchanged", err);
	r = send(p, "PATCH", path, REST_STRATEGIC, patch, &stored, err);
	if (r < 0 && rest_is_status(err) && !streq(err->reason, "Invalid"))
		return error_wrap(err, "error when applying patch to \"%s\"", m->file);
	if (r < 0)
		return r;
	return print_done(p, stored, meta_rv(stored) == meta_rv(live) ? "unchanged" : "configured",
			  err);
}

static int apply_one(struct podctl *p, const struct manifest *m, struct error *err)
{
	_cleanup_json_ json_t *wanted = apply_annotated(m->obj), *live = NULL;
	_cleanup_free_ char *path = NULL;
	struct rest_request req = { 0 };
	int r;

	if (!meta_name(m->obj))
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "error when applying \"%s\": resource name may not be empty",
				 m->file);
	path = rest_path(m->kind, meta_namespace(m->obj), meta_name(m->obj), NULL);
	req.path = path;
	r = rest_call(p->client, &req, &live, err);
	if (r == -ERR_NOT_FOUND && rest_is_status(err)) {
		error_clear(err);
		return create(p, m, wanted, err);
	}
	return r < 0 ? r : change(p, m, path, wanted, live, err);
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(manifests_deinit) struct manifests m = { 0 };
	int failed = 0;
	int r = print_check(p, err);

	if (r == 0 && !p->o.files)
		return podctl_usage(p, err, "must specify -f");
	if (r == 0)
		r = podctl_connect(p, err);
	if (r == 0)
		r = manifests_read(p, p->o.files, &m, err);
	if (r < 0)
		return r;
	for (size_t i = 0; i < m.n; i++) {
		_cleanup_error_ struct error one = ERROR_INIT;

		if (apply_one(p, &m.items[i], &one) < 0)
			failed = podctl_print_error(&one);
		if (streq(one.reason, "Unreachable"))
			break;
	}
	return failed;
}

const struct command command_apply = {
	.name = "apply",
	.usage = "apply -f FILE [-o FORMAT]",
	.summary = "make or change objects so that they are as the files say",
	.text = "Creates what is not there and changes what differs. Fields that an earlier apply\n"
		"has set and the file no longer has are removed; fields set by others stay.\n"
		"Prints created, configured or unchanged for each object.",
	.examples = "podctl apply -f pod.yaml\npodctl apply -f manifests/\n"
		    "podctl apply -n tests -f - < rs.yaml",
	.options = rows,
	.run = run,
};
