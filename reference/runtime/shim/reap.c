/*
 * reap: ends of children, told by SIGCHLD through a signalfd. The shim is a subreaper, so orphans of
 * containers that share no private PID namespace end here too; they are only buried.
 *
 * A container's end: what it wrote is read out first, its exit is recorded in its directory (podd may be
 * away), then told. "code signal oom created started finished", decimal, is the whole record.
 */
#include "runtime/shim/task.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

static void record_exit(const struct task *t)
{
	const struct shim_status *st = &t->status;
	char line[160];
	int n, fd;

	n = snprintf(line, sizeof(line), "%lu %lu %lu %lu %lu %lu\n", (unsigned long)st->exit_code,
		     (unsigned long)st->signal, (unsigned long)st->oom_killed,
		     (unsigned long)st->created_ns, (unsigned long)st->started_ns,
		     (unsigned long)st->finished_ns);
	fd = openat(t->dir_fd, "exit.new", O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	if (fd < 0)
		return;
	if (write(fd, line, (size_t)n) == n)
		renameat(t->dir_fd, "exit.new", t->dir_fd, "exit");
	close(fd);
}

/* Without a PID namespace of its own nothing else ends what the first process left behind. */
static void end_the_rest(struct task *t)
{
	struct shim *s = t->shim;

	if (s->setup.flags & (SHIM_HOST_PID | SHIM_SHARE_PID) && t->spec.cgroups[0])
		cgroup_kill(s, t->spec.cgroups[0], s->setup.cgroup_v2);
}

static void task_ended(struct task *t, int wait_status)
{
	struct shim *s = t->shim;
	struct shim_msg m;

	end_the_rest(t);
	logs_drain(&t->out[0]);
	logs_drain(&t->out[1]);
	t->status.signal = WIFSIGNALED(wait_status) ? (uint64_t)WTERMSIG(wait_status) : 0;
	t->status.exit_code = t->status.signal ? 128 + t->status.signal :
						 (uint64_t)WEXITSTATUS(wait_status);
	if (cgroup_oom_kills(s, t->spec.memory_dir, s->setup.cgroup_v2) > 0)
		t->status.oom_killed = 1;
	t->status.state = SHIM_STATE_STOPPED;
	t->status.pid = 0;
	t->status.finished_ns = nominal_ns(s);
	source_forget(&t->oom); /* closing an inotify takes its time: that is for the removal */
	record_exit(t);
	shim_msg_init(&m, SHIM_EXITED, 0);
	shim_put_status(&m, &t->status);
	server_send(s, &m);
}

static struct task *task_of(struct shim *s, pid_t pid)
{
	struct task *t = s->tasks;

	while (t && t->status.pid != (uint64_t)pid)
		t = t->next;
	return t;
}

static struct proc *proc_of(struct shim *s, pid_t pid)
{
	struct proc *p = s->procs;

	while (p && p->pid != pid)
		p = p->next;
	return p;
}

/* The sandbox is no more: containers and their record end first, as in an ordered removal. */
static void pause_ended(struct shim *s)
{
	s->pause_pid = 0;
	if (!s->stopping)
		teardown_begin(s, 0);
}

static void child_ended(struct shim *s, pid_t pid, int wait_status)
{
	struct task *t = task_of(s, pid);
	struct proc *p = t ? NULL : proc_of(s, pid);

	if (t && t->start_tag) { /* its report is complete, and comes first */
		task_report(t, 0);
		t = task_of(s, pid);
	}
	if (t && t->abandoned)
		task_free(t);
	else if (t)
		task_ended(t, wait_status);
	else if (p)
		exec_ended(p, wait_status);
	else if (pid == s->pause_pid)
		pause_ended(s);
}

void reap_children(void *userdata, uint32_t events)
{
	struct shim *s = userdata;
	struct signalfd_siginfo info;
	int status;
	pid_t pid;

	(void)events;
	while (read(s->signals.fd, &info, sizeof(info)) > 0)
		;
	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_ended(s, pid, status);
}
