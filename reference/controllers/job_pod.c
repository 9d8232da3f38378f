/*
 * job_pod: one pod of a Job: how it ended, what the failure policy says of it, and how the next one is made.
 *
 * A pod is tracked by a finalizer from its birth until the Job's status has it, so that none is lost that somebody
 * deletes meanwhile. A pod that is being deleted has failed, whatever becomes of it; with podReplacementPolicy
 * Failed only its end decides, except that an unbound one has no end to wait for.
 */
#include "controllers/job_pod.h"

#include "api/job.h"
#include "api/meta.h"
#include "api/pod_status.h"
#include "api/workload.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/garbage_decide.h"

#define FAILURES_KEY "batch.kubernetes.io/job-index-failure-count"
#define IGNORED_KEY "batch.kubernetes.io/job-index-ignored-failure-count"
#define INDEX_ENV "JOB_COMPLETION_INDEX"
#define PREFIX_MAX 58 /* what meta_make_name() leaves of a prefix */

bool job_pod_is_tracked(const json_t *pod)
{
	return object_has_finalizer(pod, JOB_FINALIZER);
}

bool job_pod_succeeded(const json_t *pod)
{
	return streq(pod_phase(pod), "Succeeded");
}

bool job_pod_failed(const json_t *job, const json_t *pod)
{
	if (pod_is_terminal(pod) || !meta_deletion_timestamp(pod))
		return streq(pod_phase(pod), "Failed");
	return !job_waits_for_ends(job) || !pod_node_name(pod);
}

static int64_t annotated(const json_t *pod, const char *key, int64_t dflt)
{
	const char *text = meta_annotation(pod, key);
	int64_t n;

	return text && str_to_int64(text, 0, INT32_MAX, &n) == 0 ? n : dflt;
}

int64_t job_pod_index(const json_t *job, const json_t *pod)
{
	int64_t index = annotated(pod, JOB_INDEX_KEY, -1);

	return index < json_int(job, "spec.completions", 0) ? index : -1;
}

int64_t job_pod_failures_before(const json_t *pod, bool ignored_too)
{
	return annotated(pod, FAILURES_KEY, 0) + (ignored_too ? annotated(pod, IGNORED_KEY, 0) : 0);
}

/* ---- when it ended ---- */

static int64_t stamp_ns(const char *stamp)
{
	int64_t ns;

	return stamp && clock_parse(stamp, &ns) == 0 ? ns : 0;
}

int64_t job_pod_ended_ns(const json_t *pod)
{
	const char *deletion = meta_deletion_timestamp(pod);
	int64_t ns = 0;
	json_t *s;
	size_t i;

	json_each(pod, "status.containerStatuses", i, s) {
		const char *stamp = json_str(s, "state.terminated.finishedAt");

		if (!stamp) {
			ns = 0;
			break;
		}
		ns = MAX(ns, stamp_ns(stamp));
	}
	if (ns == 0 && deletion)
		ns = stamp_ns(deletion) - meta_deletion_grace(pod) * NSEC_PER_SEC;
	return MAX(ns, stamp_ns(meta_creation_timestamp(pod)));
}

/* ---- podFailurePolicy ---- */

static bool has_value(const json_t *codes, int64_t code)
{
	json_t *value;
	size_t i;

	json_each(codes, "values", i, value)
		if (json_integer_value(value) == code)
			return true;
	return false;
}

/* The container of one list whose exit code the requirement means; NULL: none. Code 0 is never meant. */
static const json_t *match_codes_in(const json_t *codes, const json_t *pod, const char *list)
{
	bool in = streq(json_str(codes, "operator"), "In");
	const char *name = json_str(codes, "containerName");
	json_t *s;
	size_t i;

	json_each(pod, list, i, s) {
		int64_t code = json_int(s, "state.terminated.exitCode", 0);

		if (code && (!name || streq(name, json_str(s, "name"))) &&
		    has_value(codes, code) == in)
			return s;
	}
	return NULL;
}

static bool match_codes(const json_t *rule, size_t n, const json_t *pod, char **ret_why)
{
	const json_t *codes = json_obj(rule, "onExitCodes");
	const json_t *s = NULL;

	if (codes)
		s = match_codes_in(codes, pod, "status.containerStatuses");
	if (codes && !s)
		s = match_codes_in(codes, pod, "status.initContainerStatuses");
	if (s)
		*ret_why = str_printf("Container %s for pod %s/%s failed with exit code %lld "
				      "matching %s rule at index %zu",
				      json_str(s, "name"), meta_namespace(pod), meta_name(pod),
				      (long long)json_int(s, "state.terminated.exitCode", 0),
				      json_str(rule, "action"), n);
	return s;
}

