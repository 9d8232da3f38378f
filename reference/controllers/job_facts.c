/*
 * job_facts: counts, exact over any crash.
 *
 * A finished pod goes through three states: tracked by its finalizer; named in status.uncountedTerminatedPods; counted,
 * when it has no finalizer any more. So each is counted once: what the status names is never new, and what has
 * lost its finalizer was named before. Successes of an Indexed Job need no names, for the index says all.
 *
 * With backoffLimitPerIndex the last failed pod of an index keeps its finalizer until a successor has taken over
 * its count (an annotation), or the index or the Job is decided.
 */
#include "controllers/job_facts.h"

#include "api/job.h"
#include "api/meta.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/job_pod.h"

struct count {
	const json_t *job;
	struct job_facts *f;
	json_t *tracked; /* uid: pod */
	bool indexed, per_index, ending;
};

/* ---- what the status says ---- */

/* The uids that still wait for their pod; *counted grows by the others. */
static json_t *settle(const struct count *c, const char *list, int64_t *counted)
{
	json_t *left = json_array(), *uid;
	size_t i;

	json_each(c->job, list, i, uid) {
		if (json_object_get(c->tracked, json_string_value(uid)))
			json_array_append(left, uid);
		else
			++*counted;
	}
	return left;
}

static void read_status(const struct count *c)
{
	struct job_facts *f = c->f;
	int64_t completions = json_int(c->job, "spec.completions", 0);
	json_t *succeeded, *failed;

	f->counted_succeeded = json_int(c->job, "status.succeeded", 0);
	f->counted_failed = json_int(c->job, "status.failed", 0);
	succeeded = settle(c, "status.uncountedTerminatedPods.succeeded", &f->counted_succeeded);
	failed = settle(c, "status.uncountedTerminatedPods.failed", &f->counted_failed);
	f->uncounted = json_pack("{s:o,s:o}", "succeeded", succeeded, "failed", failed);
	if (!c->indexed)
		return;
	/* what does not parse was written by somebody else, and says nothing */
	(void)index_set_parse(json_str(c->job, "status.completedIndexes"), completions,
			      &f->succeeded_indexes, NULL);
	(void)index_set_parse(json_str(c->job, "status.failedIndexes"), completions,
			      &f->failed_indexes, NULL);
}

/* ---- the pods ---- */

static int64_t restarts_in(const json_t *pod, const char *statuses)
{
	int64_t n = 0;
	json_t *s;
	size_t i;

	json_each(pod, statuses, i, s)
		n += json_int(s, "restartCount", 0);
	return n;
}

static void count_live(const struct count *c, json_t *pod)
{
	struct job_facts *f = c->f;
	int64_t index = job_pod_index(c->job, pod);
	bool goes = meta_deletion_timestamp(pod) != NULL;

	if (pod_is_terminal(pod))
		return;
	if (index >= 0 && (!goes || job_waits_for_ends(c->job)))
		index_set_add(&f->busy_indexes, index);
	if (goes) {
		f->terminating++;
		return;
	}
	f->active++;
	f->ready += pod_is_ready(pod);
	f->restarts += restarts_in(pod, "status.initContainerStatuses") +
		       restarts_in(pod, "status.containerStatuses");
	json_array_append(f->active_pods, pod);
}

static bool is_named(const struct job_facts *f, const char *list, const json_t *pod)
{
	json_t *uid;
	size_t i;

	json_each(f->uncounted, list, i, uid)
		if (streq(json_string_value(uid), meta_uid(pod)))
			return true;
	return false;
}

static void name(const struct job_facts *f, const char *list, const json_t *pod)
{
	json_array_append_new(json_arr(f->uncounted, list), json_string(meta_uid(pod)));
}

static void note_success(const struct count *c, json_t *pod)
{
	struct job_facts *f = c->f;
	int64_t index = job_pod_index(c->job, pod);

	if (!c->indexed)
		name(f, "succeeded", pod);
	else if (index < 0 || index_set_has(&f->succeeded_indexes, index))
		return;
	else
		index_set_add(&f->succeeded_indexes, index);
	json_array_append(f->new_succeeded, pod);
}

static void note_failed_index(const struct count *c, const json_t *pod, enum job_action action)
{
	int64_t index = job_pod_index(c->job, pod);
	bool last =
		action == JOB_FAIL_INDEX ||
		(action != JOB_IGNORE && job_pod_failures_before(pod, false) >=
						 json_int(c->job, "spec.backoffLimitPerIndex", 0));

	if (c->per_index && index >= 0 && last && !index_set_has(&c->f->succeeded_indexes, index))
		index_set_add(&c->f->failed_indexes, index);
}

static void note_failure(const struct count *c, json_t *pod)
{
	struct job_facts *f = c->f;
	_cleanup_free_ char *why = NULL;
	enum job_action action = job_pod_action(c->job, pod, &why);

	json_array_append(f->new_failed, pod);
	if (why && !f->fail_job)
		f->fail_job = take_ptr(why);
	if (action != JOB_IGNORE && (!c->indexed || job_pod_index(c->job, pod) >= 0))
		name(f, "failed", pod);
	note_failed_index(c, pod, action);
}

