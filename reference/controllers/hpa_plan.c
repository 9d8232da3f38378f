/*
 * hpa_plan: the order of the questions is Kubernetes'. Can the target be scaled at all? Is scaling switched off by a
 * target of none? Is the number out of bounds? Only then the metrics are asked: the largest proposal wins; where one of
 * them cannot be had, nothing is taken away. What they ask for passes through the windows and policies of
 * hpa_rate.h. Conditions say how far it came: AbleToScale, ScalingActive, ScalingLimited, in this order.
 */
#include "controllers/hpa_plan.h"

#include "api/hpa.h"
#include "api/meta.h"
#include "api/quantity.h"
#include "api/workload.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/hpa_metric.h"

/* ---- the status ---- */

static void set_condition(struct hpa_plan *p, int64_t now_ns, const char *type, bool is_true,
			  const char *reason, const char *message)
{
	char stamp[CLOCK_STAMP_MAX];

	condition_array_set(json_make_arr(p->status, "conditions"), type, is_true ? "True" : "False",
			    reason, message, clock_format(now_ns, stamp));
}

static void warn(struct hpa_plan *p, const char *reason, const char *message)
{
	json_take_append(p->events, json_pack("{ss, ss, ss}", "type", "Warning", "reason", reason,
					      "message", message));
}

static void set_numbers(struct hpa_plan *p, int64_t current, int64_t desired)
{
	json_set_int(p->status, "currentReplicas", current);
	json_set_int(p->status, "desiredReplicas", desired);
}

/* ---- the metrics ---- */

struct round {
	int64_t best; /* the largest proposal; -1: none */
	char *best_name;
	size_t failed;
	char *why, *reason; /* of the first that failed */
	json_t *statuses;
};

static void round_deinit(struct round *r)
{
	free(r->best_name);
	free(r->why);
	free(r->reason);
	json_decref(r->statuses);
}

static void ask_one(const struct hpa_facts *f, const json_t *metric, struct hpa_plan *p,
		    struct round *r)
{
	_cleanup_(hpa_proposal_deinit) struct hpa_proposal one = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;

	if (hpa_metric_ask(f, metric, &one, &err) == 0) {
		json_array_append(r->statuses, one.status);
		if (one.replicas > r->best) {
			r->best = one.replicas;
			free(r->best_name);
			r->best_name = take_ptr(one.name);
		}
		return;
	}
	json_array_append_new(r->statuses, json_pack("{ss}", "type", ""));
	warn(p, one.failure, error_text(&err));
	if (r->failed++ == 0) {
		r->why = xstrdup(error_text(&err));
		r->reason = xstrdup(one.failure);
	}
}

static void not_active(const struct hpa_facts *f, struct hpa_plan *p, const char *reason,
		       const char *message)
{
	set_condition(p, f->now_ns, "ScalingActive", false, reason, message);
	set_numbers(p, p->from, json_int(f->hpa, "status.desiredReplicas", 0));
}

static void fail_round(const struct hpa_facts *f, struct hpa_plan *p, const struct round *r,
		       size_t n)
{
	_cleanup_free_ char *inactive =
		str_printf("the HPA was unable to compute the replica count: %s", r->why);
	_cleanup_free_ char *all =
		str_printf("invalid metrics (%zu invalid out of %zu), first error is: %s",
			   r->failed, n, r->why);

	not_active(f, p, r->reason, inactive);
	warn(p, "FailedComputeMetricsReplicas", all);
}

static void follow(const struct hpa_facts *f, struct hpa_memory *m, struct hpa_plan *p,
		   struct round *r)
{
	_cleanup_free_ char *valid = str_printf("the HPA was able to successfully calculate a "
						"replica count from %s",
						r->best_name);
	struct hpa_limited limited;

	set_condition(p, f->now_ns, "ScalingActive", true, "ValidMetricFound", valid);
	hpa_rate_limit(f->hpa, m, p->from, r->best, f->now_ns, &limited);
	set_condition(p, f->now_ns, "AbleToScale", true, limited.able_reason, limited.able_message);
	set_condition(p, f->now_ns, "ScalingLimited", limited.is_limited, limited.limit_reason,
		      limited.limit_message);
	p->to = limited.replicas;
	p->rescale = p->to != p->from;
	if (p->to > p->from)
		p->why = str_printf("%s above target", r->best_name);
	else
		p->why = xstrdup("All metrics below target");
	set_numbers(p, p->from, p->to);
	json_object_set(p->status, "currentMetrics", r->statuses);
}

