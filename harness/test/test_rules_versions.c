/* rules of versions: each finds the broken history and lets the one pass that is nearly the same. */
#include "test/rule_test.h"
#include "test/test.h"

#define TOUCHED "metadata.labels={'x':'y'}"
#define C "status.containerStatuses.0."
#define D "status.containerStatuses.1."
#define I "status.initContainerStatuses.0."
#define S "status.initContainerStatuses.1."
#define T "status.initContainerStatuses.2."
#define SANDBOX "status.conditions.0."
#define INITIALIZED "status.conditions.1."
#define READY "status.conditions.2."
#define CONTAINERS_READY "status.conditions.3."
#define ON_FAILURE "spec.restartPolicy='OnFailure'"

#define DELETING                                               \
	"metadata.deletionTimestamp='2026-01-01T00:10:00Z' & " \
	"metadata.deletionGracePeriodSeconds=30 & metadata.generation=2"
#define END(code, reason, id)                                                            \
	"{'exitCode':" code ",'reason':'" reason "','startedAt':'2026-01-01T00:00:04Z'," \
	"'finishedAt':'2026-01-01T00:00:09Z','containerID':'x://" id "'}"
#define STOPPED(who, code, reason, id)                                                   \
	who "state={'terminated':" END(code, reason, id) "} & " who "ready=false & " who \
							 "started=false"
#define UNREADY(reason)                                                           \
	READY "status='False' & " READY "reason='" reason "' & " CONTAINERS_READY \
	      "status='False' & " CONTAINERS_READY "reason='" reason "'"
#define NOT_READY(names)              \
	UNREADY("ContainersNotReady") \
	" & " CONTAINERS_READY "message='containers with unready status: [" names "]'"
#define ENDING(code, reason)                                                  \
	STOPPED(C, code, reason, "c0")                                        \
	" & " STOPPED(D, "0", "Completed", "d0") " & " STOPPED(               \
		S, "0", "Completed", "s0") " & " STOPPED(T, "0", "Completed", \
							 "t0") " & " SANDBOX "status='False'"
#define DONE ENDING("0", "Completed") " & " UNREADY("PodCompleted") " & status.phase='Succeeded'"
#define BAD_END ENDING("1", "Error") " & " UNREADY("PodFailed") " & status.phase='Failed'"
#define ENDED_C(code, reason) STOPPED(C, code, reason, "c0") " & " NOT_READY("c")
#define NEXT_C                                                                                    \
	C "restartCount=1 & " C "containerID='x://c1' & " C "lastState={'terminated':" END(       \
		"1", "Error", "c0") "} & " C                                                      \
				    "state={'running':{'startedAt':'2026-01-01T00:00:10Z'}} & " C \
				    "ready=true & " C "started=true"
#define WAITS_C(id)                                              \
	C "state={'waiting':{'reason':'CrashLoopBackOff'}} & " C \
	  "lastState={'terminated':" END("1", "Error", id) "}"
#define THIRD_C(at)                                                                        \
	C "restartCount=2 & " C "containerID='x://c2' & " C "lastState={'terminated':{"    \
	  "'exitCode':1,'reason':'Error','startedAt':'2026-01-01T00:00:10Z','finishedAt':" \
	  "'2026-01-01T00:00:20Z','containerID':'x://c1'}} & " C                           \
	  "state={'running':{'startedAt':'2026-01-01T00:00:" at "Z'}}"
#define WAITING(who)                                                                       \
	who "state={'waiting':{'reason':'ContainerCreating'}} & " who "ready=false & " who \
	    "started=false & " who "containerID=''"
#define PENDING "status.phase='Pending' & " WAITING(D) " & " NOT_READY("d")
#define INITIALIZING                                                                            \
	"status.phase='Pending' & " WAITING(C) " & " WAITING(D) " & " WAITING(S) " & " WAITING( \
		T) " & " INITIALIZED "status='False' & " I                                      \
		   "state={'running':{'startedAt':'2026-01-01T00:00:01Z'}} & " I                \
		   "started=true & " I "ready=false & " NOT_READY("s t c d")

