/*
 * describe_node: the page of a node, in kubectl's order: who may come, how it is, what it has and who takes how much of it.
 *
 * The pods are those that are bound to it; the finished ones are left out, since they hold nothing.
 */
#include "client/describe.h"

#include <inttypes.h>

#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_status.h"
#include "api/quantity.h"
#include "base/json.h"
#include "base/str.h"
#include "client/human.h"

struct sums {
	int64_t cpu, memory; /* millicores, bytes */
};

static void describe_roles(struct describer *d, const json_t *node)
{
	static const char prefix[] = "node-role.kubernetes.io/";
	_cleanup_strv_ char **roles = NULL;
	_cleanup_free_ char *text = NULL;
	const char *key;
	json_t *value;

	json_object_foreach(meta_labels(node), key, value)
		if (str_after(key, prefix))
			strv_add(&roles, str_after(key, prefix));
	text = roles ? strv_join(roles, ",") : NULL;
	describe_field(d, "Roles", text);
}

/* One below the other, as kubectl writes them: key=value:effect. */
static void describe_taints(struct describer *d, const json_t *node)
{
	json_t *taint;
	size_t i;

	if (!json_len(node, "spec.taints"))
		describe_field(d, "Taints", NULL);
	json_each(node, "spec.taints", i, taint) {
		const char *value = json_str_or(taint, "value", "");

		describe_fieldf(d, i ? "" : "Taints", "%s%s%s:%s", json_str_or(taint, "key", ""),
				*value ? "=" : "", value, json_str_or(taint, "effect", ""));
	}
	describe_field(d, "Unschedulable",
		       json_bool(node, "spec.unschedulable", false) ? "true" : "false");
}

static void describe_conditions(struct describer *d, const json_t *node)
{
	json_t *c;
	size_t i;

	describe_head(d, "Conditions");
	strbuf_addf(d->out, "  %-20s %-8s %-32s %-28s %s\n", "Type", "Status", "LastTransitionTime",
		    "Reason", "Message");
	strbuf_addf(d->out, "  %-20s %-8s %-32s %-28s %s\n", "----", "------", "------------------",
		    "------", "-------");
	json_each(node, "status.conditions", i, c) {
		char time[HUMAN_MAX];

		strbuf_addf(d->out, "  %-20s %-8s %-32s %-28s %s\n", json_str_or(c, "type", ""),
			    json_str_or(c, "status", ""),
			    human_time(json_str(c, "lastTransitionTime"), time),
			    json_str_or(c, "reason", ""), json_str_or(c, "message", ""));
	}
}

static void describe_addresses(struct describer *d, const json_t *node)
{
	json_t *a;
	size_t i;

	describe_head(d, "Addresses");
	d->level++;
	json_each(node, "status.addresses", i, a)
		describe_field(d, json_str_or(a, "type", ""), json_str(a, "address"));
	d->level--;
}

static char *amount(int64_t milli_or_bytes, bool is_cpu)
{
	char text[QUANTITY_STRING_MAX];
	struct quantity q = is_cpu ? quantity_from_milli(milli_or_bytes, QUANTITY_DECIMAL_SI) :
				     quantity_from_value(milli_or_bytes, QUANTITY_BINARY_SI);

	quantity_format(&q, text);
	return xstrdup(text);
}

/* "250m (12%)" */
static char *share(int64_t taken, int64_t of, bool is_cpu)
{
	_cleanup_free_ char *text = amount(taken, is_cpu);

	return str_printf("%s (%" PRId64 "%%)", text, of > 0 ? taken * 100 / of : 0);
}

static struct sums allocatable(const json_t *node)
{
	return (struct sums){
		.cpu = quantity_text_milli(json_str(node, "status.allocatable.cpu"), 0),
		.memory = quantity_text_value(json_str(node, "status.allocatable.memory"), 0),
	};
}

static struct sums requests_of(const json_t *pod)
{
	struct pod *view = NULL;
	struct sums s = { 0 };

	if (pod_view_new((json_t *)pod, &view, NULL) == 0)
		pod_requests(view, &s.cpu, &s.memory);
	pod_view_free(view);
	return s;
}

static void describe_one_pod(struct describer *d, const json_t *pod, const struct sums *all,
			     struct sums *taken)
{
	struct sums s = requests_of(pod);
	_cleanup_free_ char *cpu = share(s.cpu, all->cpu, true),
			    *memory = share(s.memory, all->memory, false);

	taken->cpu += s.cpu;
	taken->memory += s.memory;
	strbuf_addf(d->out, "  %-24s %-40s %-14s %s\n", meta_namespace(pod), meta_name(pod), cpu,
		    memory);
}

static void describe_pods(struct describer *d, const json_t *node, const json_t *pods)
{
	struct sums all = allocatable(node), taken = { 0 };
	_cleanup_free_ char *cpu = NULL, *memory = NULL;
	size_t n = 0, i;
	json_t *pod;

	json_array_foreach((json_t *)pods, i, pod)
		n += !pod_is_terminal(pod);
	describe_fieldf(d, "Non-terminated Pods", "(%zu in total)", n);
	strbuf_addf(d->out, "  %-24s %-40s %-14s %s\n", "Namespace", "Name", "CPU Requests",
		    "Memory Requests");
	strbuf_addf(d->out, "  %-24s %-40s %-14s %s\n", "---------", "----", "------------",
		    "---------------");
	json_array_foreach((json_t *)pods, i, pod)
		if (!pod_is_terminal(pod))
			describe_one_pod(d, pod, &all, &taken);
	cpu = share(taken.cpu, all.cpu, true);
	memory = share(taken.memory, all.memory, false);
	describe_head(d, "Allocated resources");
	strbuf_addf(d->out, "  %-18s %s\n  %-18s %s\n  %-18s %s\n  %-18s %s\n", "Resource",
		    "Requests", "--------", "--------", "cpu", cpu, "memory", memory);
}

void describe_node(struct describer *d, const json_t *node, const json_t *pods)
{
	char time[HUMAN_MAX];

	describe_roles(d, node);
	describe_map(d, "Labels", meta_labels(node), "=");
	describe_map(d, "Annotations", meta_annotations(node), ": ");
	describe_field(d, "CreationTimestamp", human_time(meta_creation_timestamp(node), time));
	describe_taints(d, node);
	describe_conditions(d, node);
	describe_addresses(d, node);
	describe_value(d, "Capacity", json_obj(node, "status.capacity"));
	describe_value(d, "Allocatable", json_obj(node, "status.allocatable"));
	describe_value(d, "System Info", json_obj(node, "status.nodeInfo"));
	describe_pods(d, node, pods);
}
