/*
 * podctl top: what pods and nodes use now, from metrics.k8s.io.
 *
 * The server measures only while somebody asks, so a pod that has just begun may not be known yet: then it says so, and
 * the next call finds it.
 */
#include "api/cluster.h"
#include "api/meta.h"
#include "api/metrics.h"
#include "api/quantity.h"
#include "api/scheme.h"
#include "base/json.h"
#include "client/table_printer.h"
#include "cmd/podctl.h"

static const struct option_row rows[] = {
	OPTION("selector", 'l', OPT_STRING, selector, "QUERY", "those with these labels"),
	OPTION("all-namespaces", 'A', OPT_FLAG, all_namespaces, NULL, "of all namespaces"),
	OPTION("containers", 0, OPT_FLAG, all_containers, NULL, "a line per container"),
	OPTION("no-headers", 0, OPT_FLAG, no_headers, NULL, "no line of headers"),
	{ 0 },
};

struct usage {
	int64_t cpu_milli, memory;
};

static struct usage usage_of(const json_t *resources)
{
	return (struct usage){
		.cpu_milli = quantity_text_milli(json_str(resources, "cpu"), 0),
		.memory = quantity_text_value(json_str(resources, "memory"), 0),
	};
}

/* ---- rows ---- */

static json_t *cpu_cell(struct usage u)
{
	return json_sprintf("%lldm", (long long)u.cpu_milli);
}

static json_t *memory_cell(struct usage u)
{
	return json_sprintf("%lldMi", (long long)(u.memory >> 20));
}

static json_t *share_cell(int64_t part, int64_t whole)
{
	return whole > 0 ? json_sprintf("%lld%%", (long long)(part * 100 / whole)) :
			   json_string("<unknown>");
}

static void add_row(json_t *out, const json_t *obj, json_t *cells)
{
	json_array_append_new(out, json_pack("{so, s{sO}}", "cells", cells, "object", "metadata",
					     json_object_get(obj, "metadata")));
}

static void add_pod(json_t *out, const json_t *obj, bool each)
{
	struct usage sum = { 0 };
	json_t *c;
	size_t i;

	json_each(obj, "containers", i, c) {
		struct usage u = usage_of(json_obj(c, "usage"));

		sum.cpu_milli += u.cpu_milli;
		sum.memory += u.memory;
		if (each)
			add_row(out, obj,
				json_pack("[s, s, o, o]", meta_name(obj), json_str(c, "name"),
					  cpu_cell(u), memory_cell(u)));
	}
	if (!each)
		add_row(out, obj,
			json_pack("[s, o, o]", meta_name(obj), cpu_cell(sum), memory_cell(sum)));
}

static void add_node(struct podctl *p, json_t *out, const json_t *obj)
{
	_cleanup_free_ char *path = rest_path(&kind_node, NULL, meta_name(obj), NULL);
	struct rest_request req = { .path = path };
	_cleanup_json_ json_t *node = NULL;
	struct usage u = usage_of(json_obj(obj, "usage")), all = { 0 };

	if (rest_call(p->client, &req, &node, NULL) == 0)
		all = usage_of(json_obj(node, "status.allocatable"));
	add_row(out, obj,
		json_pack("[s, o, o, o, o]", meta_name(obj), cpu_cell(u),
			  share_cell(u.cpu_milli, all.cpu_milli), memory_cell(u),
			  share_cell(u.memory, all.memory)));
}

/* ---- the table ---- */

static json_t *columns(const char *const *names)
{
	json_t *out = json_array();

	for (; *names; names++)
		json_array_append_new(out, json_pack("{ss, ss, ss, si}", "name", *names, "type",
						     "string", "format",
						     streq(*names, "Name") ? "name" : "",
						     "priority", 0));
	return out;
}

static json_t *table_of(struct podctl *p, const struct kind *k, const json_t *list)
{
	static const char *const of_node[] = { "Name",		"CPU(cores)", "CPU(%)",
					       "Memory(bytes)", "Memory(%)",  NULL };
	static const char *const of_pod[] = { "Name", "CPU(cores)", "Memory(bytes)", NULL };
	static const char *const of_container[] = { "Pod", "Name", "CPU(cores)", "Memory(bytes)",
						    NULL };
	bool nodes = k == &kind_node_metrics;
	json_t *out = json_array(), *obj;
	size_t i;

	if (json_has(list, "items"))
		json_each(list, "items", i, obj)
			nodes ? add_node(p, out, obj) : add_pod(out, obj, p->o.all_containers);
	else
		nodes ? add_node(p, out, list) : add_pod(out, list, p->o.all_containers);
	return json_pack("{so, so}", "columnDefinitions",
			 columns(nodes		     ? of_node :
				 p->o.all_containers ? of_container :
						       of_pod),
			 "rows", out);
}

static void print_table(struct podctl *p, const struct kind *k, const json_t *table)
{
	struct table_options options = {
		.no_headers = p->o.no_headers,
		.show_namespace = k->namespaced && p->o.all_namespaces,
	};
	_cleanup_(table_printer_freep) struct table_printer *printer = table_printer_new(&options);
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	table_print(printer, table, &out);
	fwrite(strbuf_str(&out), 1, out.len, stdout);
}

/* ---- the command ---- */

static const struct kind *kind_named(const char *word)
{
	const struct kind *k = word ? scheme_word(word) : NULL;

	return k == &kind_pod_metrics || (k && streq(k->kind, "Pod"))	? &kind_pod_metrics :
	       k == &kind_node_metrics || (k && streq(k->kind, "Node")) ? &kind_node_metrics :
									  NULL;
}

static int run(struct podctl *p, struct error *err)
{
	const struct kind *k = kind_named(p->args ? p->args[0] : NULL);
	const char *name = k ? p->args[1] : NULL;
	_cleanup_strbuf_ struct strbuf path = STRBUF_INIT;
	_cleanup_json_ json_t *list = NULL, *table = NULL;
	_cleanup_free_ char *base = NULL;
	struct rest_request req = { 0 };
	int r;

	if (!k || (name && p->args[2]))
		return podctl_usage(p, err, "expected pod or node, and at most one name");
	r = podctl_connect(p, err);
	if (r < 0)
		return r;
	base = rest_path(k, podctl_list_ns(p), name, NULL);
	strbuf_adds(&path, base);
	rest_query(&path, "labelSelector", p->o.selector);
	req.path = strbuf_str(&path);
	r = rest_call(p->client, &req, &list, err);
	if (r < 0)
		return r;
	table = table_of(p, k, list);
	if (json_len(table, "rows") == 0)
		return error_set(err, ERR_UNAVAILABLE, NULL, "metrics not available yet");
	print_table(p, k, table);
	return 0;
}

const struct command command_top = {
	.name = "top",
	.usage = "top pod|node [NAME] [-l QUERY] [-A] [--containers]",
	.summary = "what pods or nodes use now",
	.text = "CPU in thousandths of a core over the last period of measuring, memory in MiB.\n"
		"Nothing is measured while nobody asks: a pod that has just begun shows after a "
		"while.",
	.examples = "podctl top pod\npodctl top pod -l app=web --containers\npodctl top node",
	.options = rows,
	.run = run,
};
