/*
 * hpa_usage: the arithmetic of one resource metric.
 *
 * The sum of what the counted pods use is compared with the sum of their requests (or its mean with an amount): the
 * ratio to the target times the number of pods is what is asked for, rounded up, unless the ratio is near 1.
 * What is not known is taken to speak against a change: a pod without metrics counts as using all of its request (or
 * the target, when that is an amount or more) when the others ask for fewer, and nothing when they ask for more; so does, for CPU and for more, a pod
 * that is not ready or was measured before it was. If the change shrinks below the tolerance by that, or
 * turns round, nothing is changed. Pods that have failed or are being deleted do not count at all.
 */
#include "controllers/hpa_usage.h"

#include <math.h>

#include "api/meta.h"
#include "api/pod_status.h"
#include "api/quantity.h"
#include "base/clock.h"
#include "base/json.h"

#define CPU_INITIALIZATION_NS (300 * NSEC_PER_SEC)
#define INITIAL_READINESS_NS (30 * NSEC_PER_SEC)

enum standing { POD_COUNTED, POD_UNREADY, POD_MISSING, POD_IGNORED };

struct pod_facts {
	enum standing standing;
	bool taken; /* into the sums */
	int64_t used_milli, request_milli;
};

struct sums {
	int64_t used, requested, n;
};

static bool is_cpu(const struct hpa_question *q)
{
	return streq(q->resource, "cpu");
}

/* ---- what is used ---- */

static const json_t *metrics_of(const struct hpa_question *q, const json_t *pod)
{
	json_t *m;
	size_t i;

	json_array_foreach(q->metrics, i, m)
		if (streq(meta_name(m), meta_name(pod)))
			return m;
	return NULL;
}

static bool any_measured(const struct hpa_question *q)
{
	json_t *pod;
	size_t i;

	json_array_foreach(q->pods, i, pod)
		if (metrics_of(q, pod))
			return true;
	return false;
}

/* -1: not known. */
static int64_t used_by(const struct hpa_question *q, const json_t *metrics)
{
	int64_t sum = 0;
	json_t *c;
	size_t i;

	json_each(metrics, "containers", i, c) {
		const char *text = json_string_value(
			json_object_get(json_object_get(c, "usage"), q->resource));

		if (q->container && !streq(json_str(c, "name"), q->container))
			continue;
		if (!text)
			return -1;
		sum += quantity_text_milli(text, 0);
		if (q->container)
			return sum;
	}
	return q->container ? -1 : sum;
}

static int64_t stamp_ns(const json_t *v, const char *path)
{
	const char *text = json_str(v, path);
	int64_t ns;

	return text && clock_parse(text, &ns) == 0 ? ns : -1;
}

/* A pod's CPU says nothing while it starts up, and until it was measured for a whole window since it became ready. */
static bool is_starting(const json_t *pod, const json_t *metrics, int64_t now_ns)
{
	const json_t *ready = condition_get(pod, "Ready");
	int64_t start = stamp_ns(pod, "status.startTime");
	int64_t changed = stamp_ns(ready, "lastTransitionTime");
	int64_t window = (int64_t)(strtod(json_str_or(metrics, "window", "0"), NULL) * NSEC_PER_SEC);
	bool not_ready = streq(json_str(ready, "status"), "False");

	if (!ready || start < 0)
		return true;
	if (start + CPU_INITIALIZATION_NS > now_ns)
		return not_ready || stamp_ns(metrics, "timestamp") < changed + window;
	return not_ready && start + INITIAL_READINESS_NS > changed;
}

static enum standing stand(const struct hpa_question *q, const json_t *pod, int64_t *ret_used)
{
	const char *phase = json_str_or(pod, "status.phase", "Pending");
	const json_t *metrics = metrics_of(q, pod);

	if (meta_deletion_timestamp(pod) || streq(phase, "Failed"))
		return POD_IGNORED;
	if (streq(phase, "Pending"))
		return POD_UNREADY;
	*ret_used = metrics ? used_by(q, metrics) : -1;
	if (*ret_used < 0)
		return POD_MISSING;
	return is_cpu(q) && is_starting(pod, metrics, q->now_ns) ? POD_UNREADY : POD_COUNTED;
}

/* ---- what was requested ---- */

static int add_request(const struct hpa_question *q, const json_t *pod, const json_t *c,
		       int64_t *sum, struct error *err)
{
	const char *name = json_str_or(c, "name", "");
	const char *text =
		json_string_value(json_object_get(json_obj(c, "resources.requests"), q->resource));

	if (q->container && !streq(name, q->container))
		return 0;
	if (!text)
		return error_set(err, ERR_INVALID, NULL,
				 "missing request for %s in container %s of Pod %s", q->resource,
				 name, meta_name(pod));
	*sum += quantity_text_milli(text, 0);
	return 0;
}

/* App containers and sidecars, or what the pod itself asks for. */
static int request_of(const struct hpa_question *q, const json_t *pod, int64_t *ret,
		      struct error *err)
{
	const char *whole = json_string_value(
		json_object_get(json_obj(pod, "spec.resources.requests"), q->resource));
	json_t *c;
	size_t i;
	int r = 0;

