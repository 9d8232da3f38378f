/* rules of those who own pods: each finds the broken history and lets the one pass that is nearly the same. */
#include "invariants/invariants.h"
#include "test/test.h"
#include "util/json.h"

/* Versions as they come, one a line, single quotes for double ones; a revision is a line's number. */
#define OBJECT(kind, name, more, spec, status)                                                     \
	"{'kind':'" kind "','metadata':{'name':'" name "','uid':'" name "'" more "},'spec':{" spec \
	"},'status':{" status "}}\n"
#define OWNER(kind, name)                                                       \
	",'ownerReferences':[{'kind':'" kind "','name':'" name "','uid':'" name \
	"','controller':true}]"

#define DEPLOYMENT(generation, spec, status) \
	OBJECT("Deployment", "d", ",'generation':" generation, spec, status)
#define SET(name, generation, replicas, status)                                          \
	OBJECT("ReplicaSet", name, ",'generation':" generation OWNER("Deployment", "d"), \
	       "'replicas':" replicas, status)
#define HASHED_SET(name, hash)                                        \
	OBJECT("ReplicaSet", name,                                    \
	       ",'generation':1,'labels':{'pod-template-hash':'" hash \
	       "'}" OWNER("Deployment", "d"),                         \
	       "'replicas':1", "")
#define POD(name, set, phase)                                                    \
	OBJECT("Pod", name, ",'generateName':'x-'" OWNER("ReplicaSet", set), "", \
	       "'phase':'" phase "'")

#define DAEMONS(generation, strategy, status) \
	OBJECT("DaemonSet", "ds", ",'generation':" generation, "'updateStrategy':" strategy, status)
#define DAEMON(name, place, phase)                                                   \
	OBJECT("Pod", name, ",'generateName':'ds-'" OWNER("DaemonSet", "ds"), place, \
	       "'phase':'" phase "'")
#define OLD_FIRST "{'rollingUpdate':{'maxUnavailable':1,'maxSurge':0}}"
#define NEW_FIRST "{'rollingUpdate':{'maxUnavailable':0,'maxSurge':1}}"
#define BOUND(node) "'nodeName':'" node "'"
#define MEANT_FOR(node)                                                                         \
	"'affinity':{'nodeAffinity':{'requiredDuringSchedulingIgnoredDuringExecution':{"        \
	"'nodeSelectorTerms':[{'matchFields':[{'key':'metadata.name','operator':'In','values':" \
	"['" node "']}]}]}}}"
#define NODES(wanted, current, ready, available, unavailable)                   \
	"'desiredNumberScheduled':" wanted ",'currentNumberScheduled':" current \
	",'numberReady':" ready ",'numberAvailable':" available                 \
	",'numberUnavailable':" unavailable

#define GONE "-" /* before a line: the object's last version */
#define RC(generation, status) \
	OBJECT("ReplicationController", "rc", ",'generation':" generation, "", status)
#define RC_POD(name)                                                                         \
	OBJECT("Pod", name, ",'generateName':'x-'" OWNER("ReplicationController", "rc"), "", \
	       "'phase':'Pending'")
#define JOB(spec, status) OBJECT("Job", "j", ",'generation':1", spec, status)
#define JOB_POD(name, phase) \
	OBJECT("Pod", name, ",'generateName':'x-'" OWNER("Job", "j"), "", "'phase':'" phase "'")
#define OLD "'startTime':'t'," /* it was there before we looked */
#define IS(condition, status) "'conditions':[{'type':'" condition "','status':'" status "'}]"
#define GOING_SET(finalizer)                                                                 \
	OBJECT("ReplicaSet", "a", ",'deletionTimestamp':'t','finalizers':['" finalizer "']", \
	       "'replicas':0", "")
#define HELD_POD(more)                                                                        \
	OBJECT("Pod", "p",                                                                    \
	       ",'ownerReferences':[{'kind':'ReplicaSet','name':'a','uid':'a'" more "}]", "", \
	       "'phase':'Pending'")
#define RUNNING_POD(more) OBJECT("Pod", "p", more, "", "'phase':'Running'")
#define OF_SET ",'ownerReferences':[{'kind':'ReplicaSet','name':'a','uid':'a'}]"
#define BLOCKS ",'blockOwnerDeletion':true"
#define OTHER_POD OBJECT("Pod", "other", "", "", "'phase':'Pending'")
#define A_WHILE /* a line is a second */                                                          \
	OTHER_POD OTHER_POD OTHER_POD OTHER_POD OTHER_POD OTHER_POD OTHER_POD OTHER_POD OTHER_POD \
		OTHER_POD OTHER_POD OTHER_POD OTHER_POD OTHER_POD OTHER_POD OTHER_POD OTHER_POD
