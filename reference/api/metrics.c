/*
 * metrics: what pods and nodes use, in the words of metrics.k8s.io.
 *
 * CPU is in nanocores over the window that ends at the timestamp, memory in KiB at that time. The resources are
 * called "pods" and "nodes" as those of the core group are; a command line means the latter by these words.
 */
#include "api/metrics.h"

#include "api/columns.h"
#include "api/meta.h"
#include "api/schema_rows.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

static SCHEMA(schema_container_metrics, "ContainerMetrics", STR("name", .flags = FIELD_PTR),
	      QUANTITY_MAP("usage"));

static SCHEMA(schema_pod_metrics, "PodMetrics", TYPE_META, OBJ("metadata", schema_object_meta),
	      TIME("timestamp"), STR("window"), LIST("containers", schema_container_metrics));

static SCHEMA(schema_node_metrics, "NodeMetrics", TYPE_META, OBJ("metadata", schema_object_meta),
	      TIME("timestamp"), STR("window"), QUANTITY_MAP("usage"));

json_t *metrics_usage_new(int64_t cpu_nano, int64_t memory_bytes)
{
	json_t *usage = json_object();

	if (cpu_nano >= 0)
		json_object_set_new(usage, "cpu", json_sprintf("%lldn", (long long)cpu_nano));
	json_object_set_new(usage, "memory",
			    json_sprintf("%lldKi", (long long)(memory_bytes + 1023) / 1024));
	return usage;
}

json_t *metrics_new(const struct kind *k, const char *ns, const char *name, const json_t *labels,
		    int64_t at_ns, int64_t window_ns)
{
	char stamp[CLOCK_STAMP_MAX];
	json_t *obj = json_pack("{ss, ss, s{ss, ss*, ss}}", "kind", k->kind, "apiVersion",
				k->api_version, "metadata", "name", name, "namespace", ns,
				"creationTimestamp", clock_format(at_ns, stamp));

	if (labels && json_object_size(labels))
		json_object_set_new(meta_ensure(obj), "labels", json_dup(labels));
	json_set_str(obj, "timestamp", stamp);
	json_object_set_new(obj, "window", json_sprintf("%.3fs", (double)window_ns / NSEC_PER_SEC));
	return obj;
}

/* ---- columns ---- */

static const char *usage_text(const json_t *usage, const char *resource)
{
	return json_str_or(usage, resource, "<unknown>");
}

/* Of a pod with several containers the first one is shown: the sum is what `top` is for. */
static const json_t *usage_of(const json_t *obj)
{
	return json_has(obj, "usage") ? json_obj(obj, "usage") :
					json_obj(obj, "containers[0].usage");
}

static json_t *cell_cpu(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(usage_text(usage_of(obj), "cpu"));
}

static json_t *cell_memory(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(usage_text(usage_of(obj), "memory"));
}

static json_t *cell_window(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(json_str_or(obj, "window", ""));
}

static const struct printer_column columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "CPU", "string", "", 0, cell_cpu },
	{ "Memory", "string", "", 0, cell_memory },
	{ "Window", "string", "", 0, cell_window },
	{ 0 },
};

const struct kind kind_pod_metrics = {
	KIND_NAMES("metrics.k8s.io", "v1beta1", "PodMetrics", "pods", "pod"),
	.namespaced = true,
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.schema = &schema_pod_metrics,
	.columns = columns,
	.computed = true,
};

const struct kind kind_node_metrics = {
	KIND_NAMES("metrics.k8s.io", "v1beta1", "NodeMetrics", "nodes", "node"),
	.name_rule = NAME_DNS1123_SUBDOMAIN,
	.schema = &schema_node_metrics,
	.columns = columns,
	.computed = true,
};
