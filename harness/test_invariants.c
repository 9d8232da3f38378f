/* invariants: each rule speaks when the history proves a violation, and is silent otherwise. */
#include "invariants.h"

#include "test/test.h"
#include "util/clock.h"
#include "util/json.h"

#define S NSEC_PER_SEC

static struct history h;
static json_t *pods;
static json_t *told; /* set of requirements */

static void begin(const char *spec)
{
	history_clear(&h);
	history_init(&h, 100 * S);
	json_decref(pods);
	pods = json_pack("{s:{s:o}}", "a", "spec", json_loads(spec, 0, NULL));
	history_add(&h, SOURCE_WATCH, "a", "added", NULL, 100 * S, 100 * S);
}

static void line(const char *id, const char *ev, double t, int run, const char *key,
		 const char *value)
{
	static int seq;
	_cleanup_json_ json_t *l = json_pack("{s:s,s:s,s:s,s:I,s:i,s:i,s:s*}", "id", id, "ev", ev,
					     "boot", clock_boot_id(), "t", (json_int_t)(t * 1e9),
					     "run", run, "seq", seq++, key ? key : "none", value);

	history_add_line(&h, l, (int64_t)(t * 1e9));
}

static void seen(const char *who, const char *words, double t, json_t *content)
{
	history_add(&h, SOURCE_WATCH, who, words, content, (int64_t)((t - 0.05) * 1e9),
		    (int64_t)(t * 1e9));
}

static void on_violation(void *userdata, const char *req, const struct hist_event *focus,
			 const char *text)
{
	(void)userdata;
	(void)focus;
	(void)text;
	json_object_set_new(told, req, json_true());
}

static const char *violations(void)
{
	static char text[500];
	const char *key;
	json_t *v;

	json_decref(told);
	told = json_object();
	text[0] = '\0';
	invariants_check(&h, pods, on_violation, NULL);
	json_object_foreach(told, key, v)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), "%s ", key);
	return text;
}

#define PLAIN "{\"containers\":[{\"name\":\"c\"}]}"
#define INIT                                                                                       \
	"{\"initContainers\":[{\"name\":\"i\"},{\"name\":\"j\"}],\"containers\":[{\"name\":\"c\"}" \
	"]}"

static void test_init_containers_come_first_and_in_order(void)
{
	begin(INIT);
	line("a/i", "start", 101, 1, NULL, NULL);
	line("a/i", "exit", 102, 1, NULL, NULL);
	line("a/j", "start", 103, 2, NULL, NULL);
	line("a/c", "start", 104, 3, NULL, NULL);
	CHECK_TEXT(violations(), "");
	begin(INIT);
	line("a/i", "start", 101, 1, NULL, NULL);
	line("a/j", "start", 101.5, 2, NULL, NULL);
	line("a/i", "exit", 102, 1, NULL, NULL);
	CHECK_TEXT(violations(), "INIT-001 ");
	begin(INIT);
	line("a/c", "start", 101, 3, NULL, NULL);
	line("a/j", "start", 103, 2, NULL, NULL);
	CHECK_TEXT(violations(), "INIT-002 ");
}

static void test_ready_needs_its_probe(void)
{
	const char *spec =
		"{\"containers\":[{\"name\":\"c\",\"readinessProbe\":{\"exec\":{\"command\":"
		"[\"/guest\",\"probe\",\"p\"]}}}]}";

	begin(spec);
	seen("a/c", "ready=true", 103, NULL);
	line("a/c", "probe", 102, 1, "name", "p");
	CHECK_TEXT(violations(), "");
	begin(spec);
	seen("a/c", "ready=true", 101, NULL);
	{
		_cleanup_json_ json_t *l = json_pack("{s:s,s:s,s:s,s:I,s:s,s:s}", "id", "a/c", "ev",
						     "probe", "boot", clock_boot_id(), "t",
						     (json_int_t)(102 * S), "name", "p", "result",
						     "ok");

		history_add_line(&h, l, 102 * S);
	}
	CHECK_TEXT(violations(), "PROBE-010 ");
}

static void test_the_restart_count_never_falls(void)
{
	begin(PLAIN);
	seen("a/c", "restarts=1", 101, json_pack("{s:i}", "restarts", 1));
	seen("a/c", "restarts=2", 102, json_pack("{s:i}", "restarts", 2));
	CHECK_TEXT(violations(), "");
	seen("a/c", "restarts=0", 103, json_pack("{s:i}", "restarts", 0));
	CHECK_TEXT(violations(), "RESTART-013 ");
}

static void test_a_final_phase_stays(void)
{
	begin(PLAIN);
	seen("a", "phase=Running", 101, NULL);
	seen("a", "phase=Succeeded", 102, NULL);
	CHECK_TEXT(violations(), "");
	seen("a", "phase=Running", 103, NULL);
	line("a/c", "start", 104, 2, NULL, NULL);
	CHECK_TEXT(violations(), "PHASE-041 RESTART-027 PHASE-008 ");
}

static void test_a_phase_has_a_known_name(void)
{
	begin(PLAIN);
	seen("a", "phase=Pending", 101, NULL);
	CHECK_TEXT(violations(), "");
	seen("a", "phase=", 102, NULL);
	CHECK_TEXT(violations(), "PHASE-001 ");
}

