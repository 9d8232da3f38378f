/*
 * What the server itself puts into a new object, by kind: the status it begins with, the generation, a namespace's
 * label and finalizer, a Job's selector, what holds volumes and claims. Everything else about a kind is in its tables (api/scheme.h).
 */
#include "store/engine.h"

#include "api/job.h"
#include "api/meta.h"
#include "api/persistent_volume.h"
#include "api/pod.h"
#include "api/service.h"
#include "base/json.h"

DEFINE_CLEANUP_FUNC(struct pod *, pod_view_free)

static bool is_kind(const struct kind *k, const char *resource)
{
	return streq(kind_resource_name(k), resource);
}

bool strategy_has_generation(const struct kind *k)
{
	static const char *const without[] = { "nodes",
					       "namespaces",
					       "services",
					       "horizontalpodautoscalers.autoscaling",
					       "persistentvolumes",
					       "persistentvolumeclaims" };

	for (size_t i = 0; i < ARRAY_SIZE(without); i++)
		if (is_kind(k, without[i]))
			return false;
	return k->subresources & SUB_STATUS;
}

bool strategy_annotations_count(const struct kind *k)
{
	return is_kind(k, "deployments.apps");
}

static void prepare_namespace(json_t *obj)
{
	json_t *labels = json_make_obj(obj, "metadata.labels");

	json_take_set(labels, "kubernetes.io/metadata.name", json_string(meta_name(obj)));
	json_take_append(json_make_arr(json_make_obj(obj, "spec"), "finalizers"),
			 json_string("kubernetes"));
}

static void hold(json_t *obj, const char *finalizer)
{
	json_t *list = json_make_arr(obj, "metadata.finalizers"), *f;
	size_t i;

	json_array_foreach(list, i, f)
		if (streq(json_string_value(f), finalizer))
			return;
	json_take_append(list, json_string(finalizer));
}

void strategy_prepare(const struct kind *k, json_t *obj)
{
	/* A node registers with its status; everybody else's is the server's to begin. */
	if ((k->subresources & SUB_STATUS) && !is_kind(k, "nodes"))
		json_object_del(obj, "status");
	if (strategy_has_generation(k))
		meta_set_int(obj, "generation", 1);
	if (is_kind(k, "namespaces")) {
		json_object_del(obj, "spec");
		prepare_namespace(obj);
	}
	if (is_kind(k, "jobs.batch"))
		job_generate_selector(obj);
	if (is_kind(k, "persistentvolumes"))
		hold(obj, PV_PROTECTION);
	if (is_kind(k, "persistentvolumeclaims"))
		hold(obj, PVC_PROTECTION);
}

void strategy_prepare_update(const struct kind *k, const json_t *cur, json_t *obj)
{
	if (k == &kind_service)
		service_carry_over(obj, cur);
}

static int first_pod_status(json_t *obj, struct error *err)
{
	_cleanup_(pod_view_freep) struct pod *view = NULL;
	int r = pod_view_new(obj, &view, err);

	if (r < 0)
		return r;
	json_set_str(obj, "status.phase", "Pending");
	json_set_str(obj, "status.qosClass", pod_qos_name(pod_qos_class(view)));
	return 0;
}

int strategy_first_status(const struct kind *k, json_t *obj, struct error *err)
{
	if (is_kind(k, "pods"))
		return first_pod_status(obj, err);
	if (is_kind(k, "namespaces"))
		json_set_str(obj, "status.phase", "Active");
	else if (is_kind(k, "persistentvolumes") || is_kind(k, "persistentvolumeclaims"))
		json_set_path(obj, "status.phase", json_string("Pending"));
	else if ((k->subresources & SUB_STATUS) && (k->subresources & SUB_SCALE))
		json_set_int(obj, "status.replicas", 0);
	return 0;
}

int strategy_outcome(int r)
{
	return r == -ERR_INVALID || r == -ERR_FORBIDDEN || r == -ERR_BAD_REQUEST ? STORE_REFUSED :
										   r;
}