static bool match_conditions(const json_t *rule, size_t n, const json_t *pod, char **ret_why)
{
	json_t *pattern;
	size_t i;

	json_each(rule, "onPodConditions", i, pattern) {
		const char *type = json_str(pattern, "type");

		if (!streq(json_str(condition_get(pod, type), "status"),
			   json_str(pattern, "status")))
			continue;
		*ret_why = str_printf("Pod %s/%s has condition %s matching %s rule at index %zu",
				      meta_namespace(pod), meta_name(pod), type,
				      json_str(rule, "action"), n);
		return true;
	}
	return false;
}

static enum job_action action_of(const char *word)
{
	static const char *const words[] = {
		[JOB_COUNT] = "Count",
		[JOB_IGNORE] = "Ignore",
		[JOB_FAIL_INDEX] = "FailIndex",
		[JOB_FAIL_JOB] = "FailJob",
	};

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		if (streq(words[i], word))
			return (enum job_action)i;
	return JOB_COUNT;
}

enum job_action job_pod_action(const json_t *job, const json_t *pod, char **ret_why)
{
	json_t *rule;
	size_t i;

	json_each(job, "spec.podFailurePolicy.rules", i, rule) {
		_cleanup_free_ char *why = NULL;

		if (!match_codes(rule, i, pod, &why) && !match_conditions(rule, i, pod, &why))
			continue;
		if (ret_why && streq(json_str(rule, "action"), "FailJob"))
			*ret_why = take_ptr(why);
		return action_of(json_str(rule, "action"));
	}
	return JOB_COUNT;
}

/* ---- a new pod ---- */

static void add_index_env(json_t *pod, const char *list)
{
	json_t *c;
	size_t i;

	json_each(pod, list, i, c) {
		json_t *env = json_make_arr(c, "env");

		if (!json_find(env, "name", INDEX_ENV))
			json_take_append(env, json_pack("{s:s,s:{s:{s:s}}}", "name", INDEX_ENV,
							"valueFrom", "fieldRef", "fieldPath",
							"metadata.labels['" JOB_INDEX_KEY "']"));
	}
}

static void put_index(json_t *pod, const json_t *job, int64_t index)
{
	_cleanup_free_ char *text = str_printf("%lld", (long long)index);
	_cleanup_free_ char *host = str_printf("%s-%s", meta_name(job), text);
	int room = PREFIX_MAX - (int)strlen(text) - 2;
	_cleanup_free_ char *prefix = str_printf("%.*s-%s-", room, meta_name(job), text);

	meta_set(pod, "generateName", prefix);
	json_take_set(json_make_obj(pod, "metadata.labels"), JOB_INDEX_KEY, json_string(text));
	json_take_set(json_make_obj(pod, "metadata.annotations"), JOB_INDEX_KEY, json_string(text));
	json_set_str(pod, "spec.hostname", host);
	add_index_env(pod, "spec.containers");
	add_index_env(pod, "spec.initContainers");
}

static void put_count(json_t *pod, const char *key, int64_t n)
{
	_cleanup_free_ char *text = str_printf("%lld", (long long)n);

	json_take_set(json_make_obj(pod, "metadata.annotations"), key, json_string(text));
}

static void put_failures(json_t *pod, const json_t *job, const json_t *failed)
{
	int64_t counted = annotated(failed, FAILURES_KEY, 0);
	int64_t ignored = annotated(failed, IGNORED_KEY, 0);

	if (failed && job_pod_action(job, failed, NULL) == JOB_IGNORE)
		ignored++;
	else if (failed)
		counted++;
	put_count(pod, FAILURES_KEY, counted);
	if (ignored)
		put_count(pod, IGNORED_KEY, ignored);
}

json_t *job_pod_new(const json_t *job, int64_t index, const json_t *failed)
{
	json_t *pod = workload_pod_from_template(job);

	json_take_append(json_make_arr(pod, "metadata.finalizers"), json_string(JOB_FINALIZER));
	if (index >= 0)
		put_index(pod, job, index);
	if (index >= 0 && json_has(job, "spec.backoffLimitPerIndex"))
		put_failures(pod, job, failed);
	return pod;
}

json_t *job_pod_untracked(const json_t *pod)
{
	return object_without_finalizer(pod, JOB_FINALIZER);
}
