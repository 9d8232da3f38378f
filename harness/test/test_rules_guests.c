/*
 * rules of guests: each finds the broken history and lets the one pass that is nearly the same.
 *
 * Events are written as they come: "c start 1 net=7" is a line of container c one second on, "lost c 4" a death, "watch c ready=true 5"
 * and "watch - deleting 5 grace=4" what the watch told of a container and of the pod, "did exec a/c" what the case did. Each start of
 * a container is a new process; namespaces are the pod's own unless they are given.
 */
#include "test/rule_test.h"
#include "test/test.h"
#include "util/clock.h"
#include "util/json.h"

#define CONTAINER_C "spec.containers.0."
#define PROBES                                                                                 \
	CONTAINER_C "startupProbe={'exec':{'command':['/guest','probe','s']}} & " CONTAINER_C  \
		    "livenessProbe={'exec':{'command':['/guest','probe','l']}} & " CONTAINER_C \
		    "readinessProbe={'exec':{'command':['/guest','probe','r']}}"
#define HOOKS                                                                                 \
	CONTAINER_C "lifecycle={'postStart':{'exec':{'command':['/guest','hook','up']}},'pre" \
		    "Stop':{'exec':{'command':['/guest','hook','down']}}}"
#define SIDECAR_PROBE \
	"spec.initContainers.1.startupProbe={'exec':{'command':['/guest','probe','u']}}"
#define HOOK(name, phase, t) "c hook " t " name=" name " kind=exec phase=" phase
#define ENDED(t, code) "watch c state=terminated " t " reason=Error restarts=0 exitCode=" code
#define KILLED(t) "lost c " t " ; " ENDED("9", "137")

