/*
 * podctl autoscale: a HorizontalPodAutoscaler for something that scales.
 */
#include "api/hpa.h"
#include "api/scheme.h"
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_print.h"
#include "cmd/podctl_targets.h"

static const struct option_row rows[] = {
	OPTION("min", 0, OPT_INT, min, "N", "at least so many pods (default: the server's, 1)"),
	OPTION("max", 0, OPT_INT, max, "N", "at most so many pods"),
	OPTION("cpu-percent", 0, OPT_INT, cpu_percent, "N",
	       "wanted use of CPU in percent of what is requested (default: the server's, 80)"),
	OPTION("name", 0, OPT_STRING, name, "NAME", "of the new object (default: its target's)"),
	OPTION("output", 'o', OPT_STRING, output, "FORMAT", "json, yaml, name, jsonpath=TEMPLATE"),
	OPTION("filename", 'f', OPT_LIST, files, "FILE", "the objects of these manifests"),
	{ 0 },
};

static json_t *hpa_new(const struct podctl *p, const struct target *t)
{
	json_t *hpa = json_pack("{ss, ss, s{ss}, s{si, s{ss, ss, ss}}}", "apiVersion",
				kind_hpa.api_version, "kind", kind_hpa.kind, "metadata", "name",
				p->o.name ? p->o.name : t->name, "spec", "maxReplicas",
				(int)p->o.max, "scaleTargetRef", "apiVersion", t->kind->api_version,
				"kind", t->kind->kind, "name", t->name);

	if (p->o.min > 0)
		json_set_int(hpa, "spec.minReplicas", p->o.min);
	if (p->o.cpu_percent > 0)
		json_set_path(hpa, "spec.metrics",
			      json_pack("[{ss, s{ss, s{ss, sI}}}]", "type", "Resource", "resource",
					"name", "cpu", "target", "type", "Utilization",
					"averageUtilization", (json_int_t)p->o.cpu_percent));
	return hpa;
}

static int autoscale_one(struct podctl *p, const struct target *t, void *userdata _unused_,
			 struct error *err)
{
	_cleanup_free_ char *path = rest_path(&kind_hpa, t->ns, NULL, NULL);
	_cleanup_json_ json_t *hpa = NULL, *stored = NULL;
	struct rest_request req = { .method = "POST", .path = path };
	int r;

	if (!(t->kind->subresources & SUB_SCALE))
		return error_set(err, ERR_INVALID, NULL, "cannot autoscale a %s", t->kind->kind);
	req.body = hpa = hpa_new(p, t);
	r = rest_call(p->client, &req, &stored, err);
	return r < 0 ? r : print_done(p, stored, "autoscaled", err);
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(targets_deinit) struct targets t = { 0 };
	int r;

	if (p->o.max < 1)
		return podctl_usage(p, err,
				    "--max=MAXPODS is required and must be at least 1, max: %lld",
				    (long long)p->o.max);
	r = targets_find(p, &t, err);
	return r < 0 ? r : targets_each(p, &t, autoscale_one, NULL);
}

const struct command command_autoscale = {
	.name = "autoscale",
	.usage = "autoscale TYPE NAME | TYPE/NAME... --max=N [--min=N] [--cpu-percent=N]",
	.summary = "scale by what the pods use",
	.text = "Makes a HorizontalPodAutoscaler of the name of its target.",
	.examples = "podctl autoscale deployment web --min=2 --max=10 --cpu-percent=80",
	.options = rows,
	.run = run,
};
