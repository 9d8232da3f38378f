/*
 * pod_validate_container: one container: image, ports, mounts, restart rules, and what its list forbids.
 */
#include <ctype.h>
#include <string.h>

#include "api/pod_rules.h"
#include "base/json.h"
#include "base/str.h"

static void rules_image(const json_t *c, const struct fpath *path, struct violations *v)
{
	const char *image = json_str_or(c, "image", "");
	size_t len = strlen(image);

	if (len == 0)
		violate_required(v, FPATH(path, "image"), NULL);
	else if (isspace((unsigned char)image[0]) || isspace((unsigned char)image[len - 1]))
		violate_invalid_str(v, FPATH(path, "image"), image,
				    "must not have leading or trailing whitespace");
}

void pod_rules_ports(const struct pod_facts *f, const json_t *c, const struct fpath *path,
		     struct violations *v)
{
	const struct fpath ports = { .up = path, .name = "ports" };
	_cleanup_strv_ char **names = NULL;
	json_t *port;
	size_t i;

	json_each(c, "ports", i, port) {
		const struct fpath item = { .up = &ports, .index = i };
		int64_t own = json_int(port, "containerPort", 0);
		int64_t host = json_int(port, "hostPort", 0);
		const char *name = json_str(port, "name"), *ip = json_str(port, "hostIP");

		if (own == 0)
			violate_required(v, FPATH(&item, "containerPort"), NULL);
		if (f->host_network && host != own && (host != 0 || !f->is_template))
			violate_invalid_int(
				v, FPATH(&item, "hostPort"), host,
				"must match `containerPort` when `hostNetwork` is true");
		if (ip != NULL)
			pod_rules_ip(ip, FPATH(&item, "hostIP"), v);
		if (name == NULL)
			continue;
		if (strv_contains(names, name))
			violate_duplicate(v, FPATH(&item, "name"), name);
		strv_add(&names, name);
	}
}

/* ---- mounts ---- */

static void rules_sub_path(const json_t *m, const struct fpath *mounts, const struct fpath *item,
			   struct violations *v)
{
	const char *plain = json_str_or(m, "subPath", "");
	const char *expr = json_str_or(m, "subPathExpr", "");

	if (*plain != '\0')
		pod_rules_local_path(plain, FPATH(mounts, "subPath"), v);
	if (*expr == '\0')
		return;
	if (*plain != '\0')
		violate_invalid_str(v, FPATH(item, "subPathExpr"), expr,
				    "subPathExpr and subPath are mutually exclusive");
	pod_rules_local_path(expr, FPATH(mounts, "subPathExpr"), v);
}

static void rules_propagation(const json_t *c, const json_t *m, const struct fpath *item,
			      struct violations *v)
{
	const char *propagation = json_str_or(m, "mountPropagation", "None");
	const char *recursive = json_str_or(m, "recursiveReadOnly", "Disabled");

	if (streq(propagation, "Bidirectional") &&
	    !json_bool(c, "securityContext.privileged", false))
		violate_forbidden(v, FPATH(item, "mountPropagation"),
				  "Bidirectional mount propagation is available only to privileged "
				  "containers");
	if (streq(recursive, "Disabled"))
		return;
	if (!json_bool(m, "readOnly", false))
		violate_forbidden(v, FPATH(item, "recursiveReadOnly"),
				  "may only be specified when readOnly is true");
	if (!streq(propagation, "None"))
		violate_forbidden(v, FPATH(item, "recursiveReadOnly"),
				  "may only be specified when mountPropagation is None or not "
				  "specified");
}

void pod_rules_mounts(const struct pod_facts *f, const json_t *c, const struct fpath *path,
		      struct violations *v)
{
	const struct fpath mounts = { .up = path, .name = "volumeMounts" };
	_cleanup_strv_ char **paths = NULL;
	json_t *m;
	size_t i;

	json_each(c, "volumeMounts", i, m) {
		const struct fpath item = { .up = &mounts, .index = i };
		const char *name = json_str_or(m, "name", "");
		const char *target = json_str_or(m, "mountPath", "");

		if (*name != '\0' && json_find(json_arr(f->spec, "volumes"), "name", name) == NULL)
			violate_not_found(v, FPATH(&item, "name"), name);
		if (strv_contains(paths, target))
			violate_invalid_str(v, FPATH(&item, "mountPath"), target, "must be unique");
		strv_add(&paths, target);
		rules_sub_path(m, &mounts, &item, v);
		rules_propagation(c, m, &item, v);
	}
}

