/*
 * rules_job: Jobs, and the pods that they make.
 *
 * A Job counts a pod once: while it is active, and for ever after it has ended. So its numbers together are never more than the pods
 * it has had. Whoever changes parallelism or completions while it runs changes what may be counted: of several values each counts that
 * the Job has had so far.
 */
#include "invariants/owning.h"

static bool is_true(const struct version *v, const char *condition)
{
	return streq(condition_is(v, condition), "True");
}

static bool is_over(const struct version *v)
{
	return is_true(v, "Complete") || is_true(v, "Failed");
}

/* The largest number of pods at once that this Job has wanted until a revision. */
static int64_t most_at_once(const struct life *job, uint64_t revision)
{
	int64_t most = 0;

	for (size_t i = 0; i < job->n && job->versions[i].revision <= revision; i++)
		most = MAX(most, json_int(job->versions[i].object, "spec.parallelism", 1));
	return most;
}

static bool completions_are_same(const struct scene *s)
{
	return json_same(before_at(s, "spec.completions"), now_at(s, "spec.completions"));
}

/* ---- a status by itself ---- */

static void ready_ones_are_active(struct scene *s)
{
	if (count_at(s->now, "status.active") || count_at(s->now, "status.ready"))
		judge(s, count_at(s->now, "status.ready") <= count_at(s->now, "status.active"));
}

static void only_success_has_a_time(struct scene *s)
{
	if (is_over(s->now))
		judge(s,
		      is_true(s->now, "Complete") == (now_at(s, "status.completionTime") != NULL));
}

static void ends_without_pods(struct scene *s)
{
	if (is_over(s->now))
		judge(s, !count_at(s->now, "status.active") &&
				 !count_at(s->now, "status.terminating"));
}

static void is_complete_with_all(struct scene *s)
{
	if (is_true(s->now, "Complete") && now_at(s, "spec.completions") &&
	    !now_at(s, "spec.successPolicy"))
		judge(s,
		      count_at(s->now, "status.succeeded") >= count_at(s->now, "spec.completions"));
}

static void is_not_too_active(struct scene *s)
{
	if (count_at(s->now, "status.active") && is_born_here(s->life))
		judge(s,
		      count_at(s->now, "status.active") <= most_at_once(s->life, s->now->revision));
}

static void counts_what_it_had(struct scene *s)
{
	int64_t sum = count_at(s->now, "status.active") + count_at(s->now, "status.succeeded") +
		      count_at(s->now, "status.failed");

	if (sum && is_born_here(s->life) &&
	    watch_is_past(s->c->lives, s->c->n_lives, "Pod", s->now->revision))
		judge(s, sum <= pods_had(s));
}

/* ---- a status and the one before it ---- */

static void end_stays(struct scene *s)
{
	if (is_over(s->before))
		judge(s, is_true(s->before, "Complete") == is_true(s->now, "Complete") &&
				 is_true(s->before, "Failed") == is_true(s->now, "Failed"));
}

static void ended_stay_counted(struct scene *s)
{
	if (completions_are_same(s) &&
	    (before_at(s, "status.succeeded") || before_at(s, "status.failed")))
		judge(s, count_at(s->now, "status.succeeded") >=
					 count_at(s->before, "status.succeeded") &&
				 count_at(s->now, "status.failed") >=
					 count_at(s->before, "status.failed"));
}

/* ---- its pods ---- */

static bool is_live(const struct version *v)
{
	return !phase_is_final(json_str(v->object, "status.phase")) &&
	       !json_path(v->object, "metadata.deletionTimestamp");
}

/* A new pod, with those that are there by then. */
static void are_not_too_many(struct scene *s)
{
	const struct life *job = owner_of(s, s->now, "Job");
	uint64_t r = s->now->revision;
	int64_t live = 0;

	if (!job || s->now != s->life->versions || !is_born_here(job) ||
	    !watch_is_past(s->c->owners, s->c->n_owners, "Job", r))
		return;
	for (size_t i = 0; i < s->c->n_lives; i++) {
		const struct version *v = version_at(&s->c->lives[i], r);

		live += v && is_live(v) && is_owned_by(v, job);
	}
	judge(s, live <= most_at_once(job, r));
}

static const struct rule of_jobs[] = {
	{ "JOB-021", "job-ready-ones-are-active", "ready pods of a Job are active ones",
	  RULE_VERSION, ready_ones_are_active, STATUS_WRITTEN, "status", NULL },
	{ "JOB-021", "job-only-success-has-a-time",
	  "a Job has a completionTime when it is Complete, not when it has Failed", RULE_VERSION,
	  only_success_has_a_time, STATUS_WRITTEN, "status", NULL },
	{ "JOB-016", "job-ends-without-pods", "a Job that is over has no active pods left",
	  RULE_VERSION, ends_without_pods, STATUS_WRITTEN, "status", NULL },
	{ "JOB-003", "job-complete-with-all", "a Complete Job has as many successes as it wanted",
	  RULE_VERSION, is_complete_with_all, STATUS_WRITTEN, "status", NULL },
	{ "JOB-003", "job-not-too-active", "no more pods of a Job are active than parallelism",
	  RULE_VERSION, is_not_too_active, STATUS_WRITTEN, "status", NULL },
	{ "JOB-021", "job-counts-what-it-had",
	  "a Job counts each pod that it has had once, and no others", RULE_VERSION,
	  counts_what_it_had, STATUS_WRITTEN | SAMPLED, "status", NULL },
	{ "JOB-027", "job-end-stays", "a Job that is Complete or has Failed stays so", RULE_STEP,
	  end_stays, STATUS_WRITTEN, "status", NULL },
	{ "JOB-021", "job-ended-stay-counted", "pods of a Job that have ended stay counted",
	  RULE_STEP, ended_stay_counted, STATUS_WRITTEN, "status", NULL },
};

static const struct rule of_job_pods[] = {
	{ "JOB-003", "job-pods-not-too-many", "a Job makes no pod beyond parallelism", RULE_VERSION,
	  are_not_too_many, SAMPLED, "metadata.ownerReferences", NULL },
};

const struct rule_set rules_job = { of_jobs, ARRAY_SIZE(of_jobs) };
const struct rule_set rules_job_pod = { of_job_pods, ARRAY_SIZE(of_job_pods) };
