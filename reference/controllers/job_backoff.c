/*
 * job_backoff: 10 s after the first failure, doubled by each further one up to 10 min; a success ends the row.
 *
 * It counts from the end of the last pod that failed. It is no part of the status: a new controller recalls what
 * the pods that are left tell.
 */
#include "controllers/job_backoff.h"

#include "base/clock.h"
#include "base/defs.h"
#include "controllers/job_pod.h"

#define FIRST_NS (10 * NSEC_PER_SEC)
#define LONGEST_NS (600 * NSEC_PER_SEC)

void job_backoff_note(struct job_backoff *b, const json_t *succeeded, const json_t *failed)
{
	int64_t success_ns = 0;
	json_t *pod;
	size_t i;

	json_array_foreach(succeeded, i, pod)
		success_ns = MAX(success_ns, job_pod_ended_ns(pod));
	if (success_ns)
		*b = (struct job_backoff){ 0 };
	json_array_foreach(failed, i, pod) {
		int64_t ns = job_pod_ended_ns(pod);

		if (ns < success_ns)
			continue;
		b->failures++;
		b->last_ns = MAX(b->last_ns, ns);
	}
}

void job_backoff_recall(struct job_backoff *b, const json_t *job, const json_t *pods)
{
	_cleanup_json_ json_t *succeeded = json_array(), *failed = json_array();
	json_t *pod;
	size_t i;

	json_array_foreach(pods, i, pod)
		if (job_pod_succeeded(pod))
			json_array_append(succeeded, pod);
		else if (job_pod_failed(job, pod))
			json_array_append(failed, pod);
	job_backoff_note(b, succeeded, failed);
}

int64_t job_backoff_left_ns(const struct job_backoff *b, int64_t now_ns)
{
	int64_t delay = FIRST_NS;

	if (b->failures == 0)
		return 0;
	for (size_t i = 1; i < b->failures && delay < LONGEST_NS; i++)
		delay *= 2;
	return MAX(b->last_ns + MIN(delay, LONGEST_NS) - now_ns, INT64_C(0));
}