/* ---- restart rules, resize policy ---- */

#define MAX_RESTART_RULES 20
#define MAX_EXIT_CODES 255

static void rules_restart(const json_t *c, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "restartPolicyRules" };
	size_t n = json_len(c, "restartPolicyRules"), i;
	json_t *rule;

	if (n > 0 && json_str(c, "restartPolicy") == NULL)
		violate_required(v, FPATH(path, "restartPolicy"),
				 "must specify restartPolicy when restart rules are used");
	if (n > MAX_RESTART_RULES)
		violate_too_many(v, &at, n, MAX_RESTART_RULES);
	json_each(c, "restartPolicyRules", i, rule) {
		const struct fpath item = { .up = &at, .index = i };
		const struct fpath codes = { .up = &item, .name = "exitCodes" };
		size_t n_codes = json_len(rule, "exitCodes.values");

		if (n_codes > MAX_EXIT_CODES)
			violate_too_many(v, FPATH(&codes, "values"), n_codes, MAX_EXIT_CODES);
	}
}

static void rules_resize(const struct pod_facts *f, const json_t *c, const struct fpath *path,
			 struct violations *v)
{
	const struct fpath at = { .up = path, .name = "resizePolicy" };
	bool never = streq(json_str(f->spec, "restartPolicy"), "Never");
	json_t *policy;
	size_t i;

	json_each(c, "resizePolicy", i, policy) {
		const struct fpath item = { .up = &at, .index = i };
		const char *word = json_str_or(policy, "restartPolicy", "");

		if (never && streq(word, "RestartContainer"))
			violate_invalid_str(
				v, FPATH(&item, "restartPolicy"), word,
				"must be 'NotRequired' when `restartPolicy` is 'Never'");
	}
}

/* ---- what the list forbids ---- */

static void forbid_all(const json_t *c, const char *const *fields, const char *why,
		       const struct fpath *path, struct violations *v)
{
	for (size_t i = 0; fields[i] != NULL; i++)
		if (json_object_get(c, fields[i]) != NULL)
			violate_forbidden(v, FPATH(path, fields[i]), "%s", why);
}

static void rules_init(const json_t *c, const struct fpath *path, struct violations *v)
{
	static const char *const fields[] = { "lifecycle", "livenessProbe", "readinessProbe",
					      "startupProbe", NULL };

	if (!streq(json_str(c, "restartPolicy"), "Always"))
		forbid_all(c, fields,
			   "may not be set for init containers without restartPolicy=Always", path,
			   v);
}

static void rules_ephemeral(const json_t *c, const struct fpath *path, struct violations *v)
{
	static const char *const fields[] = { "ports",
					      "livenessProbe",
					      "readinessProbe",
					      "startupProbe",
					      "lifecycle",
					      "resizePolicy",
					      NULL };

	forbid_all(c, fields, "cannot be set for an Ephemeral Container", path, v);
	if (json_object_size(json_obj(c, "resources")) > 0)
		violate_forbidden(v, FPATH(path, "resources"),
				  "cannot be set for an Ephemeral Container");
}

void pod_rules_container(const struct pod_facts *f, const json_t *c, enum container_list list,
			 const struct fpath *path, struct violations *v)
{
	rules_image(c, path, v);
	rules_restart(c, path, v);
	rules_resize(f, c, path, v);
	pod_rules_ports(f, c, path, v);
	pod_rules_env(c, path, v);
	pod_rules_mounts(f, c, path, v);
	pod_rules_resources(json_obj(c, "resources"), false, FPATH(path, "resources"), v);
	pod_rules_container_security(f, c, path, v);
	if (list == LIST_EPHEMERAL) {
		rules_ephemeral(c, path, v);
		return;
	}
	if (list == LIST_INIT)
		rules_init(c, path, v);
	if (list == LIST_APP || streq(json_str(c, "restartPolicy"), "Always")) {
		pod_rules_probes(f, c, path, v);
		pod_rules_lifecycle(f, c, path, v);
	}
}
