/*
 * exec: commands in running containers. The child enters the container's PID, mount and cgroup namespaces
 * (network, IPC and UTS it inherits from the shim), joins the cgroups and takes on the same user,
 * capabilities, environment and working directory. Its output goes straight to podd's pipes.
 *
 * The shim itself enforces the time limit and kills the command alone, not what it has forked. podd hears:
 * DONE or FAILED for the start, EXEC_TTY, EXEC_EXITED; each carries the request's tag.
 */
#include "runtime/shim/task.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>

#include "runtime/shim/init.h"
#include "runtime/shim/report.h"
#include "runtime/shim/sys.h"

struct proc *exec_find(struct shim *s, uint64_t tag)
{
	struct proc *p = s->procs;

	while (p && p->tag != tag)
		p = p->next;
	return p;
}

static void proc_free(struct proc *p)
{
	struct proc **at = &p->shim->procs;

	while (*at != p)
		at = &(*at)->next;
	*at = p->next;
	source_close(&p->report);
	if (p->tty_fd >= 0)
		close(p->tty_fd);
	free(p);
}

static int open_ns(struct task *t, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%lu/ns/%s", (unsigned long)t->status.pid, name);
	return openat(t->shim->host_root_fd, path, O_RDONLY | O_CLOEXEC);
}

static _Noreturn void run_child(struct task *t, struct shim_exec *e, const int *stdio,
				int report_fd, int cgroup_ns_fd)
{
	static struct init in;

	in.shim = t->shim;
	in.spec = &t->spec;
	in.argv = e->argv;
	in.tty = e->tty;
	for (int i = 0; i < 3; i++)
		in.stdio[i] = e->tty ? -1 : stdio[i];
	in.report_fd = report_fd;
	in.mnt_fd = t->mnt_fd;
	in.peer_fd = -1;
	in.cgroup_ns_fd = cgroup_ns_fd;
	init_exec(&in);
}

static pid_t fork_command(struct task *t, struct shim_exec *e, const int *stdio, int report_fd)
{
	struct shim *s = t->shim;
	int pid_ns = s->setup.flags & SHIM_HOST_PID ? -1 : open_ns(t, "pid");
	int cgroup_ns = open_ns(t, "cgroup");
	pid_t pid = pidns_fork(s, pid_ns, 0);

	if (pid == 0)
		run_child(t, e, stdio, report_fd, cgroup_ns);
	if (pid_ns >= 0)
		close(pid_ns);
	if (cgroup_ns >= 0)
		close(cgroup_ns);
	return pid;
}

static void started(struct proc *p)
{
	p->started = true;
	source_close(&p->report);
	server_done(p->shim, p->tag);
}

static void tell_tty(struct proc *p, int fd)
{
	struct shim_msg m;

	p->tty_fd = fd;
	shim_msg_init(&m, SHIM_EXEC_TTY, p->tag);
	m.fds[0] = fd;
	m.head.n_fds = 1;
	server_send(p->shim, &m);
}

static void on_report(void *userdata, uint32_t events)
{
	struct proc *p = userdata;
	struct init_report r;
	int fd, word;

	(void)events;
	while ((word = report_read(p->report.fd, &r, &fd)) > 0) {
		if (word == INIT_ERROR) {
			server_failed(p->shim, p->tag, r.errnum, "%s", r.text);
			proc_free(p);
			return;
		}
		if (word == INIT_TTY)
			tell_tty(p, fd);
	}
	if (word == 0)
		started(p);
}

static struct proc *proc_new(struct task *t, uint64_t tag, uint64_t timeout_ns)
{
	struct proc *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	*p = (struct proc){ .next = t->shim->procs, .shim = t->shim, .task = t, .tag = tag };
	p->tty_fd = -1;
	p->report = (struct source){ .fd = -1, .fn = on_report, .userdata = p };
	p->deadline_ns = timeout_ns ? mono_ns() + (int64_t)timeout_ns : 0;
	t->shim->procs = p;
	return p;
}

static int launch(struct task *t, struct shim_exec *e, struct shim_msg *m)
{
	struct proc *p = proc_new(t, m->head.tag, e->timeout_ns);
	int pair[2];

	if (!p)
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) == 0) {
		p->pid = fork_command(t, e, m->fds, pair[1]);
		close(pair[1]);
		if (p->pid > 0)
			return source_add(t->shim, &p->report, pair[0], EPOLLIN);
		close(pair[0]);
	}
	proc_free(p);
	return -1;
}

void exec_start(struct shim *s, struct shim_msg *m)
{
	struct shim_exec e = { 0 };
	struct task *t;

	shim_get_exec(m, &e);
	t = m->bad ? NULL : task_find(s, e.container);
	if (!t || t->status.state != SHIM_STATE_RUNNING || s->stopping)
		server_failed(s, m->head.tag, ESRCH, "container is not running");
	else if (m->head.n_fds != (e.tty ? 0 : 3) || !e.argv[0])
		server_failed(s, m->head.tag, EPROTO, "bad request");
	else if (launch(t, &e, m) < 0)
		server_failed(s, m->head.tag, errno, "stage fork: %s", errno_name(errno));
	shim_exec_clear(&e);
}

void exec_ended(struct proc *p, int wait_status)
{
	struct shim *s = p->shim;
	uint64_t tag = p->tag, code;
	struct shim_msg m;

	if (!p->started) {
		on_report(p, 0);
		if (exec_find(s, tag) != p)
			return; /* refused */
	}
	code = WIFSIGNALED(wait_status) ? 128u + (uint64_t)WTERMSIG(wait_status) :
					  (uint64_t)WEXITSTATUS(wait_status);
	shim_msg_init(&m, SHIM_EXEC_EXITED, tag);
	shim_put_u64(&m, code);
	shim_put_u64(&m, p->timed_out);
	server_send(s, &m);
	proc_free(p);
}

void exec_kill(struct proc *p)
{
	kill(p->pid, SIGKILL);
}

void exec_kill_all(struct shim *s)
{
	for (struct proc *p = s->procs; p; p = p->next)
		exec_kill(p);
}

void exec_resize(struct proc *p, unsigned cols, unsigned rows)
{
	struct winsize size = { .ws_col = (unsigned short)cols, .ws_row = (unsigned short)rows };

	if (p->tty_fd >= 0)
		ioctl(p->tty_fd, TIOCSWINSZ, &size);
}

/* ---- time limits ---- */

int64_t exec_next_deadline(struct shim *s)
{
	int64_t next = 0;

	for (struct proc *p = s->procs; p; p = p->next)
		if (p->deadline_ns && (!next || p->deadline_ns < next))
			next = p->deadline_ns;
	return next;
}

void exec_check_deadlines(struct shim *s)
{
	int64_t now = 0;

	for (struct proc *p = s->procs; p; p = p->next) {
		if (!p->deadline_ns)
			continue;
		now = now ? now : mono_ns();
		if (p->deadline_ns > now)
			continue;
		p->deadline_ns = 0;
		p->timed_out = true;
		exec_kill(p);
	}
}