static void test_a_stamp_stays_with_its_status(void)
{
	begin(PLAIN);
	seen("a", "restamped example.org/mine", 101, NULL);
	CHECK_TEXT(violations(), "");
	seen("a", "restamped Initialized", 102, NULL);
	CHECK_TEXT(violations(), "PHASE-015 ");
}

static void at_revision(const char *who, const char *words, double t, uint64_t revision)
{
	seen(who, words, t, NULL);
	for (size_t i = 0; i < h.n; i++)
		if (!h.events[i]->revision && streq(h.events[i]->who, who))
			h.events[i]->revision = revision;
}

static void test_a_final_phase_comes_when_all_has_ended(void)
{
	begin(PLAIN);
	at_revision("a/c", "state=running", 101, 5);
	at_revision("a", "phase=Failed", 103, 7);
	at_revision("a/c", "state=terminated", 103, 7);
	line("a/c", "exit", 102, 1, NULL, NULL);
	CHECK_TEXT(violations(), "");
	line("a/c", "exit", 104, 1, NULL, NULL);
	CHECK_TEXT(violations(), "PHASE-041 ");
	begin(PLAIN);
	at_revision("a/c", "state=running", 101, 5);
	at_revision("a", "phase=Failed", 103, 7);
	at_revision("a/c", "state=terminated", 104, 8);
	CHECK_TEXT(violations(), "PHASE-041 ");
	history_add(&h, SOURCE_DID, "", "patch pod/a", NULL, 100 * S, 100 * S);
	CHECK_TEXT(violations(), "");
}

static void test_a_pod_is_bound_once(void)
{
	begin(PLAIN);
	seen("a", "bound", 101, NULL);
	CHECK_TEXT(violations(), "");
	seen("a", "bound", 102, NULL);
	CHECK_TEXT(violations(), "SCHED-003 ");
}

static void hook(const char *phase, double t)
{
	_cleanup_json_ json_t *l = json_pack("{s:s,s:s,s:s,s:I,s:s,s:s,s:f}", "id", "a/c", "ev",
					     "hook", "boot", clock_boot_id(), "t",
					     (json_int_t)(t * 1e9), "name", "h", "phase", phase,
					     "seq", t);

	json_object_set_new(l, "seq", json_integer((json_int_t)(t * 1000)));
	history_add_line(&h, l, (int64_t)(t * 1e9));
}

static void test_term_waits_for_pre_stop(void)
{
	const char *spec = "{\"containers\":[{\"name\":\"c\",\"lifecycle\":{\"preStop\":{\"exec\":{"
			   "\"command\":"
			   "[\"/guest\",\"hook\",\"h\"]}}}}]}";

	begin(spec);
	hook("begin", 101);
	hook("end", 102);
	line("a/c", "term", 103, 1, NULL, NULL);
	CHECK_TEXT(violations(), "");
	begin(spec);
	hook("begin", 101);
	hook("end", 102);
	line("a/c", "term", 101.5, 1, NULL, NULL);
	CHECK_TEXT(violations(), "HOOK-006 ");
}

static void test_one_term_and_a_late_kill(void)
{
	begin(PLAIN);
	line("a/c", "term", 101, 1, NULL, NULL);
	line("a/c", "lost", 103.1, 9, NULL, NULL);
	seen("a/c", "state=terminated", 104, json_pack("{s:i}", "exitCode", 137));
	CHECK_TEXT(violations(), "");
	line("a/c", "term", 101.2, 1, NULL, NULL);
	CHECK_TEXT(violations(), "TERM-004 ");
	begin(PLAIN);
	line("a/c", "term", 101, 1, NULL, NULL);
	line("a/c", "lost", 101.1, 9, NULL, NULL);
	seen("a/c", "state=terminated", 104, json_pack("{s:i}", "exitCode", 137));
	CHECK_TEXT(violations(), "TERM-020 ");
	history_add(&h, SOURCE_DID, "", "exec pod/a", NULL, 100 * S, 100 * S);
	CHECK_TEXT(violations(), "");
}

static void test_never_and_deletion_end_it(void)
{
	begin("{\"restartPolicy\":\"Never\",\"containers\":[{\"name\":\"c\"}]}");
	line("a/c", "start", 101, 1, NULL, NULL);
	CHECK_TEXT(violations(), "");
	line("a/c", "start", 102, 2, NULL, NULL);
	CHECK_TEXT(violations(), "RESTART-004 ");
	begin(PLAIN);
	seen("a", "deleting", 101, NULL);
	line("a/c", "exit", 102, 1, NULL, NULL);
	CHECK_TEXT(violations(), "");
	line("a/c", "start", 103, 2, NULL, NULL);
	CHECK_TEXT(violations(), "TERM-009 ");
}

int main(void)
{
	TEST(test_init_containers_come_first_and_in_order);
	TEST(test_ready_needs_its_probe);
	TEST(test_the_restart_count_never_falls);
	TEST(test_a_final_phase_stays);
	TEST(test_a_phase_has_a_known_name);
	TEST(test_a_stamp_stays_with_its_status);
	TEST(test_a_final_phase_comes_when_all_has_ended);
	TEST(test_a_pod_is_bound_once);
	TEST(test_term_waits_for_pre_stop);
	TEST(test_one_term_and_a_late_kill);
	TEST(test_never_and_deletion_end_it);
	history_clear(&h);
	json_decref(pods);
	json_decref(told);
	return test_end();
}
