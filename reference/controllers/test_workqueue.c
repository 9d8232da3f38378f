/*
 * Tests of the queue: one run per key and turn, delays on the scaled clock, back-off per key.
 */
#include "controllers/workqueue.h"

#include "base/clock.h"
#include "base/loop.h"
#include "base/test.h"

static struct {
	struct loop *loop;
	struct clock clock;
	struct workqueue *queue;
	char runs[256]; /* the keys in the order in which they ran */
	const char *again; /* is added once more while it runs */
	size_t want; /* runs that are waited for */
	bool done;
} t;

static void on_key(void *userdata _unused_, const char *key)
{
	strcat(t.runs, key);
	t.done = strlen(t.runs) >= t.want;
	if (streq(key, t.again)) {
		t.again = NULL;
		workqueue_add(t.queue, key);
	}
}

static void begin(double rate)
{
	memset(&t, 0, sizeof(t));
	if (loop_new(&t.loop, NULL) < 0)
		abort();
	clock_init_now(&t.clock, rate);
	t.queue = workqueue_new(t.loop, &t.clock, on_key, NULL);
}

static void end(void)
{
	workqueue_free(t.queue);
	loop_free(t.loop);
}

/* Until there were n runs; on a busy machine that may take longer than the delays say. */
static void run_until(size_t n)
{
	t.want = n;
	t.done = false;
	loop_run_until(t.loop, &t.done, 10 * NSEC_PER_SEC);
}

/* Nothing more happens in this time. */
static void run_for(int64_t ms)
{
	t.want = sizeof(t.runs);
	t.done = false;
	loop_run_until(t.loop, &t.done, ms * NSEC_PER_MSEC);
}

static void test_a_key_runs_once_however_often_it_was_added(void)
{
	begin(1);
	workqueue_add(t.queue, "a");
	workqueue_add(t.queue, "b");
	workqueue_add(t.queue, "a");
	CHECK_INT(workqueue_len(t.queue), 2);
	run_until(2);
	run_for(20);
	CHECK_STR(t.runs, "ab");
	end();
}

static void test_a_key_added_while_it_runs_runs_again(void)
{
	begin(1);
	t.again = "a";
	workqueue_add(t.queue, "a");
	run_until(2);
	CHECK_STR(t.runs, "aa");
	end();
}

static void test_a_delay_is_nominal(void)
{
	begin(1000);
	workqueue_add_after(t.queue, "l", 60 * NSEC_PER_SEC);
	workqueue_add_after(t.queue, "s", 1 * NSEC_PER_SEC);
	run_until(2);
	CHECK_STR(t.runs, "sl");
	end();
}

static void test_the_earliest_delay_wins(void)
{
	begin(1);
	workqueue_add_after(t.queue, "a", 3600 * NSEC_PER_SEC);
	workqueue_add_after(t.queue, "a", NSEC_PER_MSEC);
	workqueue_add_after(t.queue, "a", 3600 * NSEC_PER_SEC);
	run_until(1);
	run_for(20);
	CHECK_STR(t.runs, "a");
	end();
}

static int64_t failed_ms(void)
{
	int64_t began = clock_now_mono_ns();

	workqueue_add_failed(t.queue, "a");
	run_until(strlen(t.runs) + 1);
	return (clock_now_mono_ns() - began) / NSEC_PER_MSEC;
}

static void test_failures_wait_longer_each_time_until_forgotten(void)
{
	begin(1);
	for (int i = 0; i < 6; i++)
		CHECK(failed_ms() >= 5 << i);
	CHECK_STR(t.runs, "aaaaaa");
	workqueue_forget(t.queue, "a");
	CHECK(failed_ms() < 320);
	end();
}

static void test_names_are_split(void)
{
	char both[] = "ns/name", alone[] = "/node";
	const char *ns;

	CHECK_STR(workqueue_split(both, &ns), "name");
	CHECK_STR(ns, "ns");
	CHECK_STR(workqueue_split(alone, &ns), "node");
	CHECK_STR(ns, "");
}

int main(void)
{
	TEST(test_a_key_runs_once_however_often_it_was_added);
	TEST(test_a_key_added_while_it_runs_runs_again);
	TEST(test_a_delay_is_nominal);
	TEST(test_the_earliest_delay_wins);
	TEST(test_failures_wait_longer_each_time_until_forgotten);
	TEST(test_names_are_split);
	return test_end();
}
