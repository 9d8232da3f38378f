/*
 * Tests of the Job controller on a store in memory: what a client would see.
 */
#include "controllers/test_objects.h"

#include "api/job.h"

#define JOB                                                                                      \
	"{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"j\"},\"spec\":{" \
	"\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":"                    \
	"[{\"name\":\"c\",\"image\":\"i\"}]}}}}"

static void test_a_job_ends_with_its_pod(void)
{
	_cleanup_json_ json_t *job = create(&kind_job, JOB), *all = NULL, *after = NULL;
	json_t *pod;

	settle();
	all = pods();
	CHECK_INT(json_array_size(all), 1);
	pod = json_array_get(all, 0);
	CHECK(meta_is_controlled_by(pod, job));
	CHECK_STR(meta_label(pod, "job-name"), "j");
	CHECK_STR(meta_label(pod, "batch.kubernetes.io/controller-uid"), meta_uid(job));
	json_set_str(pod, "status.phase", "Succeeded");
	update(&kind_pod, STORE_STATUS, pod);
	settle();
	after = get(&kind_job, "j");
	CHECK(condition_is_true(after, "Complete"));
	CHECK_INT(json_int(after, "status.succeeded", 0), 1);
	delete_as(&kind_pod, meta_name(pod), NULL, 0);
	settle();
	CHECK_INT(count_active(), 0);
}

static void test_a_jobs_failed_pod_is_not_replaced_at_once(void)
{
	_cleanup_json_ json_t *job = create(&kind_job, JOB), *all = NULL, *after = NULL;
	json_t *pod;

	settle();
	all = pods();
	pod = json_array_get(all, 0);
	json_set_str(pod, "status.phase", "Failed");
	update(&kind_pod, STORE_STATUS, pod);
	settle();
	CHECK_INT(count_active(), 0);
	after = get(&kind_job, "j");
	CHECK_INT(json_int(after, "status.failed", 0), 1);
	CHECK_INT(json_len(after, "status.conditions"), 0);
}

static void test_a_job_that_is_gone_holds_no_pod(void)
{
	_cleanup_json_ json_t *job = create(&kind_job, JOB), *all = NULL, *left = NULL;

	settle();
	all = pods();
	CHECK_STR(json_string_value(json_at(json_array_get(all, 0), "metadata.finalizers[0]")),
		  "batch.kubernetes.io/job-tracking");
	delete_as(&kind_job, "j", "Background", -1);
	settle();
	left = pods();
	CHECK_INT(json_array_size(left), 0);
}

static void test_an_orphaned_pod_of_a_job_is_let_go(void)
{
	_cleanup_json_ json_t *job = create(&kind_job, JOB), *all = NULL;

	settle();
	delete_as(&kind_job, "j", "Orphan", -1);
	settle();
	all = pods();
	CHECK_INT(json_array_size(all), 1);
	CHECK(!json_has(json_array_get(all, 0), "metadata.finalizers"));
	CHECK(!json_has(json_array_get(all, 0), "metadata.ownerReferences"));
}

int main(void)
{
	WORLD_TEST(test_a_job_ends_with_its_pod);
	WORLD_TEST(test_a_jobs_failed_pod_is_not_replaced_at_once);
	WORLD_TEST(test_a_job_that_is_gone_holds_no_pod);
	WORLD_TEST(test_an_orphaned_pod_of_a_job_is_let_go);
	return test_end();
}