static void note_end(const struct count *c, json_t *pod)
{
	if (!job_pod_is_tracked(pod) || is_named(c->f, "succeeded", pod) ||
	    is_named(c->f, "failed", pod))
		return;
	if (job_pod_succeeded(pod))
		note_success(c, pod);
	else if (job_pod_failed(c->job, pod))
		note_failure(c, pod);
}

/* ---- counts that wait for a successor ---- */

static bool is_later(const json_t *a, const json_t *b)
{
	int64_t more = job_pod_failures_before(a, true) - job_pod_failures_before(b, true);

	return more > 0 || (more == 0 && job_pod_ended_ns(a) > job_pod_ended_ns(b));
}

static void hold(const struct count *c, json_t *pod)
{
	int64_t index = job_pod_index(c->job, pod);
	char key[24];

	if (index < 0 || index_set_has(&c->f->succeeded_indexes, index) ||
	    index_set_has(&c->f->failed_indexes, index))
		return;
	for (size_t i = 0; i < c->f->active; i++)
		if (job_pod_index(c->job, json_array_get(c->f->active_pods, i)) == index)
			return;
	snprintf(key, sizeof(key), "%lld", (long long)index);
	if (!json_object_get(c->f->held, key) || is_later(pod, json_object_get(c->f->held, key)))
		json_object_set(c->f->held, key, pod);
}

/* A pod that is held is not named yet, though it counts. */
static void forget_name(struct job_facts *f, const json_t *pod)
{
	json_t *list = json_arr(f->uncounted, "failed");

	for (size_t i = json_array_size(list); i-- > 0;) {
		if (!streq(json_string_value(json_array_get(list, i)), meta_uid(pod)))
			continue;
		json_array_remove(list, i);
		f->failed++;
	}
}

static void hold_counts(const struct count *c)
{
	const char *key;
	json_t *pod;
	size_t i;

	if (!c->per_index || c->ending)
		return;
	json_array_foreach(c->f->new_failed, i, pod)
		hold(c, pod);
	json_object_foreach(c->f->held, key, pod)
		forget_name(c->f, pod);
}

static bool is_held(const struct job_facts *f, const json_t *pod)
{
	const char *key;
	json_t *held;

	json_object_foreach(f->held, key, held)
		if (streq(meta_uid(held), meta_uid(pod)))
			return true;
	return false;
}

static void list_recorded(const struct count *c, const json_t *pods)
{
	json_t *pod;
	size_t i;

	json_array_foreach(pods, i, pod)
		if (job_pod_is_tracked(pod) &&
		    (job_pod_succeeded(pod) || job_pod_failed(c->job, pod)) && !is_held(c->f, pod))
			json_array_append(c->f->recorded, pod);
}

static void sum_up(const struct count *c)
{
	struct job_facts *f = c->f;

	f->failed += f->counted_failed + (int64_t)json_len(f->uncounted, "failed");
	if (c->indexed)
		f->succeeded = f->counted_succeeded = index_set_count(&f->succeeded_indexes);
	else
		f->succeeded = f->counted_succeeded + (int64_t)json_len(f->uncounted, "succeeded");
}

void job_facts_make(const json_t *job, const json_t *pods, int64_t now_ns, struct job_facts *ret)
{
	_cleanup_json_ json_t *tracked = json_object();
	struct count c = { .job = job, .f = ret, .tracked = tracked };
	json_t *pod;
	size_t i;

	*ret = (struct job_facts){ .now_ns = now_ns };
	ret->active_pods = json_array();
	ret->new_succeeded = json_array();
	ret->new_failed = json_array();
	ret->recorded = json_array();
	ret->held = json_object();
	c.indexed = job_is_indexed(job);
	c.per_index = json_has(job, "spec.backoffLimitPerIndex");
	c.ending = condition_is_true(job, "FailureTarget") ||
		   condition_is_true(job, "SuccessCriteriaMet");
	json_array_foreach(pods, i, pod)
		if (job_pod_is_tracked(pod))
			json_object_set(tracked, meta_uid(pod), pod);
	read_status(&c);
	json_array_foreach(pods, i, pod) {
		count_live(&c, pod);
		note_end(&c, pod);
	}
	hold_counts(&c);
	list_recorded(&c, pods);
	sum_up(&c);
}

void job_facts_deinit(struct job_facts *f)
{
	json_decref(f->active_pods);
	json_decref(f->new_succeeded);
	json_decref(f->new_failed);
	json_decref(f->uncounted);
	json_decref(f->recorded);
	json_decref(f->held);
	index_set_deinit(&f->succeeded_indexes);
	index_set_deinit(&f->failed_indexes);
	index_set_deinit(&f->busy_indexes);
	free(f->fail_job);
	*f = (struct job_facts){ 0 };
}

json_t *job_facts_held(const struct job_facts *f, int64_t index)
{
	char key[24];

	snprintf(key, sizeof(key), "%lld", (long long)index);
	return json_object_get(f->held, key);
}
