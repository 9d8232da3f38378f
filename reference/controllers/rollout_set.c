/*
 * rollout_set: how a ReplicaSet is made out of a Deployment and kept in step with it.
 *
 * Its name and the label that tells its pods from those of its siblings are a hash of the template, and of how
 * often such a hash was taken by something else already (status.collisionCount). What it remembers of the
 * rollout stands in annotations: its revision and the ones that it had before, and the size of the whole
 * Deployment when it was last scaled. The Deployment's own annotations are copied to it, but for these and
 * what kubectl notes there.
 */
#include "controllers/rollout_set.h"

#include "api/meta.h"
#include "api/workload.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/name_hash.h"

#define PREFIX "deployment.kubernetes.io/"
#define HISTORY_ANNOTATION PREFIX "revision-history"
#define DESIRED_ANNOTATION PREFIX "desired-replicas"
#define MAX_ANNOTATION PREFIX "max-replicas"
#define HISTORY_MAX 2000 /* characters */

/* ---- template and name ---- */

static json_t *template_without_hash(const json_t *obj)
{
	json_t *template = json_dup(json_obj(obj, "spec.template"));

	json_object_del(json_obj(template, "metadata.labels"), HASH_LABEL);
	return template;
}

bool rollout_set_is_of(const json_t *set, const json_t *d)
{
	_cleanup_json_ json_t *a = template_without_hash(set), *b = template_without_hash(d);

	return json_same(a, b);
}

static char *template_hash(const json_t *d)
{
	_cleanup_json_ json_t *template = template_without_hash(d);

	return name_hash(template, json_int(d, "status.collisionCount", 0));
}

/* ---- annotations ---- */

static int64_t number_of(const json_t *set, const char *key, int64_t dflt)
{
	int64_t n;

	if (str_to_int64(meta_annotation(set, key), 0, INT64_MAX, &n) < 0)
		return dflt;
	return n;
}

int64_t rollout_set_revision(const json_t *set)
{
	return number_of(set, REVISION_ANNOTATION, 0);
}

int64_t rollout_set_desired(const json_t *set)
{
	return number_of(set, DESIRED_ANNOTATION, -1);
}

int64_t rollout_set_max(const json_t *set)
{
	return number_of(set, MAX_ANNOTATION, -1);
}

static void annotate(json_t *set, const char *key, const char *value)
{
	json_object_set_new(json_make_obj(meta_ensure(set), "annotations"), key, json_string(value));
}

static void annotate_number(json_t *set, const char *key, int64_t n)
{
	_cleanup_free_ char *text = str_printf("%lld", (long long)n);

	annotate(set, key, text);
}

static void copy_annotations(json_t *set, const json_t *d)
{
	const char *key;
	json_t *value;

	json_object_foreach(meta_annotations(d), key, value)
		if (!str_starts(key, PREFIX) &&
		    !streq(key, "kubectl.kubernetes.io/last-applied-configuration"))
			annotate(set, key, json_string_value(value));
}

/* The revisions before this one, the oldest first; as many of the last as there is room for. */
static void remember_revision(json_t *set, int64_t revision)
{
	const char *old = meta_annotation(set, HISTORY_ANNOTATION);
	_cleanup_free_ char *all = old ? str_printf("%s,%lld", old, (long long)revision) :
					 str_printf("%lld", (long long)revision);
	const char *start = all;

	while (strlen(start) > HISTORY_MAX && strchr(start, ','))
		start = strchr(start, ',') + 1;
	annotate(set, HISTORY_ANNOTATION, start);
}

static void put_size(json_t *set, const json_t *d)
{
	struct rolling_limits limits;

	deployment_limits(d, &limits);
	annotate_number(set, DESIRED_ANNOTATION, workload_replicas(d));
	annotate_number(set, MAX_ANNOTATION, workload_replicas(d) + limits.surge);
}

/* ---- the objects ---- */

json_t *rollout_set_new(const json_t *d, int64_t replicas, int64_t revision)
{
	_cleanup_free_ char *hash = template_hash(d);
	_cleanup_free_ char *name = str_printf("%s-%s", meta_name(d), hash);
	json_t *set = json_pack("{s:s,s:s,s:{s:o,s:o}}", "apiVersion", "apps/v1", "kind",
				"ReplicaSet", "spec", "selector",
				json_dup(json_obj(d, "spec.selector")), "template",
				json_dup(json_obj(d, "spec.template")));
	json_t *meta = meta_ensure(set);

	json_take_set(json_make_obj(set, "spec.selector.matchLabels"), HASH_LABEL,
		      json_string(hash));
	json_take_set(json_make_obj(set, "spec.template.metadata.labels"), HASH_LABEL,
		      json_string(hash));
	meta_set(set, "name", name);
	meta_set(set, "namespace", meta_namespace(d));
	json_object_set_new(meta, "labels",
			    json_dup(json_obj(set, "spec.template.metadata.labels")));
	json_object_set_new(meta, "ownerReferences", json_pack("[o]", meta_controller_ref_new(d)));
	copy_annotations(set, d);
	annotate_number(set, REVISION_ANNOTATION, revision);
	put_size(set, d);
	json_set_int(set, "spec.replicas", replicas);
	if (json_int(d, "spec.minReadySeconds", 0))
		json_set_int(set, "spec.minReadySeconds", json_int(d, "spec.minReadySeconds", 0));
	return set;
}

json_t *rollout_set_synced(const json_t *set, const json_t *d, int64_t revision)
{
	json_t *copy = json_dup(set);
	int64_t before = rollout_set_revision(set),
		seconds = json_int(d, "spec.minReadySeconds", 0);

	copy_annotations(copy, d);
	if (before < revision) {
		annotate_number(copy, REVISION_ANNOTATION, revision);
		if (before > 0)
			remember_revision(copy, before);
	}
	if (json_int(set, "spec.minReadySeconds", 0) != seconds)
		json_set_int(copy, "spec.minReadySeconds", seconds);
	return copy;
}

json_t *rollout_set_scaled(const json_t *set, const json_t *d, int64_t replicas)
{
	json_t *copy = json_dup(set);

	json_set_int(copy, "spec.replicas", replicas);
	put_size(copy, d);
	return copy;
}
