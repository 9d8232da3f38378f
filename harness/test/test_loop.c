/* test_loop: timers on the pretended clock. */
#include "test/test.h"
#include "util/clock.h"
#include "util/loop.h"

static struct loop *loop;
static char told[100];
static struct timer *timers[3];

static void note(const char *word)
{
	size_t len = strlen(told);

	snprintf(told + len, sizeof(told) - len, "%s@%lld ", word, (long long)clock_now());
}

static void first(void *userdata)
{
	(void)userdata;
	note("first");
}

static void second(void *userdata)
{
	(void)userdata;
	note("second");
	timer_in(timers[0], 5);
}

static void stop(void *userdata)
{
	(void)userdata;
	loop_quit(loop);
}

static void begin(void)
{
	clock_pretend(1000, "a boot");
	told[0] = '\0';
	loop = loop_new_pretended();
	timers[0] = timer_new(loop, first, NULL);
	timers[1] = timer_new(loop, second, NULL);
	timers[2] = timer_new(loop, stop, NULL);
}

static void end(void)
{
	for (size_t i = 0; i < ARRAY_SIZE(timers); i++)
		timer_free(timers[i]);
	loop_free(loop);
	clock_end_pretence();
}

static void test_time_passes_from_timer_to_timer(void)
{
	begin();
	timer_in(timers[0], 3600 * NSEC_PER_SEC);
	timer_in(timers[1], 10);
	loop_run(loop);
	end();
	CHECK_TEXT(told, "second@1010 first@1015 ");
}

static void test_of_equals_the_one_set_first_comes_first(void)
{
	begin();
	timer_soon(timers[1]);
	timer_soon(timers[0]);
	timer_soon(timers[1]);
	timer_in(timers[2], 4);
	loop_run(loop);
	end();
	CHECK_TEXT(told, "first@1000 second@1000 ");
}

static void test_a_stopped_timer_is_silent(void)
{
	begin();
	timer_in(timers[0], 1);
	timer_stop(timers[0]);
	loop_run(loop);
	end();
	CHECK_TEXT(told, "");
}

static void test_the_clock_never_goes_back(void)
{
	begin();
	clock_set(2000);
	timer_in(timers[0], -5);
	clock_set(500);
	loop_run(loop);
	CHECK_TEXT(clock_boot_id(), "a boot");
	end();
	CHECK_TEXT(told, "first@2000 ");
	CHECK(clock_now() != 2000);
}

int main(void)
{
	TEST(test_time_passes_from_timer_to_timer);
	TEST(test_of_equals_the_one_set_first_comes_first);
	TEST(test_a_stopped_timer_is_silent);
	TEST(test_the_clock_never_goes_back);
	return test_end();
}
