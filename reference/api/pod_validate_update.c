/*
 * pod_validate_update: what may change in a pod that is there.
 *
 * Images, a deadline that gets shorter, more tolerations, fewer scheduling gates, and (while gated) a
 * narrower choice of nodes (pod_validate_gated.c). Each of these is judged by itself; then they are put back to what they were in
 * a copy, and if anything else differs, that is refused in one sentence. Binding is not an update of the
 * spec: the store sets spec.nodeName itself.
 */
#include <string.h>

#include "api/pod_rules.h"
#include "base/json.h"
#include "base/str.h"

static const char only_these[] =
	"pod updates may not change fields other than `spec.containers[*].image`,"
	"`spec.initContainers[*].image`,`spec.activeDeadlineSeconds`,`spec.tolerations` (only "
	"additions to existing tolerations),`spec.terminationGracePeriodSeconds` (allow it to be "
	"set to 1 if it was previously negative)";

/* Whether both lists have the same length; the images of now become those of before. */
static bool take_back_images(json_t *now, const json_t *before, const char *list)
{
	json_t *c;
	size_t i;

	if (json_len(now, list) != json_len(before, list))
		return false;
	json_each(now, list, i, c) {
		const json_t *old = json_array_get(json_arr(before, list), i);

		json_set_str(c, "image", json_str(old, "image"));
	}
	return true;
}

/* The field of now becomes that of before. */
static void take_back(json_t *now, const json_t *before, const char *field)
{
	json_t *old = json_object_get(before, field);

	if (old == NULL)
		json_object_del(now, field);
	else
		json_object_set(now, field, old);
}

static void check_deadline(const json_t *now, const json_t *before, const struct fpath *spec,
			   struct violations *v)
{
	const struct fpath at = { .up = spec, .name = "activeDeadlineSeconds" };
	const json_t *new_value = json_object_get(now, "activeDeadlineSeconds");
	const json_t *old_value = json_object_get(before, "activeDeadlineSeconds");

	if (old_value == NULL)
		return;
	if (new_value == NULL)
		violate_invalid(v, &at, NULL,
				"must not update from a positive integer to nil value");
	else if (json_integer_value(new_value) > json_integer_value(old_value))
		violate_invalid(v, &at, new_value, "must be less than or equal to previous value");
}

static bool same_but_seconds(const json_t *a, const json_t *b)
{
	_cleanup_json_ json_t *x = json_copy((json_t *)a), *y = json_copy((json_t *)b);

	json_object_del(x, "tolerationSeconds");
	json_object_del(y, "tolerationSeconds");
	return json_equal(x, y);
}

static bool has_toleration(const json_t *spec, const json_t *wanted)
{
	json_t *t;
	size_t i;

	json_each(spec, "tolerations", i, t) {
		if (same_but_seconds(t, wanted))
			return true;
	}
	return false;
}

static void check_tolerations(const json_t *now, const json_t *before, const struct fpath *spec,
			      struct violations *v)
{
	json_t *t;
	size_t i;

	json_each(before, "tolerations", i, t) {
		if (has_toleration(now, t))
			continue;
		violate_forbidden(v, FPATH(spec, "tolerations"),
				  "existing toleration can not be modified except its "
				  "tolerationSeconds");
		return;
	}
}

static void check_gates(const json_t *now, const json_t *before, const struct fpath *spec,
			struct violations *v)
{
	const struct fpath at = { .up = spec, .name = "schedulingGates" };
	json_t *gate;
	size_t i;

	json_each(now, "schedulingGates", i, gate) {
		const char *name = json_str_or(gate, "name", "");

		if (json_find(json_arr(before, "schedulingGates"), "name", name) == NULL)
			violate_forbidden(v, FPATH(FPATH_INDEX(&at, i), "name"),
					  "only deletion is allowed, but found new scheduling gate "
					  "'%s'",
					  name);
	}
}

/* Of a copy: the node affinity becomes that of before, and no empty affinity is left around it. */
static void take_back_affinity(json_t *copy, const json_t *before)
{
	json_t *old = json_obj(before, "affinity.nodeAffinity");

	if (old)
		json_set_path(copy, "affinity.nodeAffinity", json_incref(old));
	else
		json_del_path(copy, "affinity.nodeAffinity");
	if (!json_has(before, "affinity") && !json_len(copy, "affinity"))
		json_object_del(copy, "affinity");
}

static void check_gated(json_t *copy, const json_t *before, const struct fpath *spec,
			struct violations *v)
{
	if (json_len(before, "schedulingGates") == 0)
		return;
	pod_rules_gated(copy, before, spec, v);
	take_back(copy, before, "nodeSelector");
	take_back_affinity(copy, before);
}

void pod_validate_update(const json_t *new_pod, const json_t *old_pod, struct violations *v)
{
	const struct fpath spec = { .name = "spec" };
	const json_t *now = json_obj(new_pod, "spec"), *before = json_obj(old_pod, "spec");
	_cleanup_json_ json_t *copy = NULL;

	if (json_same(now, before))
		return;
	copy = json_dup(now);
	if (!take_back_images(copy, before, "containers") ||
	    !take_back_images(copy, before, "initContainers")) {
		violate_forbidden(v, FPATH(&spec, "containers"),
				  "pod updates may not add or remove containers");
		return;
	}
	check_deadline(now, before, &spec, v);
	check_tolerations(now, before, &spec, v);
	check_gates(now, before, &spec, v);
	check_gated(copy, before, &spec, v);
	take_back(copy, before, "activeDeadlineSeconds");
	take_back(copy, before, "tolerations");
	take_back(copy, before, "schedulingGates");
	if (json_int(before, "terminationGracePeriodSeconds", 0) < 0)
		take_back(copy, before, "terminationGracePeriodSeconds");
	if (!json_equal(copy, before))
		violate_forbidden(v, &spec, "%s", only_these);
}
