/*
 * hpa_metric: the resources of pods and of one container are measured here; metrics of pods, objects and the outer world
 * come from adapters that no podd has, so their API is not found.
 */
#include "controllers/hpa_metric.h"

#include "api/hpa.h"
#include "api/quantity.h"
#include "api/workload.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/hpa_usage.h"

#define TOLERANCE 0.1

static double tolerance(const json_t *hpa, const char *path)
{
	const char *text = json_str(hpa, path);

	return text ? (double)quantity_text_milli(text, 100) / 1000 : TOLERANCE;
}

/* ---- words ---- */

static const char *failure_of(const char *source)
{
	static const char *const reasons[][2] = {
		{ "resource", "FailedGetResourceMetric" },
		{ "containerResource", "FailedGetContainerResourceMetric" },
		{ "pods", "FailedGetPodsMetric" },
		{ "object", "FailedGetObjectMetric" },
		{ "external", "FailedGetExternalMetric" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(reasons); i++)
		if (streq(reasons[i][0], source))
			return reasons[i][1];
	return "InvalidMetricSourceType";
}

static char *name_of(const struct hpa_question *q)
{
	return str_printf("%s %sresource%s", q->resource, q->container ? "container " : "",
			  q->percent ? " utilization (percentage of request)" : "");
}

static json_t *status_of(const json_t *metric, const char *source, const struct hpa_question *q,
			 const struct hpa_answer *a)
{
	struct quantity average = quantity_from_milli(a->average_milli, QUANTITY_DECIMAL_SI);
	char text[QUANTITY_STRING_MAX];
	json_t *current,
		*inner = json_pack("{ss, ss*}", "name", q->resource, "container", q->container);

	quantity_format(&average, text);
	current = json_pack("{ss}", "averageValue", text);
	if (q->percent)
		json_set_int(current, "averageUtilization", a->percent);
	json_object_set_new(inner, "current", current);
	return json_pack("{ss, so}", "type", json_str(metric, "type"), source, inner);
}

/* ---- the question ---- */

static int ask_resource(const struct hpa_facts *f, const json_t *metric, const char *source,
			struct hpa_proposal *ret, struct error *err)
{
	const json_t *spec = json_obj(metric, source);
	const char *amount = json_str(spec, "target.averageValue");
	struct hpa_question q = {
		.pods = f->pods,
		.metrics = f->metrics,
		.resource = json_str_or(spec, "name", ""),
		.container = json_str(spec, "container"),
		.percent = amount ? 0 : json_int(spec, "target.averageUtilization", 0),
		.average_milli = quantity_text_milli(amount, 0),
		.replicas = workload_replicas(f->target),
		.up = tolerance(f->hpa, "spec.behavior.scaleUp.tolerance"),
		.down = tolerance(f->hpa, "spec.behavior.scaleDown.tolerance"),
		.now_ns = f->now_ns,
	};
	struct hpa_answer answer;
	int r;

	if (!f->metrics)
		r = error_set(err, ERR_NOT_FOUND, NULL, "unable to get metrics for resource %s: %s",
			      q.resource, f->why_no_metrics);
	else
		r = hpa_usage_answer(&q, &answer, err);
	if (r < 0)
		return error_wrap(err, "failed to get %s %s", q.resource,
				  q.percent ? "utilization" : "usage");
	ret->replicas = answer.replicas;
	ret->name = name_of(&q);
	ret->status = status_of(metric, source, &q, &answer);
	return 0;
}

int hpa_metric_ask(const struct hpa_facts *f, const json_t *metric, struct hpa_proposal *ret,
		   struct error *err)
{
	const char *source = hpa_metric_source(metric);

	*ret = (struct hpa_proposal){ .failure = failure_of(source) };
	if (streq(source, "resource") || streq(source, "containerResource"))
		return ask_resource(f, metric, source, ret, err);
	return error_set(
		err, ERR_NOT_FOUND, NULL,
		"unable to get metric %s: unable to fetch metrics from %s metrics API: the "
		"server could not find the requested resource",
		json_str_or(json_obj(metric, source ? source : ""), "metric.name", ""),
		streq(source, "external") ? "external" : "custom");
}

void hpa_proposal_deinit(struct hpa_proposal *p)
{
	free(p->name);
	json_decref(p->status);
}
