/* relation: order, spans, counts and values over exact, wide and foreign instants: pass, fail and undecided. */
#include "relation.h"

#include "test/test.h"
#include "util/clock.h"
#include "util/json.h"

#define S NSEC_PER_SEC

static struct history h;
static const struct bounds bounds = { .rate = 20, .lag = 1 };

static void begin(void)
{
	history_clear(&h);
	history_init(&h, 100 * S);
}

/* A guest's line; boot NULL: ours. */
static void line(const char *id, const char *ev, double t, const char *boot, double arrival)
{
	static int seq;
	_cleanup_json_ json_t *l = json_pack("{s:s,s:s,s:s,s:I,s:i,s:i}", "id", id, "ev", ev,
					     "boot", boot ? boot : clock_boot_id(), "t",
					     (json_int_t)(t * 1e9), "run", 1, "seq", seq++);

	CHECK(history_add_line(&h, l, (int64_t)(arrival * 1e9)));
}

static void seen(const char *pod, const char *words, double earliest, double latest)
{
	history_add(&h, SOURCE_WATCH, pod, words, NULL, (int64_t)(earliest * 1e9),
		    (int64_t)(latest * 1e9));
}

static enum outcome judge(const char *yaml_as_json, bool *ret_missing, bool *ret_late)
{
	_cleanup_json_ json_t *r = json_loads(yaml_as_json, 0, NULL);
	struct judgement g = { 0 };
	struct error err = ERROR_INIT;
	enum outcome outcome;

	CHECK(r != NULL);
	CHECK_INT(relation_judge(&h, r, &bounds, &g, &err), 0);
	outcome = g.outcome;
	if (ret_missing)
		*ret_missing = g.missing;
	if (ret_late)
		*ret_late = g.late;
	judgement_clear(&g);
	return outcome;
}

#define JUDGE(text) judge(text, NULL, NULL)

static void test_two_guests_of_one_boot_are_exact(void)
{
	begin();
	line("a/c", "one", 101, NULL, 103);
	line("a/c", "two", 102, NULL, 102);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one\",\"a/c two\"]}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"before\":[\"a/c two\",\"a/c one\"]}"), OUTCOME_FAIL);
}

static void test_order_inside_an_interval_is_undecided(void)
{
	begin();
	line("a/c", "probe", 102, NULL, 102);
	seen("a/c", "ready=true", 101, 103);
	CHECK_INT(JUDGE("{\"before\":[\"a/c probe\",\"watch a/c ready=true\"]}"), OUTCOME_UNDECIDED);
	seen("a/c", "ready=false", 104, 105);
	CHECK_INT(JUDGE("{\"before\":[\"a/c probe\",\"watch a/c ready=false\"]}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"before\":[\"watch a/c ready=false\",\"a/c probe\"]}"), OUTCOME_FAIL);
}

static void test_revisions_order_overlapping_versions(void)
{
	begin();
	history_add(&h, SOURCE_WATCH, "a", "phase=Running", NULL, 101 * S, 103 * S)->revision = 7;
	history_add(&h, SOURCE_WATCH, "a", "gone", NULL, 101 * S, 103 * S)->revision = 9;
	CHECK_INT(JUDGE("{\"before\":[\"watch a phase=Running\",\"watch a gone\"]}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"before\":[\"watch a gone\",\"watch a phase=Running\"]}"), OUTCOME_FAIL);
}

static void test_a_foreign_boot_is_exact_against_itself_only(void)
{
	begin();
	line("a/c", "one", 5, "other", 110);
	line("a/c", "two", 8, "other", 112);
	seen("a", "phase=Running", 106, 106.5);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one\",\"a/c "
			"two\"],\"gap\":{\"min\":3,\"clock\":\"real\"}}"),
		  OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one\",\"watch a phase=Running\"]}"), OUTCOME_UNDECIDED);
	seen("a", "phase=Failed", 120, 121);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one\",\"watch a phase=Failed\"]}"), OUTCOME_PASS);
}