#define DYING_POD OBJECT("Pod", "p", ",'deletionTimestamp':'t'" OWNER("ReplicaSet", "a"), "", "")

#define ROLLS(replicas)                                                                \
	"'replicas':" replicas ",'strategy':{'type':'RollingUpdate','rollingUpdate':{" \
	"'maxSurge':'25%','maxUnavailable':1}}"
#define RECREATES "'strategy':{'type':'Recreate'}"
#define COUNTS(all, ready, available) \
	"'replicas':" all ",'readyReplicas':" ready ",'availableReplicas':" available

#define STATEFULSET(generation, status)                         \
	OBJECT("StatefulSet", "s", ",'generation':" generation, \
	       "'podManagementPolicy':'OrderedReady'", status)
#define MEMBER(name, uid, status)                                 \
	"{'kind':'Pod','metadata':{'name':'" name "','uid':'" uid \
	"'" OWNER("StatefulSet", "s") "},"                        \
				      "'status':{'phase':'Pending'" status "}}\n"
#define READY ",'conditions':[{'type':'Ready','status':'True'}]"

static const struct row {
	const char *rule, *story, *good, *bad, *rest;
} rows[] = {
	{ "named-by-its-hash", DEPLOYMENT("1", ROLLS("4"), ""), HASHED_SET("d-5c", "5c"),
	  HASHED_SET("d-5c", "c"), "" },
	{ "named-by-its-hash", DEPLOYMENT("1", ROLLS("4"), ""), HASHED_SET("d-1", "1"),
	  HASHED_SET("d-12", "1"), "" },
	{ "set-observed-is-not-ahead", "", SET("a", "1", "1", "'observedGeneration':1"),
	  SET("a", "1", "1", "'observedGeneration':2"), "" },
	{ "set-observed-never-falls", SET("a", "2", "1", "'observedGeneration':2"),
	  SET("a", "3", "1", "'observedGeneration':2"),
	  SET("a", "3", "1", "'observedGeneration':1"), "" },
	{ "set-counts-nest", "", SET("a", "2", "1", COUNTS("2", "2", "1")),
	  SET("a", "2", "1", COUNTS("2", "1", "2")), "" },
	{ "set-counts-nest", "", SET("a", "2", "1", COUNTS("2", "2", "2")),
	  SET("a", "2", "1", COUNTS("2", "3", "2")), "" },
	{ "set-counts-what-there-was", SET("a", "1", "2", "") POD("p", "a", "Pending"),
	  SET("a", "1", "2", COUNTS("1", "0", "0")), SET("a", "1", "2", COUNTS("2", "0", "0")),
	  POD("q", "a", "Pending") },
	{ "owner-was-there", SET("a", "1", "2", ""), POD("p", "a", "Pending"),
	  POD("p", "ghost", "Pending"), SET("a", "1", "2", COUNTS("1", "0", "0")) },
	{ "owner-was-there", SET("a", "1", "2", ""), POD("p", "a", "Pending"),
	  POD("p", "b", "Pending"), SET("b", "1", "2", "") },
	{ "deployment-observed-is-not-ahead", "",
	  DEPLOYMENT("2", ROLLS("4"), "'observedGeneration':2"),
	  DEPLOYMENT("2", ROLLS("4"), "'observedGeneration':3"), "" },
	{ "deployment-observed-never-falls", DEPLOYMENT("2", ROLLS("4"), "'observedGeneration':2"),
	  DEPLOYMENT("2", ROLLS("4"), "'observedGeneration':2"),
	  DEPLOYMENT("2", ROLLS("4"), "'observedGeneration':1"), "" },
	{ "deployment-counts-nest", "",
	  DEPLOYMENT("1", ROLLS("4"), COUNTS("4", "4", "3") ",'updatedReplicas':4"),
	  DEPLOYMENT("1", ROLLS("4"), COUNTS("4", "4", "3") ",'updatedReplicas':5"), "" },
	{ "not-too-many-are-wanted", DEPLOYMENT("1", ROLLS("4"), "") SET("a", "1", "4", ""),
	  SET("b", "1", "1", ""), SET("b", "1", "2", ""), "" },
	{ "not-too-many-are-wanted", DEPLOYMENT("1", ROLLS("3"), "") SET("a", "1", "2", ""),
	  SET("a", "2", "4", ""), SET("a", "2", "5", ""), "" },
	/* it may still act upon what it has not yet said to have seen, not upon what came before that */
	{ "not-too-many-are-wanted",
	  DEPLOYMENT("1", ROLLS("8"), "") DEPLOYMENT("2", ROLLS("4"), "'observedGeneration':1"),
	  SET("a", "1", "10", ""), SET("a", "1", "11", ""), "" },
	{ "not-too-many-are-wanted",
	  DEPLOYMENT("1", ROLLS("8"), "") DEPLOYMENT("2", ROLLS("4"), "'observedGeneration':2"),
	  SET("a", "1", "5", ""), SET("a", "1", "6", ""), "" },
	{ "enough-are-wanted", DEPLOYMENT("1", ROLLS("4"), "") SET("a", "1", "4", ""),
	  SET("a", "2", "3", ""), SET("a", "2", "2", ""), "" },
	{ "rc-observed-is-not-ahead", "", RC("2", "'observedGeneration':2"),
	  RC("2", "'observedGeneration':3"), "" },
	{ "rc-observed-never-falls", RC("2", "'observedGeneration':2"),
	  RC("3", "'observedGeneration':3"), RC("3", "'observedGeneration':1"), "" },
	{ "rc-counts-nest", "", RC("2", COUNTS("2", "1", "1")), RC("2", COUNTS("2", "1", "2")), "" },
	{ "rc-counts-what-there-was", RC("1", "") RC_POD("p"), RC("1", COUNTS("1", "0", "0")),
	  RC("1", COUNTS("2", "0", "0")), RC_POD("q") },
	{ "job-ready-ones-are-active", "", JOB("", OLD "'active':2,'ready':2"),
	  JOB("", OLD "'active':2,'ready':3"), "" },
	{ "job-only-success-has-a-time", "", JOB("", IS("Failed", "True")),
	  JOB("", "'completionTime':'t'," IS("Failed", "True")), "" },
	{ "job-only-success-has-a-time", "", JOB("", "'completionTime':'t'," IS("Complete", "True")),
	  JOB("", IS("Complete", "True")), "" },
	{ "job-ends-without-pods", "", JOB("", OLD IS("Failed", "True")),
	  JOB("", OLD "'active':1," IS("Failed", "True")), "" },
	{ "job-ends-without-pods", "", JOB("", OLD "'terminating':1," IS("FailureTarget", "True")),
	  JOB("", OLD "'terminating':1," IS("Failed", "True")), "" },
	{ "job-complete-with-all", "",
	  JOB("'completions':2", OLD "'completionTime':'t','succeeded':2," IS("Complete", "True")),
	  JOB("'completions':2", OLD "'completionTime':'t','succeeded':1," IS("Complete", "True")),
	  "" },
	{ "job-not-too-active", JOB("'parallelism':2", ""), JOB("'parallelism':2", "'active':2"),
	  JOB("'parallelism':2", "'active':3"), "" },
	{ "job-not-too-active", JOB("'parallelism':3", ""), JOB("'parallelism':2", "'active':3"),
	  JOB("'parallelism':2", "'active':4"), "" },
	{ "job-counts-what-it-had", JOB("'parallelism':2", "") JOB_POD("p", "Failed"),
	  JOB("'parallelism':2", "'failed':1"), JOB("'parallelism':2", "'active':1,'failed':1"),
	  JOB_POD("q", "Pending") },
	{ "job-end-stays", JOB("", "'completionTime':'t'," IS("Complete", "True")),
	  JOB("'suspend':true", "'completionTime':'t'," IS("Complete", "True")),
	  JOB("", IS("Complete", "False")), "" },
	{ "job-ended-stay-counted", JOB("", OLD "'succeeded':2"),
	  JOB("", OLD "'succeeded':2,'failed':1"), JOB("", OLD "'succeeded':1,'failed':1"), "" },
	{ "job-pods-not-too-many", JOB("'parallelism':1", "") JOB_POD("p", "Pending"),
	  JOB_POD("p", "Succeeded") JOB_POD("q", "Pending"),
	  JOB_POD("p", "Running") JOB_POD("q", "Pending"), JOB("'parallelism':1", "") },
	{ "foreground-owner-goes-last", GOING_SET("foregroundDeletion") HELD_POD(BLOCKS),
	  GONE HELD_POD(BLOCKS) GONE GOING_SET("foregroundDeletion"),
	  GONE GOING_SET("foregroundDeletion"), OTHER_POD },
	{ "foreground-owner-goes-last", GOING_SET("foregroundDeletion"),
	  HELD_POD("") GONE GOING_SET("foregroundDeletion"),
	  HELD_POD(BLOCKS) GONE GOING_SET("foregroundDeletion"), OTHER_POD },
	{ "orphans-are-let-go", RUNNING_POD(OF_SET) GOING_SET("orphan"),
	  RUNNING_POD("") GONE GOING_SET("orphan"), GONE GOING_SET("orphan"), OTHER_POD },
	{ "orphans-are-let-go", "", GOING_SET("orphan") RUNNING_POD(OF_SET) GONE GOING_SET("orphan"),
	  RUNNING_POD(OF_SET) GOING_SET("orphan") GONE GOING_SET("orphan"), OTHER_POD },
	{ "owned-pod-follows-its-owner",
	  SET("a", "1", "1", "") POD("p", "a", "Running") GONE SET("a", "1", "1", "")
		  A_WHILE A_WHILE,
	  DYING_POD, POD("p", "a", "Failed"), "" },
	{ "owned-pod-follows-its-owner",
	  SET("a", "1", "1", "") POD("p", "a", "Running") A_WHILE GONE SET("a", "1", "1", ""),
	  A_WHILE POD("p", "a", "Failed"), A_WHILE A_WHILE POD("p", "a", "Failed"), "" },
	{ "statefulset-observed-is-not-ahead", "", STATEFULSET("2", "'observedGeneration':2"),
	  STATEFULSET("2", "'observedGeneration':3"), "" },
	{ "statefulset-observed-never-falls", STATEFULSET("2", "'observedGeneration':2"),
	  STATEFULSET("2", "'observedGeneration':2"), STATEFULSET("2", "'observedGeneration':1"),
	  "" },
	{ "statefulset-counts-nest", "", STATEFULSET("1", COUNTS("2", "2", "2")),
	  STATEFULSET("1", COUNTS("2", "2", "3")), "" },
	{ "earlier-bearer-is-gone", STATEFULSET("1", "") MEMBER("s-0", "a", READY),
	  GONE MEMBER("s-0", "a", READY) MEMBER("s-0", "b", ""), MEMBER("s-0", "b", ""), "" },
	{ "lower-ones-were-ready", STATEFULSET("1", "") MEMBER("s-0", "a", ""),
	  MEMBER("s-0", "a", READY) MEMBER("s-0", "a", "") MEMBER("s-1", "b", ""),
	  MEMBER("s-1", "b", "") MEMBER("s-0", "a", READY), "" },
	/* that another of that name was ready once says nothing of the one that is there now */
	{ "lower-ones-were-ready",
	  STATEFULSET("1", "") MEMBER("s-0", "a", READY) GONE MEMBER("s-0", "a", READY)
		  MEMBER("s-0", "b", ""),
	  MEMBER("s-0", "b", READY) MEMBER("s-1", "c", ""), MEMBER("s-1", "c", ""), "" },
	{ "recreate-ends-the-old-first",
	  DEPLOYMENT("1", RECREATES, "") SET("a", "1", "0", "") SET("b", "1", "1", ""),
	  POD("p", "a", "Succeeded") POD("q", "b", "Pending"),
	  POD("p", "a", "Running") POD("q", "b", "Pending"), "" },
	{ "old-daemon-has-ended", DAEMONS("1", OLD_FIRST, ""),
	  DAEMON("p", BOUND("n"), "Succeeded") DAEMON("q", MEANT_FOR("n"), "Pending"),
	  DAEMON("p", BOUND("n"), "Running") DAEMON("q", MEANT_FOR("n"), "Pending"), "" },
	{ "old-daemon-has-ended", DAEMONS("1", OLD_FIRST, ""),
	  DAEMON("p", BOUND("n"), "Running") DAEMON("q", MEANT_FOR("m"), "Pending"),
	  DAEMON("p", MEANT_FOR("m"), "Pending") DAEMON("q", MEANT_FOR("m"), "Pending"), "" },
	{ "old-daemon-has-ended", "",
	  DAEMONS("1", NEW_FIRST, "") DAEMON("p", BOUND("n"), "Running")
		  DAEMON("q", MEANT_FOR("n"), "Pending"),
	  DAEMONS("1", OLD_FIRST, "") DAEMON("p", BOUND("n"), "Running")
		  DAEMON("q", MEANT_FOR("n"), "Pending"),
	  "" },
	{ "daemonset-observed-is-not-ahead", "", DAEMONS("2", OLD_FIRST, "'observedGeneration':2"),
	  DAEMONS("2", OLD_FIRST, "'observedGeneration':3"), "" },
	{ "daemonset-observed-never-falls", DAEMONS("2", OLD_FIRST, "'observedGeneration':2"),
	  DAEMONS("3", OLD_FIRST, "'observedGeneration':2"),
	  DAEMONS("3", OLD_FIRST, "'observedGeneration':1"), "" },
	{ "daemonset-counts-nest", "", DAEMONS("1", OLD_FIRST, NODES("3", "2", "2", "1", "2")),
	  DAEMONS("1", OLD_FIRST, NODES("3", "4", "2", "1", "2")), "" },
	{ "daemonset-counts-nest", "", DAEMONS("1", OLD_FIRST, NODES("3", "3", "2", "2", "1")),
	  DAEMONS("1", OLD_FIRST, NODES("3", "3", "2", "2", "0")), "" },
};

