/*
 * events: the shim's loop. One event is taken per epoll_wait(): a callback may close any source and free
 * its owner, and no stale pointer can be left in a batch. The kernel rotates its ready list, so no source
 * starves. The only timers are deadlines of executed commands: the next one is the wait's time limit.
 */
#include "runtime/shim/shim.h"

#include <errno.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include "runtime/shim/task.h"

int64_t mono_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

uint64_t nominal_ns(const struct shim *s)
{
	struct timespec ts;
	int64_t boot, elapsed, rate = (int64_t)s->setup.rate_milli;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	boot = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
	elapsed = boot - (int64_t)s->setup.birth_boot_ns;
	return s->setup.birth_wall_ns +
	       (uint64_t)(elapsed / 1000 * rate + elapsed % 1000 * rate / 1000);
}

int source_add(struct shim *s, struct source *src, int fd, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = src };

	src->fd = fd;
	src->epoll_fd = s->epoll_fd;
	return epoll_ctl(s->epoll_fd, EPOLL_CTL_ADD, fd, &ev);
}

int source_set(struct shim *s, struct source *src, uint32_t events)
{
	struct epoll_event ev = { .events = events, .data.ptr = src };

	return epoll_ctl(s->epoll_fd, EPOLL_CTL_MOD, src->fd, &ev);
}

/* Closing alone does not do: a child between fork and exec still holds a copy of the descriptor. */
void source_forget(struct source *src)
{
	if (src->fd >= 0)
		epoll_ctl(src->epoll_fd, EPOLL_CTL_DEL, src->fd, NULL);
}

void source_close(struct source *src)
{
	source_forget(src);
	if (src->fd >= 0)
		close(src->fd);
	src->fd = -1;
}

static int wait_ms(struct shim *s)
{
	int64_t deadline = exec_next_deadline(s), left;

	if (!deadline)
		return -1;
	left = deadline - mono_ns();
	return left <= 0 ? 0 : (int)((left + 999999) / 1000000);
}

void shim_loop(struct shim *s)
{
	struct epoll_event ev;
	struct source *src;

	for (;;) {
		int n = epoll_wait(s->epoll_fd, &ev, 1, wait_ms(s));

		if (n < 0 && errno != EINTR)
			shim_exit(s, 1);
		if (n > 0) {
			src = ev.data.ptr;
			src->fn(src->userdata, ev.events);
		}
		exec_check_deadlines(s);
		if (s->stopping)
			teardown_check(s);
	}
}