static void ask_metrics(const struct hpa_facts *f, struct hpa_memory *m, struct hpa_plan *p)
{
	_cleanup_(round_deinit) struct round r = { .best = -1, .statuses = json_array() };
	size_t n = json_len(f->hpa, "spec.metrics"), i;
	json_t *metric;

	if (f->rivals) {
		_cleanup_free_ char *text = str_printf("pods by selector %s are controlled by "
						       "multiple HPAs: %s",
						       f->selector, f->rivals);

		warn(p, "AmbiguousSelector", text);
		not_active(f, p, "AmbiguousSelector", text);
		return;
	}
	json_each(f->hpa, "spec.metrics", i, metric)
		ask_one(f, metric, p, &r);
	if (r.best < 0 || (r.failed && r.best < p->from))
		fail_round(f, p, &r, n);
	else
		follow(f, m, p, &r);
}

/* ---- the whole ---- */

static void no_target(const struct hpa_facts *f, struct hpa_plan *p)
{
	_cleanup_free_ char *text = str_printf("the HPA controller was unable to get the target's "
					       "current scale: %s",
					       f->why_no_target);

	set_condition(p, f->now_ns, "AbleToScale", false, "FailedGetScale", text);
	warn(p, "FailedGetScale", f->why_no_target);
}

static void to_bound(struct hpa_plan *p, int64_t bound, const char *why)
{
	p->to = bound;
	p->rescale = true;
	p->why = xstrdup(why);
	set_numbers(p, p->from, bound);
	json_object_del(p->status, "currentMetrics");
}

void hpa_plan_make(const struct hpa_facts *f, struct hpa_memory *m, struct hpa_plan *ret)
{
	struct hpa_plan *p = ret;

	*p = (struct hpa_plan){
		.status = json_has(f->hpa, "status") ? json_dup(json_obj(f->hpa, "status")) :
						       json_object(),
		.events = json_array(),
	};
	if (!f->target) {
		no_target(f, p);
		return;
	}
	set_condition(p, f->now_ns, "AbleToScale", true, "SucceededGetScale",
		      "the HPA controller was able to get the target's current scale");
	p->from = p->to = workload_replicas(f->target);
	hpa_memory_begin(m, p->from, f->now_ns);
	if (p->from == 0) {
		set_condition(p, f->now_ns, "ScalingActive", false, "ScalingDisabled",
			      "scaling is disabled since the replica count of the target is zero");
		set_numbers(p, 0, 0);
		json_object_del(p->status, "currentMetrics");
	} else if (p->from > hpa_max_replicas(f->hpa)) {
		to_bound(p, hpa_max_replicas(f->hpa),
			 "Current number of replicas above Spec.MaxReplicas");
	} else if (p->from < hpa_min_replicas(f->hpa)) {
		to_bound(p, hpa_min_replicas(f->hpa),
			 "Current number of replicas below Spec.MinReplicas");
	} else {
		ask_metrics(f, m, p);
	}
}

void hpa_plan_done(struct hpa_plan *p, int64_t now_ns)
{
	_cleanup_free_ char *text = str_printf("the HPA controller was able to update the target "
					       "scale to %lld",
					       (long long)p->to);
	char stamp[CLOCK_STAMP_MAX];

	set_condition(p, now_ns, "AbleToScale", true, "SucceededRescale", text);
	json_set_str(p->status, "lastScaleTime", clock_format(now_ns, stamp));
	json_take_append(p->events, json_pack("{ss, ss, so}", "type", "Normal", "reason",
					      "SuccessfulRescale", "message",
					      json_sprintf("New size: %lld; reason: %s",
							   (long long)p->to, p->why)));
}

void hpa_plan_failed(struct hpa_plan *p, const char *message, int64_t now_ns)
{
	_cleanup_free_ char *text = str_printf("the HPA controller was unable to update the target "
					       "scale: %s",
					       message);
	_cleanup_free_ char *event = str_printf("New size: %lld; reason: %s; error: %s",
						(long long)p->to, p->why, message);

	set_condition(p, now_ns, "AbleToScale", false, "FailedUpdateScale", text);
	set_numbers(p, p->from, p->from);
	warn(p, "FailedRescale", event);
}

void hpa_plan_deinit(struct hpa_plan *p)
{
	json_decref(p->status);
	json_decref(p->events);
	free(p->why);
	*p = (struct hpa_plan){ 0 };
}