static const struct rule_row rows[] = {
	/* the sandbox */
	{ "guest-has-the-ip", "status.podIP='10.1.0.2'", "c start 1 addr=10.1.0.2",
	  "c start 1 addr=10.1.0.3" },
	{ "one-network", "", "i start 1 ; c start 2", "i start 1 ; c start 2 net=7" },
	{ "one-ipc", "", "i start 1 ; c start 2", "i start 1 ; c start 2 ipc=7" },
	{ "one-uts", "", "i start 1 ; c start 2", "i start 1 ; c start 2 uts=7" },
	{ "restart-keeps-the-sandbox", "", "c start 1 ; c start 2", "c start 1 ; c start 2 net=7" },
	/* d's second run is given the number of c's first, which has ended */
	{ "own-mounts", "",
	  "d start 1 mnt=8 ; c start 2 mnt=7 ; c exit 3 code=0 ; d exit 4 code=0 ; "
	  "d start 5 mnt=7 ; d say 6",
	  "c start 1 mnt=7 ; d start 2 mnt=7 ; c say 3" },
	{ "own-processes", "", "c start 1 pid=1 ; d start 2 pid=1",
	  "c start 1 pid=1 ; d start 2 pid=2" },
	{ "shared-processes", "spec.shareProcessNamespace=true", "c start 1 pid=7",
	  "c start 1 pid=1" },
	{ "network-of-its-own", "", "b/x start 1 net=7 ipc=7 ; c start 2 ; b/x say 3",
	  "b/x start 1 ipc=7 ; c start 2 ; b/x say 3" },
	{ "ipc-of-its-own", "", "b/x start 1 net=7 ipc=7 ; c start 2 ; b/x say 3",
	  "b/x start 1 net=7 ; c start 2 ; b/x say 3" },
	/* order */
	{ "init-in-order", SIDECAR_PROBE,
	  "s start 1 ; s probe 2 name=u result=fail ; s probe 3 name=u result=ok ; t start 4",
	  "s start 1 ; s probe 2 name=u result=fail ; t start 3 ; s probe 4 name=u result=ok" },
	{ "init-in-order", "",
	  "i start 1 ; i exit 2 code=1 ; i start 3 ; i exit 4 code=0 ; s start 5 ; t start 6",
	  "i start 1 ; i exit 2 code=1 ; s start 2.5 ; i start 3 ; i exit 4 code=0 ; t start 6" },
	{ "init-before-app", "", "i start 1 ; i exit 2 code=0 ; c start 3 ; s start 3.1",
	  "i start 1 ; c start 2 ; i exit 3 code=0" },
	{ "one-instance-at-a-time", "", "c start 1 ; c say 2 ; c start 3",
	  "c start 1 ; c start 3 ; c say 4 of=1" },
	{ "never-restarts", "spec.restartPolicy='Never'", "c start 1 ; d start 2",
	  "c start 1 ; c start 2" },
	{ "final-is-final", "", "c start 1 ; watch - phase=Failed 2",
	  "watch - phase=Failed 2 ; c start 3" },
	{ "final-is-silent", "", "c start 1 ; c exit 2 code=1 ; watch - phase=Failed 3",
	  "c start 1 ; watch - phase=Failed 3 ; c exit 4 code=1" },
	{ "told-ended-is-silent", "", "c start 1 ; c exit 2 code=1 ; " ENDED("3", "1"),
	  "c start 1 ; " ENDED("3", "1") " ; c say 4" },
	{ "exit-code-is-told", "", "c start 1 ; c exit 2 code=3 ; " ENDED("3", "3"),
	  "c start 1 ; c exit 2 code=3 ; " ENDED("3", "4") },
	/* probes and hooks */
	{ "ready-needs-its-probe",
	  PROBES, "c start 1 ; c probe 2 name=s result=ok ; c probe 3 name=r result=ok ; watch c ready=true 4",
	  "c start 1 ; c probe 2 name=s result=ok ; watch c ready=true 3 ; c probe 4 name=r "
	  "result=ok" },
	{ "probes-wait-for-startup", PROBES,
	  "c start 1 ; c probe 2 name=s result=ok ; c probe 3 name=l result=ok",
	  "c start 1 ; c probe 2 name=s result=fail ; c probe 3 name=l result=ok" },
	{ "startup-probe-ends", PROBES,
	  "c start 1 ; c probe 2 name=s result=ok ; c probe 3 name=s result=ok",
	  "c start 1 ; c probe 2 name=s result=ok ; c probe 3 name=s result=ok ; "
	  "c probe 4 name=s result=ok ; c probe 5 name=s result=ok" },
	{ "running-after-post-start", HOOKS,
	  "c start 1 ; " HOOK("up", "begin", "2") " ; " HOOK("up", "end",
							     "3") " ; "
								  "watch c state=running 4",
	  "c start 1 ; " HOOK("up", "begin", "2") " ; watch c state=running 3 ; " HOOK("up", "end",
										       "4") },
	{ "hooks-run-once", HOOKS, "c start 1 ; " HOOK("up", "begin", "2"),
	  "c start 1 ; " HOOK("up", "begin", "2") " ; " HOOK("up", "begin", "3") },
	/* the end */
	{ "term-after-pre-stop", HOOKS,
	  "c start 1 ; " HOOK("down", "begin", "2") " ; " HOOK("down", "end", "3") " ; c term 4",
	  "c start 1 ; " HOOK("down", "begin", "2") " ; c term 3 ; " HOOK("down", "end", "4") },
	{ "one-term", "", "c start 1 ; c term 2 ; c start 3 ; c term 4",
	  "c start 1 ; c term 2 ; c term 3" },
	{ "kill-two-seconds-after-term", "", "c start 1 ; c term 2 ; " KILLED("4"),
	  "c start 1 ; c term 2 ; " KILLED("2.9") },
	{ "kill-at-the-end-of-the-grace", "",
	  "c start 1 ; watch - deleting 2 grace=5 ; c term 2.1 ; " KILLED("7"),
	  "c start 1 ; watch - deleting 2 grace=5 ; c term 2.1 ; " KILLED("5") },
	{ "sidecars-end-after-apps", "",
	  "s start 1 ; c start 2 ; watch - deleting 3 grace=30 ; c exit 4 code=0 ; s term 5",
	  "s start 1 ; c start 2 ; watch - deleting 3 grace=30 ; s term 4 ; c exit 5 code=0" },
	{ "sidecars-end-in-reverse", "",
	  "s start 1 ; t start 2 ; watch - deleting 3 grace=30 ; t exit 4 code=0 ; s term 5",
	  "s start 1 ; t start 2 ; watch - deleting 3 grace=30 ; s term 4 ; t exit 5 code=0" },
	{ "deleted-is-not-restarted", "",
	  "c start 1 ; c exit 2 code=1 ; c start 3 ; watch - deleting 4 grace=30 ; c exit 5 code=0",
	  "c start 1 ; watch - deleting 2 grace=30 ; c exit 3 code=0 ; c start 4" },
	{ "gone-is-silent", "",
	  "c start 1 ; watch - deleting 2 grace=30 ; c exit 3 code=0 ; watch - gone 4",
	  "c start 1 ; watch - deleting 2 grace=30 ; watch - gone 4 ; c exit 5 code=0" },
	{ "nothing-outlives-the-first-process", "", "c start 1 ; lost c 2 ; c start 3 ; c say 4",
	  "c start 1 ; lost c 2 ; c say 3 ; c start 4" },
};