static void test_an_answer_tells_a_foreign_clock(void)
{
	_cleanup_json_ json_t *answer = json_pack("{s:s,s:I}", "boot", "other", "t", 9 * S);

	begin();
	line("a/c", "one", 5, "other", 110);
	seen("a", "phase=Running", 106, 106.5);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one\",\"watch a phase=Running\"]}"), OUTCOME_UNDECIDED);
	/* So the line was said between 103.9 and 105. */
	history_learn_clock(&h, answer, 108 * S, 109 * S);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one\",\"watch a phase=Running\"]}"), OUTCOME_PASS);
	seen("a", "phase=Failed", 103, 103.5);
	CHECK_INT(JUDGE("{\"before\":[\"watch a phase=Failed\",\"a/c one\"]}"), OUTCOME_PASS);
}

static void test_a_gap_is_divided_by_the_rate_unless_real(void)
{
	begin();
	line("a/c", "one", 101, NULL, 101);
	line("a/c", "two", 103, NULL, 103);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one\",\"a/c two\"],\"gap\":{\"min\":40}}"),
		  OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one\",\"a/c two\"],\"gap\":{\"min\":41}}"),
		  OUTCOME_FAIL);
	CHECK_INT(
		JUDGE("{\"before\":[\"a/c one\",\"a/c two\"],\"gap\":{\"min\":41,\"whole\":true}}"),
		OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one\",\"a/c "
			"two\"],\"gap\":{\"min\":3,\"clock\":\"real\"}}"),
		  OUTCOME_FAIL);
}

static void test_only_a_broken_upper_bound_is_late(void)
{
	bool late;

	begin();
	line("a/c", "one", 101, NULL, 101);
	line("a/c", "two", 104, NULL, 104);
	CHECK_INT(judge("{\"before\":[\"a/c one\",\"a/c two\"],\"gap\":{\"max\":{\"timer\":20}}}",
			NULL, &late),
		  OUTCOME_FAIL);
	CHECK(late);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one\",\"a/c two\"],\"gap\":{\"max\":{\"timer\":40}}}"),
		  OUTCOME_PASS);
	CHECK_INT(judge("{\"before\":[\"a/c two\",\"a/c one\"],\"gap\":{\"max\":{\"timer\":20}}}",
			NULL, &late),
		  OUTCOME_FAIL);
	CHECK(!late);
}

static void test_what_is_missing_may_still_come(void)
{
	bool missing;

	begin();
	line("a/c", "one", 101, NULL, 101);
	CHECK_INT(judge("{\"before\":[\"a/c one\",\"a/c two\"]}", &missing, NULL), OUTCOME_FAIL);
	CHECK(missing);
	CHECK_INT(judge("{\"count\":\"a/c one\",\"is\":2}", &missing, NULL), OUTCOME_FAIL);
	CHECK(missing);
	CHECK_INT(judge("{\"count\":\"a/c one\",\"is\":0}", &missing, NULL), OUTCOME_FAIL);
	CHECK(!missing);
	CHECK_INT(judge("{\"each\":\"a/c two\",\"match\":{}}", &missing, NULL), OUTCOME_FAIL);
	CHECK(missing);
}

static void test_never_looks_at_the_stretch(void)
{
	begin();
	line("a/c", "one", 101, NULL, 101);
	line("a/c", "bad", 102, NULL, 102);
	line("a/c", "two", 103, NULL, 103);
	CHECK_INT(JUDGE("{\"never\":\"a/c bad\"}"), OUTCOME_FAIL);
	CHECK_INT(JUDGE("{\"never\":\"a/c bad\",\"after\":\"a/c two\"}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"never\":\"a/c bad\",\"until\":\"a/c one\"}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"never\":\"a/c bad\",\"after\":\"a/c one\",\"until\":\"a/c two\"}"),
		  OUTCOME_FAIL);
	CHECK_INT(JUDGE("{\"never\":\"a/c bad\",\"after\":\"a/c three\"}"), OUTCOME_FAIL);
	seen("a", "phase=Failed", 100.5, 101.5);
	CHECK_INT(JUDGE("{\"never\":\"watch a phase=Failed\",\"after\":\"a/c one\"}"),
		  OUTCOME_UNDECIDED);
}

static void test_never_between_samples_is_undecided(void)
{
	begin();
	history_add(&h, SOURCE_WATCH, "a", "phase=Running", NULL, 101 * S, 102 * S)->sampled = true;
	CHECK_INT(JUDGE("{\"never\":\"watch a phase=Failed\"}"), OUTCOME_UNDECIDED);
	CHECK_INT(JUDGE("{\"never\":\"a/c bad\"}"), OUTCOME_PASS);
}

