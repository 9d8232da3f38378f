/*
 * fit: the filters of the scheduler.
 *
 * They are asked in the field's order; the first that refuses gives the reason, and the sentence counts how
 * many nodes gave which. Resources: a pod that asks nothing of a resource fits whatever is left of it,
 * also when more is taken than there is. A pod takes one of the node's "pods".
 */
#include "controllers/fit.h"

#include "api/meta.h"
#include "api/node_affinity.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "controllers/pod_affinity.h"

static bool is_cordoned(const json_t *pod, const json_t *node)
{
	static const char *const taint_text = "node.kubernetes.io/unschedulable";
	_cleanup_json_ json_t *taint = NULL;
	json_t *t;
	size_t i;

	if (!json_bool(node, "spec.unschedulable", false))
		return false;
	taint = json_pack("{s:s,s:s}", "key", taint_text, "effect", "NoSchedule");
	json_each(pod, "spec.tolerations", i, t)
		if (toleration_covers(t, taint))
			return false;
	return true;
}

static bool meets_ports(const json_t *pod, const struct usage *usage)
{
	const char *uid;
	json_t *other;

	json_object_foreach(usage->with_ports, uid, other)
		if (pod_ports_conflict(pod, other))
			return true;
	return false;
}

static bool fit_resources(const json_t *pod, const json_t *node, const struct usage *usage,
			  char ***reasons)
{
	_cleanup_(resource_list_deinit) struct resource_list want = { 0 }, have = { 0 };
	size_t before = strv_len(*reasons);

	pod_demand_read(pod, &want);
	resource_list_read(&have, json_obj(node, "status.allocatable"));
	if ((int64_t)usage->pods + 1 > resource_list_get(&have, "pods"))
		strv_add(reasons, "Too many pods");
	for (size_t i = 0; i < want.n; i++) {
		const char *name = want.items[i].name;
		int64_t free_amount =
			resource_list_get(&have, name) - resource_list_get(&usage->taken, name);

		if (want.items[i].amount > 0 && want.items[i].amount > free_amount)
			strv_addf(reasons, "Insufficient %s", name);
	}
	return strv_len(*reasons) == before;
}

static bool refuse(char ***reasons, const char *reason)
{
	strv_add(reasons, reason);
	return false;
}

bool fit_node(const json_t *pod, const json_t *node, const struct usage *usage,
	      const struct pod_affinity *affinity, char ***reasons)
{
	static const char *const blocking[] = { "NoSchedule", "NoExecute", NULL };
	const char *others;

	if (is_cordoned(pod, node))
		return refuse(reasons, "node(s) were unschedulable");
	if (node_untolerated_taint(pod, node, blocking))
		return refuse(reasons, "node(s) had untolerated taint(s)");
	if (!node_affinity_matches(pod, node))
		return refuse(reasons, "node(s) didn't match Pod's node affinity/selector");
	if (meets_ports(pod, usage))
		return refuse(reasons,
			      "node(s) didn't have free ports for the requested pod ports");
	if (!fit_resources(pod, node, usage, reasons))
		return false;
	others = pod_affinity_refusal(affinity, node);
	return others ? refuse(reasons, others) : true;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

char *fit_message(char *const *reasons, size_t n_nodes)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_strv_ char **sorted = strv_copy(reasons), **counted = NULL;
	_cleanup_free_ char *list = NULL;
	size_t n = strv_len(sorted);

	if (!n_nodes)
		return xstrdup("no nodes available to schedule pods");
	if (n)
		qsort(sorted, n, sizeof(*sorted), by_text);
	for (size_t i = 0, run; i < n; i += run) {
		for (run = 1; i + run < n && streq(sorted[i], sorted[i + run]);)
			run++;
		strv_addf(&counted, "%zu %s", run, sorted[i]);
	}
	if (counted)
		qsort(counted, strv_len(counted), sizeof(*counted), by_text);
	list = strv_join(counted, ", ");
	strbuf_addf(&b, "0/%zu nodes are available: %s.", n_nodes, list ? list : "");
	return strbuf_take(&b);
}