struct world {
	struct history history;
	struct chronicle seen;
	int revision;
	char broken[500];
};

static void tell(struct world *w, const char *lines)
{
	while (*lines) {
		char type = *lines == *GONE ? 'D' : 'M';

		lines += *lines == *GONE;
		size_t len = strcspn(lines, "\n");
		_cleanup_free_ char *text = strndup(lines, len);
		char revision[20];

		for (char *p = text; *p; p++)
			*p = *p == '\'' ? '"' : *p;
		_cleanup_json_ json_t *object = json_read(text, len);
		int64_t t = (100 + ++w->revision) * NSEC_PER_SEC;

		if (!object)
			fprintf(stderr, "# no object: %s\n", text), abort();
		snprintf(revision, sizeof(revision), "%d", w->revision);
		json_object_set_new(json_object_get(object, "metadata"), "resourceVersion",
				    json_string(revision));
		chronicle_take(&w->seen, type, object, t - NSEC_PER_SEC / 2, t, false);
		lines += len + 1;
	}
}

static void on_violation(void *userdata, const char *req, const struct hist_event *focus,
			 const char *message)
{
	(void)userdata;
	(void)req;
	(void)focus;
	(void)message;
}

/* Names of the rules about owners that are broken. */
static void judge_story(const struct row *row, const char *last, struct world *w)
{
	struct invariant_marks marks = { 0 };
	struct invariant rule;

	*w = (struct world){ 0 };
	history_init(&w->history, 100 * NSEC_PER_SEC);
	chronicle_init(&w->seen, &w->history);
	tell(w, row->story);
	tell(w, last);
	tell(w, row->rest);
	invariants_check(&w->seen, NULL, on_violation, NULL, &marks);
	for (size_t i = 0; invariant_at(i, &rule); i++)
		if (rule.needs_owner && marks.broken[i])
			snprintf(w->broken + strlen(w->broken),
				 sizeof(w->broken) - strlen(w->broken), "%s", rule.name);
	chronicle_clear(&w->seen);
	history_clear(&w->history);
}

static void test_what_nearly_breaks_a_rule_obeys_all(void)
{
	struct world w;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		judge_story(&rows[i], rows[i].good, &w);
		CHECK_TEXT(w.broken, "");
	}
}

static void test_what_breaks_a_rule_is_found(void)
{
	struct world w;

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		judge_story(&rows[i], rows[i].bad, &w);
		CHECK_TEXT(w.broken, rows[i].rule);
	}
}

static void test_every_rule_has_its_histories(void)
{
	struct invariant rule;

	for (size_t i = 0; invariant_at(i, &rule); i++) {
		bool found = !rule.needs_owner;

		for (size_t k = 0; k < ARRAY_SIZE(rows); k++)
			found = found || streq(rows[k].rule, rule.name);
		CHECK_TEXT(found ? "" : rule.name, "");
	}
}

int main(void)
{
	TEST(test_what_nearly_breaks_a_rule_obeys_all);
	TEST(test_what_breaks_a_rule_is_found);
	TEST(test_every_rule_has_its_histories);
	return test_end();
}