static const struct rule_row rows[] = {
	/* the object */
	{ "uid-is-kept", "", "GONE ; metadata.uid='u2'", "metadata.uid='u2'" },
	{ "spec-stays", "", "spec.containers.0.image='h' & metadata.generation=2",
	  "spec.containers.0.args=['x'] & metadata.generation=2" },
	{ "node-stays", "", TOUCHED, "spec.nodeName='n2'" },
	{ "qos-stays", "", TOUCHED, "status.qosClass='Burstable'" },
	{ "generation-follows-spec", "", "spec.containers.0.image='h' & metadata.generation=2",
	  TOUCHED " & metadata.generation=2" },
	{ "deletion-raises-generation", "", DELETING, DELETING " & metadata.generation=3" },
	{ "observed-is-not-ahead", "", DELETING " ; status.observedGeneration=2",
	  "status.observedGeneration=2" },
	{ "observed-never-falls", "", DELETING " ; status.observedGeneration=2",
	  DELETING " & status.observedGeneration=2 ; status.observedGeneration=1" },
	{ "deletion-stays", "", DELETING " ; " TOUCHED, DELETING " ; -metadata.deletionTimestamp" },
	{ "deletion-adds-the-grace", "metadata.creationTimestamp='2026-01-01T00:00:00Z'", DELETING,
	  DELETING " & metadata.deletionTimestamp='2026-01-01T00:00:10Z'" },
	{ "shorter-grace-moves-the-end", "",
	  DELETING " ; metadata.deletionGracePeriodSeconds=20 & "
		   "metadata.deletionTimestamp='2026-01-01T00:09:50Z'",
	  DELETING " ; metadata.deletionGracePeriodSeconds=20" },
	{ "grace-never-grows", "", DELETING " ; metadata.deletionGracePeriodSeconds=0",
	  DELETING " ; metadata.deletionGracePeriodSeconds=31" },
	/* phases */
	{ "phase-is-one-of-five", "", TOUCHED, "status.phase='Terminating'" },
	{ "final-phase-stays", ON_FAILURE, DONE " ; " TOUCHED, DONE " ; status.phase='Failed'" },
	{ "final-containers-stay", ON_FAILURE, DONE " ; " TOUCHED, DONE " ; " C "restartCount=1" },
	{ "final-runs-nothing", ON_FAILURE, DONE,
	  DONE " & " S "state={'running':{'startedAt':'2026-01-01T00:00:03Z'}}" },
	{ "succeeded-is-zero", ON_FAILURE, DONE,
	  DONE " & " C "state={'terminated':" END("1", "Error", "c0") "}" },
	{ "failed-has-a-failure", "spec.restartPolicy='Never'", BAD_END,
	  DONE " & status.phase='Failed'" },
	{ "running-has-started", "",
	  D "state={'waiting':{'reason':'CrashLoopBackOff'}} & " D "lastState={'terminated':" END(
		  "1", "Error", "d0") "} & " D "ready=false & " D "started=false & " D
				      "restartCount=0 & " NOT_READY("d"),
	  WAITING(D) " & " NOT_READY("d") },
	{ "pending-is-not-all-running", PENDING, TOUCHED,
	  D "state={'running':{'startedAt':'2026-01-01T00:00:04Z'}}" },
	{ "always-goes-on", "", DELETING " ; " DONE, DONE },
	{ "start-time-stays", "", TOUCHED, "status.startTime='2026-01-01T00:00:01Z'" },
	{ "running-is-not-pending-again", PENDING,
	  TOUCHED " ; status.phase='Running' & " D
		  "state={'running':{'startedAt':'2026-01-01T00:00:04Z'}} & " D "ready=true & " D
		  "started=true & " D "containerID='x://d0' & " READY
		  "status='True' & " CONTAINERS_READY "status='True' & " CONTAINERS_READY
		  "reason='' ; " TOUCHED,
	  "status.phase='Running' ; status.phase='Pending'" },
	{ "running-is-initialized", "", TOUCHED, INITIALIZED "status='False'" },
	{ "final-is-unready", ON_FAILURE, DONE, DONE " & " CONTAINERS_READY "status='True'" },
	/* conditions */
	{ "conditions-are-complete", "", TOUCHED, "-status.conditions.1" },
	{ "scheduled-once-accepted", "", TOUCHED, "status.conditions.4.status='False'" },
	{ "transition-time-stays", "", ENDED_C("1", "Error") " ; " TOUCHED,
	  READY "lastTransitionTime='y'" },
	{ "probe-time-is-null", "", TOUCHED, READY "lastProbeTime='2026-01-01T00:00:00Z'" },
	{ "ready-needs-containers", "", TOUCHED, CONTAINERS_READY "status='False'" },
	{ "containers-ready-means-all", "", TOUCHED, S "ready=false" },
	{ "unready-is-named", "", ENDED_C("1", "Error"),
	  STOPPED(C, "1", "Error", "c0") " & " NOT_READY("c d") },
	{ "initialized-stays", "", ENDED_C("1", "Error"), INITIALIZED "status='False'" },
	{ "initialized-needs-init", "", STOPPED(S, "1", "Error", "s0") " & " NOT_READY("s"),
	  I "state={'terminated':" END("1", "Error", "i0") "}" },
	{ "app-waits-for-init", INITIALIZING, TOUCHED,
	  C "state={'running':{'startedAt':'2026-01-01T00:00:04Z'}}" },
	{ "running-has-a-sandbox", "", TOUCHED, SANDBOX "status='False'" },
	{ "final-has-no-sandbox", ON_FAILURE, DONE, DONE " & " SANDBOX "status='True'" },
	/* statuses */
	{ "statuses-are-complete", "", TOUCHED, "-status.containerStatuses.1" },
	{ "init-statuses-in-order", "", TOUCHED, S "name='t' & " T "name='s'" },
	{ "statuses-are-sorted", "", TOUCHED, C "name='d' & " D "name='c'" },
	{ "one-state", "", TOUCHED, C "state.waiting={'reason':'x'}" },
	{ "waiting-has-a-reason", PENDING, TOUCHED, D "state={'waiting':{}}" },
	{ "states-have-their-fields", "", ENDED_C("1", "Error"), C "state={'running':{}}" },
	{ "reason-fits-code", "", ENDED_C("0", "Completed"), ENDED_C("0", "Error") },
	{ "ends-after-its-start", "", TOUCHED,
	  I "state.terminated.finishedAt='2026-01-01T00:00:00Z'" },
	{ "starts-after-acceptance", "", TOUCHED,
	  C "state={'running':{'startedAt':'2025-12-31T23:59:59Z'}}" },
	{ "message-is-short", "", NEXT_C " & " C "lastState.terminated.message='@4096'",
	  NEXT_C " & " C "lastState.terminated.message='@4097'" },
	{ "running-has-its-names", "", TOUCHED, C "containerID='c0'" },
	{ "ready-means-running", "", ENDED_C("1", "Error"),
	  ENDED_C("1", "Error") " & " C "ready=true" },
	{ "started-means-running", "", ENDED_C("1", "Error"),
	  ENDED_C("1", "Error") " & " C "started=true" },
	{ "ready-needs-started", "", ENDED_C("1", "Error"), C "started=false" },
	{ "unprobed-is-ready", "spec.containers.0.readinessProbe={}",
	  C "ready=false & " NOT_READY("c"), D "ready=false & " NOT_READY("d") },
	{ "init-ready-means-done", "", TOUCHED, I "ready=false" },
	{ "running-init-is-started", INITIALIZING, TOUCHED, I "started=false" },
	{ "never-counts-nothing", "spec.restartPolicy='Never'", ENDED_C("1", "Error"), NEXT_C },
	{ "restarted-has-a-last-state", "", NEXT_C, NEXT_C " & " C "lastState={}" },
	/* restarts */
	{ "count-never-falls", "", NEXT_C, NEXT_C " ; " C "restartCount=0" },
	{ "count-grows-by-one", "", NEXT_C, NEXT_C " & " C "restartCount=2" },
	{ "count-grows-with-id", "", NEXT_C, C "containerID='x://c1'" },
	{ "last-is-the-one-before", "", NEXT_C,
	  NEXT_C " & " C "lastState.terminated.containerID='x://c9'" },
	{ "last-state-is-the-end", "", ENDED_C("1", "Error") " ; " NEXT_C,
	  ENDED_C("2", "Error") " ; " NEXT_C },
	{ "waiting-tells-its-end", "", ENDED_C("1", "Error") " ; " WAITS_C("c0"),
	  ENDED_C("1", "Error") " ; " WAITS_C("c9") },
	{ "ended-stays-ended", "", ENDED_C("1", "Error") " ; " TOUCHED,
	  ENDED_C("1", "Error") " ; " C "state.terminated.exitCode=2" },
	{ "start-stays", "", TOUCHED, C "state={'running':{'startedAt':'2026-01-01T00:00:05Z'}}" },
	{ "started-stays", "", TOUCHED, C "started=false" },
	{ "success-is-final", ON_FAILURE, ENDED_C("0", "Completed") " ; " TOUCHED,
	  ENDED_C("0", "Completed") " ; " NEXT_C },
	{ "init-runs-once", "", NEXT_C, I "restartCount=1" },
	{ "back-off-is-kept", "", NEXT_C " ; " THIRD_C("30"), NEXT_C " ; " THIRD_C("28") },
	/* addresses */
	{ "ip-stays", "", TOUCHED, "status.podIP='10.1.0.3' & status.podIPs=[{'ip':'10.1.0.3'}]" },
	{ "ip-is-the-first", "", TOUCHED, "status.podIPs=[{'ip':'10.1.0.3'}]" },
	{ "host-network-has-host-ip", "spec.hostNetwork=true & status.hostIP='10.1.0.2'", TOUCHED,
	  "status.hostIP='10.0.0.1'" },
	{ "accepted-has-host-ip", "", TOUCHED, "-status.hostIP" },
	{ "running-has-an-ip", "", TOUCHED, "status.podIP=''" },
};

