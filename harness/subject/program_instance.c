/*
 * program_instance: one process of a driver program: its start, its lines in both directions, its end.
 *
 * It has one socket for its standard input and output. Its end is noticed by the end of its output; how it ended is then asked for, for
 * the message. At the end of the run each is told by the end of its input, together, and has a moment to go; what is still there then
 * is killed with its process group.
 */
#include <errno.h>
#include <event2/event.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>

#include "subject/program.h"
#include "util/clock.h"

#define MAX_LINE (32u << 20)
#define GOODBYE_MS 3000
#define CORONER_MS 500 /* from the end of its output to that of the process */

static void on_writable(evutil_socket_t fd, short what, void *userdata)
{
	struct instance *in = userdata;
	ssize_t n = send(fd, in->queue, in->queued, MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)what;
	if (n > 0) {
		in->queued -= (size_t)n;
		memmove(in->queue, in->queue + n, in->queued);
	}
	if (in->queued && (n >= 0 || errno == EAGAIN || errno == EINTR))
		event_add(in->writable, NULL);
}

void instance_write(struct instance *in, const json_t *message)
{
	_cleanup_free_ char *text = json_dumps(message, JSON_COMPACT);
	size_t len = strlen(text);

	in->queue = xrealloc(in->queue, in->queued + len + 1);
	memcpy(in->queue + in->queued, text, len);
	in->queue[in->queued + len] = '\n';
	in->queued += len + 1;
	event_add(in->writable, NULL);
}

/* Waits until the process is over, passing over what it still says; false when it is not over in time. */
static bool wait_for(struct instance *in, int64_t deadline)
{
	_cleanup_close_ int pidfd = (int)syscall(SYS_pidfd_open, in->pid, 0);
	struct pollfd fds[2] = { { .fd = pidfd, .events = POLLIN },
				 { .fd = in->fd, .events = POLLIN } };
	char buf[4096];

	while (pidfd >= 0 && clock_now() < deadline) {
		poll(fds, 2, (int)((deadline - clock_now()) / NSEC_PER_MSEC) + 1);
		if (fds[0].revents)
			return true;
		if (fds[1].revents && recv(in->fd, buf, sizeof(buf), MSG_DONTWAIT) <= 0)
			fds[1].fd = -1;
	}
	return pidfd < 0;
}

/* "has ended with exit status 1", and in the middle of what. */
static char *obituary(struct instance *in)
{
	_cleanup_free_ char *rest = in->lines.len ? program_quote(in->lines.data, in->lines.len) :
						    NULL;
	siginfo_t info = { 0 };
	bool over = wait_for(in, clock_now() + CORONER_MS * NSEC_PER_MSEC) &&
		    !waitid(P_PID, (id_t)in->pid, &info, WEXITED | WNOWAIT | WNOHANG) &&
		    info.si_pid;
	_cleanup_free_ char *how =
		!over ? xstrdup("has closed its output") :
		info.si_code == CLD_EXITED ?
			xasprintf("has ended with exit status %d", info.si_status) :
			xasprintf("was killed by signal %d", info.si_status);

	return rest ? xasprintf("%s in the middle of a line: %s", how, rest) : take_ptr(how);
}

static void on_readable(evutil_socket_t fd, short what, void *userdata)
{
	struct instance *in = userdata;
	char buf[65536];
	ssize_t n = read(fd, buf, sizeof(buf));

	(void)what;
	if (n > 0) {
		lines_feed(&in->lines, buf, (size_t)n, program_take_line, in);
		if (in->lines.len > MAX_LINE)
			program_fail(in->program,
				     "the driver wrote more than %u MB without an end of line",
				     MAX_LINE >> 20);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		_cleanup_free_ char *how = obituary(in);
		const char *verb = program_asked(in);

		program_fail(in->program, "the driver program %s%s%s", how,
			     verb ? " before it answered " : "", verb ? verb : "");
	}
	if (in->program->dead)
		event_del(in->readable);
}

static _Noreturn void child(const char *command, int fd)
{
	setpgid(0, 0);
	dup2(fd, 0);
	dup2(fd, 1);
	execlp(command, command, NULL);
	dprintf(2, "%s: %s\n", command, strerror(errno));
	_exit(127);
}

int instance_start(struct program *p, struct error *err)
{
	struct instance *in = &p->instances[p->n_instances];
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return error_set_errno(err, errno, "socketpair");
	*in = (struct instance){ .program = p, .fd = fds[0] };
	in->pid = fork();
	if (in->pid == 0)
		child(p->command, fds[1]);
	close(fds[1]);
	if (in->pid < 0) {
		close(fds[0]);
		return error_set_errno(err, errno, "fork");
	}
	in->readable =
		event_new(loop_base(p->base.loop), fds[0], EV_READ | EV_PERSIST, on_readable, in);
	in->writable = event_new(loop_base(p->base.loop), fds[0], EV_WRITE, on_writable, in);
	event_add(in->readable, NULL);
	p->n_instances++;
	return 0;
}

static void instance_end(struct instance *in, int64_t deadline)
{
	if (!wait_for(in, deadline))
		kill(-in->pid, SIGKILL);
	kill(in->pid, SIGKILL);
	waitpid(in->pid, NULL, 0);
	close(in->fd);
	lines_clear(&in->lines);
	free(in->queue);
}

void instances_stop(struct program *p)
{
	int64_t deadline = clock_now() + GOODBYE_MS * NSEC_PER_MSEC;

	for (size_t i = 0; i < p->n_instances; i++) {
		event_free(p->instances[i].readable);
		event_free(p->instances[i].writable);
		shutdown(p->instances[i].fd, SHUT_WR);
	}
	for (size_t i = 0; i < p->n_instances; i++)
		instance_end(&p->instances[i], deadline);
	p->n_instances = 0;
}