/* ---- scripts ---- */

static int starts[256]; /* by the container's first letter */

static int64_t at(const char *seconds)
{
	return 200 * NSEC_PER_SEC + (int64_t)(strtod(seconds, NULL) * 1e9);
}

static void put(json_t *o, const char *word)
{
	_cleanup_strv_ char **kv = strv_split(word, "=");
	char *end;
	long n = strtol(kv[1], &end, 10);

	json_object_set_new(o, kv[0], *end ? json_string(kv[1]) : json_integer(n));
}

/* The facts that a start states: a pod's first process in its sandbox. */
static void put_facts(json_t *line, const char *who)
{
	static const char *const kinds[] = { "net", "ipc", "uts", "pid", "mnt" };
	json_t *ns = json_object();
	int own = who[0] * 100 + starts[(unsigned char)who[0]];

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++) {
		bool is_pid = streq(kinds[i], "pid"); /* `pid` is the process' number */
		json_t *given = is_pid ? NULL : json_object_get(line, kinds[i]);
		char text[20];

		snprintf(text, sizeof(text), "%lld",
			 given ? (long long)json_integer_value(given) :
			 i < 3 ? 1LL :
				 (long long)own);
		json_object_set_new(ns, kinds[i], json_string(text));
	}
	json_object_set_new(line, "ns", ns);
	if (!json_object_get(line, "pid"))
		json_object_set_new(line, "pid", json_integer(1));
	if (json_object_get(line, "addr"))
		json_object_set_new(line, "addrs", json_pack("[O]", json_object_get(line, "addr")));
}

static void tell_line(struct rule_world *w, const char *who, const char *ev, const char *t,
		      char **more)
{
	static int seq;
	int *n = &starts[(unsigned char)who[0]];
	_cleanup_free_ char *id = strchr(who, '/') ? xstrdup(who) : xasprintf("a/%s", who);
	_cleanup_json_ json_t *line = json_pack("{s:s,s:s,s:s,s:I,s:i}", "id", id, "ev", ev, "boot",
						clock_boot_id(), "t", (json_int_t)at(t), "seq",
						seq++);

	*n += streq(ev, "start");
	for (; *more; more++)
		put(line, *more);
	json_object_set_new(line, "run", json_integer(who[0] * 100 + json_int(line, "of", *n)));
	if (streq(ev, "start"))
		put_facts(line, who);
	history_add_line(&w->history, line, at(t));
}

static void tell_watch(struct rule_world *w, char **words)
{
	_cleanup_free_ char *who = streq(words[0], "-") ? xstrdup("a") :
							  xasprintf("a/%s", words[0]);
	json_t *content = json_object();

	for (char **more = words + 3; *more; more++)
		put(content, *more);
	history_add(&w->history, SOURCE_WATCH, who, words[1], content, at(words[2]), at(words[2]));
}

static void tell_event(struct rule_world *w, const char *event)
{
	_cleanup_strv_ char **words = strv_split(event, " ");

	if (streq(words[0], "watch"))
		tell_watch(w, words + 1);
	else if (streq(words[0], "did"))
		history_add(&w->history, SOURCE_DID, "", event + 4, NULL, at("0"), at("0"));
	else if (streq(words[0], "lost"))
		tell_line(w, words[1], "lost", words[2], words + 3);
	else
		tell_line(w, words[0], words[1], words[2], words + 3);
}