static void judge_history(const struct rule_row *row, const char *edits, bool breaks)
{
	struct rule_world w;
	int i = rule_number(row->rule);

	world_begin(&w, row->base, false);
	world_edit(&w, edits);
	world_judge(&w);
	_cleanup_free_ char *broken = xstrdup(w.broken);
	bool judged = i >= 0 && w.marks.judged[i], found = i >= 0 && w.marks.broken[i];

	world_end(&w);
	if (i < 0 || !judged)
		TEST_FAIL("%s: has nothing to judge in: %s", row->rule, edits);
	if (breaks && !found)
		TEST_FAIL("%s: does not see: %s", row->rule, edits);
	if (!breaks && *broken)
		TEST_FAIL("%s: obeyed, but %sare broken in: %s", row->rule, broken, edits);
}

static void test_what_nearly_breaks_a_rule_obeys_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		judge_history(&rows[i], rows[i].good, false);
}

static void test_what_breaks_a_rule_is_found(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		judge_history(&rows[i], rows[i].bad, true);
}

static void test_every_rule_has_its_histories(void)
{
	const char *without = rule_without_row(rows, ARRAY_SIZE(rows), false);

	CHECK_TEXT(without ? without : "", "");
}

/* The case wrote the status itself: whatever it says, the subject did not. */
static void test_a_status_that_the_case_wrote_is_not_judged(void)
{
	struct rule_world w;

	world_begin(&w, "", false);
	history_add(&w.history, SOURCE_DID, "", "patch pod/a status", NULL, 100 * NSEC_PER_SEC,
		    100 * NSEC_PER_SEC);
	world_edit(&w, "status.phase='Terminating' & status.qosClass='Guaranteed'");
	world_judge(&w);
	_cleanup_free_ char *broken = xstrdup(w.broken);

	world_end(&w);
	CHECK_TEXT(broken, "");
}

/* A runtime that knows no readiness leaves it out. */
static void test_readiness_that_is_not_told_is_not_judged(void)
{
	static const char *const rules[] = { "unprobed-is-ready", "init-ready-means-done" };
	struct rule_world w;

	world_begin(&w, "", false);
	world_edit(&w, "-" D "ready & -" I "ready");
	world_judge(&w);
	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (w.marks.broken[rule_number(rules[i])])
			TEST_FAIL("%s: broken by what is not told", rules[i]);
	world_end(&w);
}

int main(void)
{
	TEST(test_what_nearly_breaks_a_rule_obeys_all);
	TEST(test_what_breaks_a_rule_is_found);
	TEST(test_every_rule_has_its_histories);
	TEST(test_a_status_that_the_case_wrote_is_not_judged);
	TEST(test_readiness_that_is_not_told_is_not_judged);
	return test_end();
}
