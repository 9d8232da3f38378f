/*
 * bench SOCKET ROOTFS WORK RUNS: one ratio, honestly: the floor and the subject start the same pod in turn, A B A B,
 * with a gap between starts (a warm loop hides what a cold start costs), and the medians are divided.
 *
 * The floor runs in a process of its own, because it lives in other namespaces; it is told "go" by a byte and answers
 * with nanoseconds. Absolute figures move from machine to machine, so the last line is the ratio.
 */
#include "bench/bench.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { WARM_UP = 3, GAP_US = 50000 };

int64_t bench_now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * 1000000000LL + ts.tv_nsec;
}

int64_t bench_start_stamp(const char *text)
{
	const char *start = strstr(text, "\"ev\":\"start\""), *line, *stamp;

	if (!start || !strchr(start, '\n'))
		return 0;
	for (line = start; line > text && line[-1] != '\n'; line--)
		;
	stamp = strstr(line, "\"t\":");
	return stamp && stamp < start ? strtoll(stamp + 4, NULL, 10) : 0;
}

void bench_die(const char *what)
{
	fprintf(stderr, "bench: %s: %s\n", what, strerror(errno));
	_exit(1);
}

/* The child: one floor pod per byte. */
static void serve_floor(int fd, const char *rootfs, const char *work)
{
	struct floor *f = floor_new(rootfs, work);
	char byte;

	while (read(fd, &byte, 1) == 1) {
		int64_t span = floor_pod(f);

		if (write(fd, &span, sizeof(span)) != sizeof(span))
			bench_die("answer");
	}
	floor_free(f);
	_exit(0);
}

static pid_t floor_child(const char *rootfs, const char *work, int *ret_fd)
{
	int fds[2];
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		bench_die("socketpair");
	pid = fork();
	if (pid < 0)
		bench_die("fork");
	if (pid == 0) {
		close(fds[0]);
		serve_floor(fds[1], rootfs, work);
	}
	close(fds[1]);
	*ret_fd = fds[0];
	return pid;
}

static int64_t ask_floor(int fd)
{
	int64_t span;

	if (write(fd, "g", 1) != 1 || read(fd, &span, sizeof(span)) != sizeof(span))
		bench_die("the floor");
	return span;
}

static int by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

static double report(const char *name, int64_t *spans, unsigned n)
{
	qsort(spans, n, sizeof(*spans), by_size);
	printf("%-8s min %.2f  median %.2f  p90 %.2f ms (%u starts)\n", name, spans[0] / 1e6,
	       spans[n / 2] / 1e6, spans[n * 9 / 10] / 1e6, n);
	return spans[n / 2];
}

int main(int argc, char **argv)
{
	unsigned runs = argc == 5 ? atoi(argv[4]) : 0;
	int64_t *floor_spans, *api_spans;
	double bottom, subject;
	int fd;
	pid_t pid;

	if (runs == 0) {
		fprintf(stderr, "usage: bench SOCKET ROOTFS WORK RUNS\n");
		return 64;
	}
	floor_spans = calloc(runs + WARM_UP, sizeof(*floor_spans));
	api_spans = calloc(runs + WARM_UP, sizeof(*api_spans));
	if (!floor_spans || !api_spans)
		bench_die("calloc");
	pid = floor_child(argv[2], argv[3], &fd);
	for (unsigned i = 0; i < runs + WARM_UP; i++) {
		floor_spans[i] = ask_floor(fd);
		usleep(GAP_US);
		api_spans[i] = strcmp(argv[1], "none") ? api_pod(argv[1], i) : floor_spans[i];
		usleep(GAP_US);
	}
	close(fd);
	waitpid(pid, NULL, 0);
	bottom = report("floor", floor_spans + WARM_UP, runs);
	subject = report("podd", api_spans + WARM_UP, runs);
	printf("bench: a pod of two containers, apply to both first outputs: %.2f times the bare "
	       "calls\n",
	       subject / bottom);
	free(floor_spans);
	free(api_spans);
	return 0;
}
