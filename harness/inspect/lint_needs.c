/*
 * lint_needs: does a case declare the features that it uses?
 *
 * A subject that lacks a feature is told so by `not-applicable`; a case that uses a feature without declaring it would fail there
 * for the wrong reason. A table (feature.h) leads from what can stand in a manifest (a path from any object downwards; `*` is any one
 * key or index) to the feature. It knows the plain cases; what it does not know is not checked.
 */
#include "inspect/lint_rules.h"

#include "feature.h"
#include "util/json.h"

static const struct {
	const char *kind, *feature;
} kind_uses[] = { { "ReplicationController", "rc" },
		  { "ReplicaSet", "rs" },
		  { "Deployment", "deployment" },
		  { "DaemonSet", "ds" },
		  { "StatefulSet", "sts" },
		  { "Job", "job" },
		  { "CronJob", "cronjob" },
		  { "HorizontalPodAutoscaler", "hpa" },
		  { "Node", "nodes.made" },
		  { "Service", "svc" },
		  { "Endpoints", "svc" },
		  { "EndpointSlice", "svc" } };

static bool path_here(const json_t *o, const char *path)
{
	size_t len = strcspn(path, ".");
	const char *rest = path[len] ? path + len + 1 : path + len, *key;
	_cleanup_free_ char *word = strndup(path, len);
	json_t *child;
	size_t i;

	if (!len)
		return !json_is_false(o);
	if (!streq(word, "*"))
		return json_is_object(o) && json_object_get(o, word) &&
		       path_here(json_object_get(o, word), rest);
	json_object_foreach((json_t *)o, key, child)
		if (path_here(child, rest))
			return true;
	json_array_foreach((json_t *)o, i, child)
		if (path_here(child, rest))
			return true;
	return false;
}

static bool path_anywhere(const json_t *o, const char *path)
{
	const char *key;
	json_t *child;
	size_t i;

	if (path_here(o, path))
		return true;
	json_object_foreach((json_t *)o, key, child)
		if (path_anywhere(child, path))
			return true;
	json_array_foreach((json_t *)o, i, child)
		if (path_anywhere(child, path))
			return true;
	return false;
}

static void want(struct lint *l, const struct fixture *f, const char *feature, const char *why)
{
	if (!strv_has(f->needs, feature))
		lint_fault(l, f, f->line, "uses %s, but needs does not name %s", why, feature);
}

/* What is only ever refused is not used. */
static bool is_applied(const struct fixture *f, const json_t *manifest)
{
	_cleanup_free_ char *word = xasprintf("/%s\"", json_str(manifest, "metadata.name"));

	for (size_t i = 0; i < f->n_steps; i++) {
		_cleanup_free_ char *text = json_line(json_object_get(f->steps[i].args, "objects"));

		if (f->steps[i].kind == STEP_APPLY &&
		    (!json_object_get(f->steps[i].args, "objects") || strstr(text, word)))
			return true;
	}
	return false;
}

static void check_manifest(struct lint *l, const struct fixture *f, const json_t *m)
{
	const char *path, *feature;

	for (size_t i = 0; i < ARRAY_SIZE(kind_uses); i++)
		if (streq(json_str(m, "kind"), kind_uses[i].kind))
			want(l, f, kind_uses[i].feature, kind_uses[i].kind);
	for (size_t i = 0; (path = feature_path(i, &feature)); i++)
		if (path_anywhere(json_object_get(m, "spec"), path))
			want(l, f, feature, path);
}

static bool is_of_a_kind(const json_t *manifests, const char *kind)
{
	json_t *m;
	size_t i;

	json_array_foreach((json_t *)manifests, i, m)
		if (streq(json_str(m, "kind"), kind))
			return true;
	return false;
}

static bool stands_in(const json_t *manifests, const char *path)
{
	json_t *m;
	size_t i;

	json_array_foreach((json_t *)manifests, i, m)
		if (path_anywhere(json_object_get(m, "spec"), path))
			return true;
	return false;
}

bool lint_feature_used(const json_t *manifests, const char *feature)
{
	const char *path, *of;
	bool shown = false;

	for (size_t i = 0; i < ARRAY_SIZE(kind_uses); i++)
		if (streq(kind_uses[i].feature, feature))
			return is_of_a_kind(manifests, kind_uses[i].kind);
	for (size_t i = 0; (path = feature_path(i, &of)); i++) {
		if (!streq(of, feature))
			continue;
		shown = true;
		if (stands_in(manifests, path))
			return true;
	}
	return !shown;
}

/*
 * A pod's disruption names the pod, and so does that of the node that it is bound to. The agent's hits every case there is, so nothing
 * runs beside it; a node to spare hits those alone that lock `spare`.
 */
static void check_disrupt(struct lint *l, const struct fixture *f, const struct step *step)
{
	const char *kind = json_str(step->args, "kind");
	_cleanup_free_ char *feature = xasprintf("disrupt.%s", kind);
	bool of_pod = streq(kind, "kill-sandbox") || streq(kind, "stop-node");
	bool spares = streq(kind, "stop-node") || streq(kind, "start-node");

	if (!feature_known(feature))
		lint_fault(l, f, step->line, "disrupt: no such kind: %s", kind);
	want(l, f, feature, "disrupt");
	if (of_pod != (json_str(step->args, "object") != NULL))
		lint_fault(l, f, step->line, "disrupt: %s %s", kind,
			   of_pod ? "names its pod by object" : "takes no object");
	if (spares && !f->disruptive)
		lint_fault(l, f, step->line, "disrupt: %s needs disruptive", kind);
	if (!of_pod && !spares && !(f->exclusive && f->disruptive))
		lint_fault(l, f, step->line, "disrupt: %s needs disruptive and locks: [exclusive]",
			   kind);
}

/* A case that stops a node must not meet another case's pods there. */
static void check_spare(struct lint *l, const struct fixture *f)
{
	if (strv_has(f->needs, "nodes") && !f->exclusive && !strv_has(f->locks, "spare"))
		lint_fault(l, f, f->line, "needs nodes, but locks neither spare nor exclusive");
}

void lint_needs(struct lint *l, const struct fixture *f)
{
	json_t *m;
	size_t i;

	check_spare(l, f);

	json_array_foreach(f->manifests, i, m)
		if (is_applied(f, m))
			check_manifest(l, f, m);
	for (size_t s = 0; s < f->n_steps; s++) {
		if (f->steps[s].kind == STEP_EXEC || f->steps[s].kind == STEP_TELL)
			want(l, f, "pod.exec", "exec");
		if (f->steps[s].kind == STEP_DISRUPT)
			check_disrupt(l, f, &f->steps[s]);
	}
}
