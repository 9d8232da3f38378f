/* chronicle: answers may overtake the watch; the history tells each version once, in order. */
#include "chronicle.h"

#include "test/test.h"
#include "util/json.h"

static struct history history;
static struct chronicle seen;

static json_t *pod(const char *revision, const char *phase)
{
	return json_pack("{s:s,s:{s:s,s:s,s:s},s:{s:s}}", "kind", "Pod", "metadata", "name", "a",
			 "uid", "u", "resourceVersion", revision, "status", "phase", phase);
}

static void watch(char type, const char *revision, const char *phase, int64_t at)
{
	_cleanup_json_ json_t *object = pod(revision, phase);

	chronicle_take(&seen, type, object, 0, at, false);
}

static bool answer(const char *revision, const char *phase, int64_t at)
{
	_cleanup_json_ json_t *object = pod(revision, phase);

	return chronicle_know(&seen, object, at);
}

static const char *known_phase(void)
{
	return json_str(chronicle_object(&seen, "Pod", "a"), "status.phase");
}

static void begin(void)
{
	history = (struct history){ 0 };
	chronicle_init(&seen, &history);
}

static void end(void)
{
	chronicle_clear(&seen);
	history_clear(&history);
}

static void test_an_answer_is_known_before_the_watch_shows_it(void)
{
	begin();
	watch('A', "1", "Pending", 10);
	CHECK(answer("3", "Succeeded", 20));
	CHECK_TEXT(known_phase(), "Succeeded");
	watch('M', "2", "Running", 30);
	CHECK_TEXT(known_phase(), "Succeeded");
	watch('M', "4", "Failed", 40);
	CHECK_TEXT(known_phase(), "Failed");
	end();
}

static void test_a_late_watch_tells_each_version_once_and_in_order(void)
{
	begin();
	watch('A', "1", "Pending", 10);
	answer("3", "Succeeded", 20);
	watch('M', "2", "Running", 30);
	watch('M', "3", "Succeeded", 31);
	CHECK_INT(seen.n_lives, 1);
	CHECK_INT(seen.lives[0].n, 3);
	for (size_t i = 0; i < 3; i++)
		CHECK_INT(seen.lives[0].versions[i].revision, i + 1);
	CHECK_INT(seen.lives[0].versions[2].latest, 20);
	end();
}

static void test_what_the_watch_has_shown_gone_stays_gone(void)
{
	begin();
	watch('A', "1", "Running", 10);
	watch('D', "3", "Failed", 20);
	CHECK(!answer("2", "Running", 30));
	CHECK(!chronicle_object(&seen, "Pod", "a"));
	end();
}

static void test_versions_without_a_number_follow_each_other(void)
{
	begin();
	watch('A', "", "Pending", 10);
	watch('M', "0", "Running", 20);
	CHECK_TEXT(known_phase(), "Running");
	end();
}

int main(void)
{
	TEST(test_an_answer_is_known_before_the_watch_shows_it);
	TEST(test_a_late_watch_tells_each_version_once_and_in_order);
	TEST(test_what_the_watch_has_shown_gone_stays_gone);
	TEST(test_versions_without_a_number_follow_each_other);
	return test_end();
}
