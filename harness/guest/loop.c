/*
 * loop: the poll loop of the first process. Descriptors and one-shot timers; a forgotten descriptor's
 * slot is reused only in the next turn, so forgetting is safe in any handler. And the clock, which is that of the guest's stamps.
 */
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <time.h>

#include "guest/guest.h"

#define WATCH_MAX 512
#define TIMER_MAX 256

int64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * INT64_C(1000000000) + ts.tv_nsec;
}

static struct pollfd fds[WATCH_MAX];
static struct {
	fd_fn fn;
	void *data;
} watches[WATCH_MAX];
static size_t n_fds;
static struct {
	int64_t at;
	timer_fn fn;
	void *data;
} timers[TIMER_MAX];
static size_t n_timers;

void loop_watch(int fd, short events, fd_fn fn, void *data)
{
	if (n_fds == WATCH_MAX)
		return;
	fds[n_fds] = (struct pollfd){ .fd = fd, .events = events };
	watches[n_fds].fn = fn;
	watches[n_fds++].data = data;
}

void loop_change(int fd, short events)
{
	for (size_t i = 0; i < n_fds; i++)
		if (fds[i].fd == fd)
			fds[i].events = events;
}

void loop_forget(int fd)
{
	for (size_t i = 0; i < n_fds; i++)
		if (fds[i].fd == fd)
			fds[i].fd = -1;
}

void loop_after(double seconds, timer_fn fn, void *data)
{
	if (n_timers == TIMER_MAX)
		return;
	timers[n_timers].at = now_ns() + (int64_t)(seconds * 1e9);
	timers[n_timers].fn = fn;
	timers[n_timers++].data = data;
}

static void run_timers(void)
{
	for (size_t i = 0; i < n_timers;) {
		timer_fn fn = timers[i].fn;
		void *data = timers[i].data;

		if (timers[i].at > now_ns()) {
			i++;
			continue;
		}
		timers[i] = timers[--n_timers];
		fn(data);
		i = 0;
	}
}

static int next_timeout(void)
{
	int64_t left = -1;

	for (size_t i = 0; i < n_timers; i++) {
		int64_t l = timers[i].at - now_ns();

		l = l < 0 ? 0 : l / 1000000 + 1;
		if (left < 0 || l < left)
			left = l;
	}
	return left > 60000 ? 60000 : (int)left;
}

static void drop_forgotten(void)
{
	size_t kept = 0;

	for (size_t i = 0; i < n_fds; i++) {
		if (fds[i].fd < 0)
			continue;
		fds[kept] = fds[i];
		watches[kept++] = watches[i];
	}
	n_fds = kept;
}

void loop_run(void)
{
	for (;;) {
		size_t n;

		run_timers();
		drop_forgotten();
		n = n_fds;
		if (poll(fds, n, next_timeout()) < 0 && errno != EINTR)
			_Exit(71);
		for (size_t i = 0; i < n; i++)
			if (fds[i].fd >= 0 && fds[i].revents)
				watches[i].fn(fds[i].fd, fds[i].revents, watches[i].data);
	}
}