static void tell_script(struct rule_world *w, const char *script)
{
	_cleanup_strv_ char **events = strv_split(script, ";");

	memset(starts, 0, sizeof(starts));
	for (char **e = events; *e; e++)
		tell_event(w, *e + strspn(*e, " "));
}

/* ---- the tests ---- */

static void judge_script(const struct rule_row *row, const char *script, bool breaks)
{
	struct rule_world w;
	int i = rule_number(row->rule);

	world_begin(&w, row->base, true);
	tell_script(&w, script);
	world_judge(&w);
	_cleanup_free_ char *broken = xstrdup(w.broken);
	bool judged = i >= 0 && w.marks.judged[i], found = i >= 0 && w.marks.broken[i];

	world_end(&w);
	if (i < 0 || !judged)
		TEST_FAIL("%s: has nothing to judge in: %s", row->rule, script);
	if (breaks && !found)
		TEST_FAIL("%s: does not see: %s", row->rule, script);
	if (!breaks && *broken)
		TEST_FAIL("%s: obeyed, but %sare broken in: %s", row->rule, broken, script);
}

static void test_what_nearly_breaks_a_rule_obeys_all(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		judge_script(&rows[i], rows[i].good, false);
}

static void test_what_breaks_a_rule_is_found(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		judge_script(&rows[i], rows[i].bad, true);
}

static void test_every_rule_has_its_histories(void)
{
	const char *without = rule_without_row(rows, ARRAY_SIZE(rows), true);

	CHECK_TEXT(without ? without : "", "");
}

static const char *broken_by(const char *base, const char *script)
{
	static char text[1000];
	struct rule_world w;

	world_begin(&w, base, true);
	tell_script(&w, script);
	world_judge(&w);
	snprintf(text, sizeof(text), "%s", w.broken);
	world_end(&w);
	return text;
}

/* What the case did itself, or what a reason of the requirement allows, is nobody's fault. */
static void test_what_is_excused_is_not_judged(void)
{
	CHECK_TEXT(broken_by("", "c start 1 ; c term 2 ; c term 3 ; did exec a/c"), "");
	CHECK_TEXT(broken_by("", "c start 1 ; c start 2 net=7 ; did disrupt pod/a"), "");
	CHECK_TEXT(broken_by("", "c start 1 ; c term 2 ; c term 3 ; did exec b/c"), "one-term ");
	/* the grace is over: preStop is not waited for, sidecars are not ordered */
	CHECK_TEXT(broken_by(HOOKS " & spec.terminationGracePeriodSeconds=4",
			     "c start 1 ; " HOOK("down", "begin",
						 "2") " ; c term 6 ; " HOOK("down", "end", "7")),
		   "");
	CHECK_TEXT(broken_by("", "s start 1 ; c start 2 ; watch - deleting 3 grace=4 ; s term 7 ; "
				 "c exit 8 code=0"),
		   "");
	/* a force deletion takes the object away first */
	CHECK_TEXT(broken_by("", "c start 1 ; watch - deleting 2 grace=0 ; watch - gone 2 ; "
				 "c exit 3 code=0"),
		   "");
	/* an inode number given again to another pod after the end of the first */
	CHECK_TEXT(broken_by("", "b/x start 1 ; b/x exit 2 code=0 ; c start 3"), "");
}

/* A container that crashes in a loop for minutes: to compare each start with each other would take hours. */
static void test_a_history_that_goes_on_and_on_is_not_compared(void)
{
	struct rule_world w;

	world_begin(&w, "", true);
	tell_script(&w, "c start 1 ; c term 2 ; c term 3");
	for (int i = 0; i < 6001; i++)
		history_add(&w.history, SOURCE_DID, "", "exec b/c", NULL, at("4"), at("4"));
	world_judge(&w);
	_cleanup_free_ char *broken = xstrdup(w.broken);

	world_end(&w);
	CHECK_TEXT(broken, "");
}

int main(void)
{
	TEST(test_what_nearly_breaks_a_rule_obeys_all);
	TEST(test_what_breaks_a_rule_is_found);
	TEST(test_every_rule_has_its_histories);
	TEST(test_a_history_that_goes_on_and_on_is_not_compared);
	TEST(test_what_is_excused_is_not_judged);
	return test_end();
}
