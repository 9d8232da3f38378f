/*
 * loop: timers that are never early, deferred calls, removal during dispatch.
 */
#include "base/loop.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/test.h"

static struct loop *loop;
static int calls;
static bool done;

static void count(_unused_ void *userdata)
{
	calls++;
}

static void finish(_unused_ void *userdata)
{
	done = true;
}

static void start(void)
{
	calls = 0;
	done = false;
}

static void test_timers_are_never_early(void)
{
	_cleanup_(loop_timer_freep) struct loop_timer *t = loop_timer_new(loop, finish, NULL);

	start();
	for (int64_t delay = 1; delay < 20 * NSEC_PER_MSEC; delay = delay * 3 + 7) {
		int64_t begin = clock_now_mono_ns();

		done = false;
		loop_timer_set(t, delay);
		CHECK(loop_run_until(loop, &done, 10 * NSEC_PER_SEC));
		CHECK(clock_now_mono_ns() - begin >= delay);
	}
	CHECK(!loop_timer_is_set(t));
	CHECK_INT(loop_timer_left(t), -1);
}

static void test_a_timer_can_be_set_again_and_stopped(void)
{
	_cleanup_(loop_timer_freep) struct loop_timer *a = loop_timer_new(loop, count, NULL);
	_cleanup_(loop_timer_freep) struct loop_timer *b = loop_timer_new(loop, finish, NULL);

	start();
	loop_timer_set(a, 0);
	loop_timer_set(a, NSEC_PER_SEC * 100);
	CHECK(loop_timer_is_set(a));
	CHECK(loop_timer_left(a) > 99 * NSEC_PER_SEC);
	loop_timer_set(b, NSEC_PER_MSEC);
	CHECK(loop_run_until(loop, &done, 10 * NSEC_PER_SEC));
	CHECK_INT(calls, 0);
	loop_timer_stop(a);
	CHECK(!loop_timer_is_set(a));
}

static void test_deferred_calls_run_once_on_the_next_turn(void)
{
	_cleanup_(loop_defer_freep) struct loop_defer *d = loop_defer_new(loop, count, NULL);

	start();
	loop_defer_schedule(d);
	loop_defer_schedule(d);
	CHECK_INT(calls, 0);
	CHECK(loop_defer_is_scheduled(d));
	loop_turn(loop);
	loop_turn(loop);
	CHECK_INT(calls, 1);
	loop_defer_schedule(d);
	loop_defer_cancel(d);
	loop_turn(loop);
	CHECK_INT(calls, 1);
}

static struct loop_defer *victim;

static void free_victim(_unused_ void *userdata)
{
	calls++;
	victim = loop_defer_free(victim);
}

static void test_a_deferred_call_may_free_another_and_itself(void)
{
	_cleanup_(loop_defer_freep) struct loop_defer *killer =
		loop_defer_new(loop, free_victim, NULL);

	start();
	victim = loop_defer_new(loop, count, NULL);
	loop_defer_schedule(killer);
	loop_defer_schedule(victim);
	loop_turn(loop);
	CHECK_INT(calls, 1);
	victim = loop_defer_new(loop, free_victim, NULL);
	loop_defer_schedule(victim);
	loop_turn(loop);
	CHECK_INT(calls, 2);
	CHECK(!victim);
}

static void again(_unused_ void *userdata)
{
	if (++calls < 1000)
		loop_call_soon(loop, again, NULL);
}

static void fd_finish(_unused_ void *userdata, int fd, unsigned events)
{
	char c;

	done = events == LOOP_READ && read(fd, &c, 1) == 1;
}

static void test_descriptors_get_their_turn_among_deferred_calls(void)
{
	_cleanup_(loop_fd_freep) struct loop_fd *w = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	int fds[2];

	start();
	CHECK_INT(pipe(fds), 0);
	CHECK_OK(loop_watch_fd(loop, fds[0], LOOP_READ, fd_finish, NULL, &w, &err), &err);
	CHECK_INT(write(fds[1], "x", 1), 1);
	loop_call_soon(loop, again, NULL);
	CHECK(loop_run_until(loop, &done, 10 * NSEC_PER_SEC));
	CHECK(calls < 1000);
	while (calls < 1000)
		loop_turn(loop);
	w = loop_fd_free(w);
	close(fds[0]);
	close(fds[1]);
}

struct pair {
	struct loop_fd *watch[2];
};

/* The first of the two that is called frees both. */
static void free_both(void *userdata, _unused_ int fd, _unused_ unsigned events)
{
	struct pair *p = userdata;

	calls++;
	p->watch[0] = loop_fd_free(p->watch[0]);
	p->watch[1] = loop_fd_free(p->watch[1]);
}

static void test_a_freed_watch_of_the_same_turn_is_not_called(void)
{
	struct pair p = { 0 };
	int fds[2][2];

	start();
	for (int i = 0; i < 2; i++) {
		CHECK_INT(pipe(fds[i]), 0);
		CHECK_INT(write(fds[i][1], "x", 1), 1);
		CHECK_OK(loop_watch_fd(loop, fds[i][0], LOOP_READ, free_both, &p, &p.watch[i], NULL),
			 NULL);
	}
	loop_turn(loop);
	loop_turn(loop);
	CHECK_INT(calls, 1);
	for (int i = 0; i < 4; i++)
		close(fds[i / 2][i % 2]);
}

static void test_a_paused_watch_is_silent(void)
{
	_cleanup_(loop_fd_freep) struct loop_fd *w = NULL;
	int fds[2];

	start();
	CHECK_INT(pipe(fds), 0);
	CHECK_INT(write(fds[1], "x", 1), 1);
	CHECK_OK(loop_watch_fd(loop, fds[0], 0, fd_finish, NULL, &w, NULL), NULL);
	loop_turn(loop);
	CHECK(!done);
	CHECK_OK(loop_fd_set(w, LOOP_READ, NULL), NULL);
	loop_turn(loop);
	CHECK(done);
	w = loop_fd_free(w);
	close(fds[0]);
	close(fds[1]);
}

static void signalled(_unused_ void *userdata, int signo)
{
	loop_quit(loop, signo);
}

static void test_a_signal_ends_the_run(void)
{
	_cleanup_(loop_signal_freep) struct loop_signal *s = NULL;

	CHECK_OK(loop_watch_signal(loop, SIGUSR1, signalled, NULL, &s, NULL), NULL);
	raise(SIGUSR1);
	CHECK_INT(loop_run(loop), SIGUSR1);
}

int main(void)
{
	if (loop_new(&loop, NULL) < 0)
		return 1;
	TEST(test_timers_are_never_early);
	TEST(test_a_timer_can_be_set_again_and_stopped);
	TEST(test_deferred_calls_run_once_on_the_next_turn);
	TEST(test_a_deferred_call_may_free_another_and_itself);
	TEST(test_descriptors_get_their_turn_among_deferred_calls);
	TEST(test_a_freed_watch_of_the_same_turn_is_not_called);
	TEST(test_a_paused_watch_is_silent);
	TEST(test_a_signal_ends_the_run);
	loop_call_soon(loop, count, NULL); /* freed uncalled */
	loop = loop_free(loop);
	return test_end();
}
