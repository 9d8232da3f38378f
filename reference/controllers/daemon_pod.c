/*
 * daemon_pod: how a daemon's pod is tied to its node, and what it endures there.
 *
 * The pod is not put on its node by hand: it demands it by an affinity to the node's name, and the scheduler binds
 * it, so that resources and ports are counted once. That term takes the place of the template's own required terms,
 * which have been judged here already. Its tolerations make it stay where other pods are sent away: on a node that is
 * not ready, cut off, short of something or cordoned.
 *
 * A node gets a pod when its labels fit the template and the pod tolerates its taints. A NoSchedule taint that came
 * later does not end a pod that is there; a label that went, or a NoExecute taint, does.
 */
#include "controllers/daemon_pod.h"

#include "api/meta.h"
#include "api/node_affinity.h"
#include "api/pod_status.h"
#include "api/workload.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/revisions.h"

#define REQUIRED "requiredDuringSchedulingIgnoredDuringExecution"

static const struct {
	const char *key, *effect;
	bool host_network; /* only for pods in the node's network */
} endured[] = {
	{ "node.kubernetes.io/not-ready", "NoExecute", false },
	{ "node.kubernetes.io/unreachable", "NoExecute", false },
	{ "node.kubernetes.io/disk-pressure", "NoSchedule", false },
	{ "node.kubernetes.io/memory-pressure", "NoSchedule", false },
	{ "node.kubernetes.io/pid-pressure", "NoSchedule", false },
	{ "node.kubernetes.io/unschedulable", "NoSchedule", false },
	{ "node.kubernetes.io/network-unavailable", "NoSchedule", true },
};

/* One of the same key and effect without limit takes the place of the template's. */
static void tolerate(json_t *tolerations, const char *key, const char *effect)
{
	json_t *t;
	size_t i;

	json_array_foreach(tolerations, i, t)
		if (streq(json_str(t, "key"), key) && streq(json_str(t, "effect"), effect) &&
		    streq(json_str(t, "operator"), "Exists")) {
			json_object_del(t, "tolerationSeconds");
			return;
		}
	json_array_append_new(tolerations, json_pack("{s:s,s:s,s:s}", "key", key, "operator",
						     "Exists", "effect", effect));
}

static void tolerate_all(json_t *pod)
{
	bool host_network = json_bool(pod, "spec.hostNetwork", false);
	json_t *tolerations = json_make_arr(json_make_obj(pod, "spec"), "tolerations");

	for (size_t i = 0; i < ARRAY_SIZE(endured); i++)
		if (!endured[i].host_network || host_network)
			tolerate(tolerations, endured[i].key, endured[i].effect);
}

json_t *daemon_pod_new(const json_t *ds, const char *node, const char *hash)
{
	json_t *pod = workload_pod_from_template(ds);
	json_t *term = json_pack("{s:[{s:s,s:s,s:[s]}]}", "matchFields", "key", "metadata.name",
				 "operator", "In", "values", node);

	json_object_set_new(json_make_obj(pod, "metadata.labels"), REVISION_POD_LABEL,
			    json_string(hash));
	json_object_set_new(json_make_obj(pod, "spec.affinity.nodeAffinity"), REQUIRED,
			    json_pack("{s:[o]}", "nodeSelectorTerms", term));
	tolerate_all(pod);
	return pod;
}

const char *daemon_pod_node(const json_t *pod)
{
	json_t *term, *field;
	size_t i, j;

	if (pod_node_name(pod))
		return pod_node_name(pod);
	json_each(pod, "spec.affinity.nodeAffinity." REQUIRED ".nodeSelectorTerms", i, term)
		json_each(term, "matchFields", j, field)
			if (streq(json_str(field, "key"), "metadata.name"))
				return json_str(field, "values[0]");
	return NULL;
}

bool daemon_pod_is_of(const json_t *pod, const char *hash)
{
	return streq(meta_label(pod, REVISION_POD_LABEL), hash);
}

json_t *daemon_pod_probe(const json_t *ds)
{
	json_t *probe = json_pack("{s:o}", "spec", json_dup(json_obj(ds, "spec.template.spec")));

	tolerate_all(probe);
	return probe;
}

struct daemon_fit daemon_fit_node(const json_t *probe, const json_t *node)
{
	static const char *const refusing[] = { "NoSchedule", "NoExecute", NULL };
	static const char *const expelling[] = { "NoExecute", NULL };
	const char *name = json_str_or(probe, "spec.nodeName", "");

	if (*name && !streq(name, meta_name(node)))
		return (struct daemon_fit){ 0 };
	if (!node_affinity_matches(probe, node))
		return (struct daemon_fit){ 0 };
	return (struct daemon_fit){
		.should_run = !node_untolerated_taint(probe, node, refusing),
		.may_stay = !node_untolerated_taint(probe, node, expelling),
	};
}