static void test_a_line_that_comes_twice_counts_once(void)
{
	_cleanup_json_ json_t *l = json_pack("{s:s,s:s,s:s,s:i,s:i,s:i}", "id", "a/c", "ev", "x",
					     "boot", "b", "t", 1, "run", 1, "seq", 5);

	begin();
	CHECK(history_add_line(&h, l, 105 * S));
	CHECK(!history_add_line(&h, l, 106 * S));
	CHECK_INT(JUDGE("{\"count\":\"a/c x\",\"is\":1}"), OUTCOME_PASS);
}

static void test_a_watch_event_is_named_by_what_changed(void)
{
	begin();
	history_add(&h, SOURCE_WATCH, "a/c", "restarts=1", json_pack("{s:i}", "restarts", 1),
		    101 * S, 101 * S);
	history_add(&h, SOURCE_WATCH, "a/c", "state=running", json_pack("{s:i}", "restarts", 1),
		    101 * S, 101 * S);
	CHECK_INT(JUDGE("{\"count\":\"watch a/c restarts=1\",\"is\":1}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"count\":\"watch a/c state=running restarts=1\",\"is\":1}"),
		  OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"count\":\"watch */c state=running\",\"is\":1}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"count\":\"watch b/c state=running\",\"is\":1}"), OUTCOME_FAIL);
}

static void test_the_nth_event_is_found(void)
{
	begin();
	line("a/c", "one", 103, NULL, 103);
	line("a/c", "one", 101, NULL, 104);
	line("a/c", "two", 102, NULL, 104);
	CHECK_INT(JUDGE("{\"before\":[\"a/c one #1\",\"a/c two\"]}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"before\":[\"a/c two\",\"a/c one #2\"]}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"before\":[\"a/c two\",\"a/c one #last\"]}"), OUTCOME_PASS);
}

static void test_values_are_compared(void)
{
	begin();
	line("a/c", "one", 101, NULL, 101);
	line("b/c", "one", 101, NULL, 101);
	CHECK_INT(JUDGE("{\"same\":[\"a/c one\",\"b/c one\"],\"of\":\"run\"}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"differ\":[\"a/c one\",\"b/c one\"],\"of\":\"run\"}"), OUTCOME_FAIL);
	CHECK_INT(JUDGE("{\"differ\":[\"a/c one\",\"b/c one\"],\"of\":\"id\"}"), OUTCOME_PASS);
	CHECK_INT(JUDGE("{\"same\":[\"a/c one\",\"b/c one\"],\"of\":\"nothing\"}"), OUTCOME_FAIL);
}

static void test_bounds_scale_the_timer_alone(void)
{
	_cleanup_json_ json_t *nominal = json_loads("{\"timer\":40,\"lag\":\"start\"}", 0, NULL);
	_cleanup_json_ json_t *real =
		json_loads("{\"timer\":4,\"lag\":\"prompt\",\"clock\":\"real\"}", 0, NULL);

	CHECK_INT(bounds_seconds(&bounds, nominal) * 1000, 5000);
	CHECK_INT(bounds_seconds(&bounds, real) * 1000, 5000);
	CHECK_INT(bounds_seconds(&bounds, NULL) * 1000, 1000);
}

int main(void)
{
	TEST(test_two_guests_of_one_boot_are_exact);
	TEST(test_order_inside_an_interval_is_undecided);
	TEST(test_revisions_order_overlapping_versions);
	TEST(test_a_foreign_boot_is_exact_against_itself_only);
	TEST(test_an_answer_tells_a_foreign_clock);
	TEST(test_a_gap_is_divided_by_the_rate_unless_real);
	TEST(test_only_a_broken_upper_bound_is_late);
	TEST(test_what_is_missing_may_still_come);
	TEST(test_never_looks_at_the_stretch);
	TEST(test_never_between_samples_is_undecided);
	TEST(test_a_line_that_comes_twice_counts_once);
	TEST(test_a_watch_event_is_named_by_what_changed);
	TEST(test_the_nth_event_is_found);
	TEST(test_values_are_compared);
	TEST(test_bounds_scale_the_timer_alone);
	history_clear(&h);
	return test_end();
}