	*ret = 0;
	if (whole && !q->container) {
		*ret = quantity_text_milli(whole, 0);
		return 0;
	}
	json_each(pod, "spec.containers", i, c)
		if (r == 0)
			r = add_request(q, pod, c, ret, err);
	json_each(pod, "spec.initContainers", i, c)
		if (r == 0 && streq(json_str(c, "restartPolicy"), "Always"))
			r = add_request(q, pod, c, ret, err);
	return r;
}

/* ---- the ratio ---- */

static double ratio_of(const struct hpa_question *q, const struct pod_facts *pods, size_t n,
		       struct hpa_answer *ret)
{
	struct sums s = { 0 };

	for (size_t i = 0; i < n; i++) {
		if (!pods[i].taken)
			continue;
		s.used += pods[i].used_milli;
		s.requested += pods[i].request_milli;
		s.n++;
	}
	ret->average_milli = s.used / MAX(s.n, INT64_C(1));
	ret->percent = s.requested ? s.used * 100 / s.requested : 0;
	return q->percent ? (double)ret->percent / (double)q->percent :
			    (double)ret->average_milli / (double)MAX(q->average_milli, INT64_C(1));
}

static bool is_near(const struct hpa_question *q, double ratio)
{
	return ratio >= 1.0 - q->down && ratio <= 1.0 + q->up;
}

static int64_t all_of(const struct hpa_question *q, const struct pod_facts *pod)
{
	return q->percent ? pod->request_milli * MAX(q->percent, INT64_C(100)) / 100 :
			    q->average_milli;
}

/* Takes in those of one standing, with a guess of what they use: all they may, or nothing. */
static void suppose(const struct hpa_question *q, struct pod_facts *pods, size_t n,
		    enum standing standing, bool all)
{
	for (size_t i = 0; i < n; i++) {
		if (pods[i].standing != standing)
			continue;
		pods[i].taken = true;
		pods[i].used_milli = all ? all_of(q, &pods[i]) : 0;
	}
}

static size_t count(const struct pod_facts *pods, size_t n, enum standing standing)
{
	size_t found = 0;

	for (size_t i = 0; i < n; i++)
		found += pods[i].standing == standing;
	return found;
}

static int64_t decide(const struct hpa_question *q, struct pod_facts *pods, size_t n, double ratio)
{
	bool with_unready = count(pods, n, POD_UNREADY) > 0 && ratio > 1.0;
	struct hpa_answer second;
	int64_t taken = 0, want;
	double guessed;

	if (!with_unready && !count(pods, n, POD_MISSING))
		return is_near(q, ratio) ?
			       q->replicas :
			       (int64_t)ceil(ratio * (double)count(pods, n, POD_COUNTED));
	if (ratio != 1.0)
		suppose(q, pods, n, POD_MISSING, ratio < 1.0);
	if (with_unready)
		suppose(q, pods, n, POD_UNREADY, false);
	guessed = ratio_of(q, pods, n, &second);
	if (is_near(q, guessed) || (ratio < 1.0 && guessed > 1.0) || (ratio > 1.0 && guessed < 1.0))
		return q->replicas;
	for (size_t i = 0; i < n; i++)
		taken += pods[i].taken;
	want = (int64_t)ceil(guessed * (double)taken);
	return (guessed < 1.0 && want > q->replicas) || (guessed > 1.0 && want < q->replicas) ?
		       q->replicas :
		       want;
}

/* ---- the answer ---- */

static int look_at_pods(const struct hpa_question *q, struct pod_facts *pods, struct error *err)
{
	json_t *pod;
	size_t i;

	json_array_foreach(q->pods, i, pod) {
		int r = 0;

		pods[i].standing = stand(q, pod, &pods[i].used_milli);
		pods[i].taken = pods[i].standing == POD_COUNTED;
		if (q->percent)
			r = request_of(q, pod, &pods[i].request_milli, err);
		if (r < 0)
			return r;
	}
	return 0;
}

int hpa_usage_answer(const struct hpa_question *q, struct hpa_answer *ret, struct error *err)
{
	size_t n = json_array_size(q->pods);
	_cleanup_free_ struct pod_facts *pods = xcalloc(n + 1, sizeof(*pods));
	struct hpa_answer answer = { 0 };
	double ratio;
	int r;

	if (!any_measured(q))
		return error_set(err, ERR_NOT_FOUND, NULL,
				 "unable to get metrics for resource %s: no metrics returned from "
				 "resource metrics API",
				 q->resource);
	r = look_at_pods(q, pods, err);
	if (r < 0)
		return r;
	if (!count(pods, n, POD_COUNTED))
		return error_set(
			err, ERR_NOT_FOUND, NULL,
			"did not receive metrics for targeted pods (pods might be unready)");
	ratio = ratio_of(q, pods, n, &answer);
	answer.replicas = decide(q, pods, n, ratio);
	*ret = answer;
	return 0;
}
