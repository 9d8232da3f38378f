/*
 * task: a container from the shim's side. The child is forked into the container's PID namespace and does
 * everything else itself (init.c); the shim listens to its report and answers podd when the program has
 * been exec'd or a stage failed. Between the two nothing blocks: other containers go on.
 */
#include "runtime/shim/task.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/shim/init.h"
#include "runtime/shim/report.h"
#include "runtime/shim/sys.h"
#include "runtime/shim/userns.h"

/* Both ends of everything that a start opens. */
struct plumbing {
	int out[2], err[2], in[2], report[2];
};

static void plumbing_close(struct plumbing *p)
{
	int *fds = (int *)p;

	for (size_t i = 0; i < sizeof(*p) / sizeof(int); i++)
		if (fds[i] >= 0)
			close(fds[i]);
}

static int take(int *fd)
{
	int v = *fd;

	*fd = -1;
	return v;
}

static int plumbing_open(struct plumbing *p, uint64_t flags)
{
	memset(p, 0xff, sizeof(*p));
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, p->report) < 0)
		return -1;
	if (flags & SHIM_TTY)
		return 0;
	if (pipe2(p->out, O_CLOEXEC) < 0 || pipe2(p->err, O_CLOEXEC) < 0)
		return -1;
	return flags & SHIM_STDIN ? pipe2(p->in, O_CLOEXEC) : 0;
}

static void watch_stream(struct task *t, int which, int fd)
{
	struct stream *st = &t->out[which];

	fcntl(fd, F_SETFL, O_NONBLOCK);
	source_add(t->shim, &st->src, fd, EPOLLIN);
}

/* ---- objects ---- */

struct task *task_find(struct shim *s, const char *id)
{
	struct task *t = s->tasks;

	while (t && strcmp(t->spec.id, id) != 0)
		t = t->next;
	return t;
}

static struct task *task_new(struct shim *s, struct shim_msg *m)
{
	struct task *t = calloc(1, sizeof(*t));

	if (!t)
		return NULL;
	t->shim = s;
	t->start_tag = m->head.tag;
	t->log_fd = t->dir_fd = t->stdin_fd = t->mnt_fd = -1;
	t->report = (struct source){ .fd = -1, .fn = task_report, .userdata = t };
	t->oom.fd = -1;
	for (int i = 0; i < 2; i++) {
		struct stream *st = &t->out[i];

		st->src = (struct source){ .fd = -1, .fn = logs_readable, .userdata = st };
		st->task = t;
		st->name = i ? "stderr" : "stdout";
	}
	shim_get_container(m, &t->spec);
	t->status.id = t->spec.id;
	t->status.created_ns = nominal_ns(s);
	t->next = s->tasks;
	s->tasks = t;
	return t;
}

static void close_fd(int *fd)
{
	if (*fd >= 0)
		close(*fd);
	*fd = -1;
}

static void remove_layer(struct task *t)
{
	const char *layers = t->spec.layers_dir;
	int fd = layers ? openat(t->shim->host_root_fd, layers + 1, O_PATH | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	tree_remove(fd, t->spec.upper);
	tree_remove(fd, t->spec.work);
	close(fd);
}

void task_free(struct task *t)
{
	struct task **at = &t->shim->tasks;

	for (struct proc *p = t->shim->procs; p; p = p->next)
		if (p->task == t)
			p->task = NULL;
	while (*at != t)
		at = &(*at)->next;
	*at = t->next;
	logs_close(&t->out[0]);
	logs_close(&t->out[1]);
	source_close(&t->report);
	source_close(&t->oom);
	close_fd(&t->log_fd);
	close_fd(&t->stdin_fd);
	close_fd(&t->mnt_fd); /* the overlay is unmounted here */
	close_fd(&t->dir_fd);
	remove_layer(t);
	shim_container_clear(&t->spec);
	free(t);
}

/* ---- start ---- */

/* first_pid: 0 in the first process itself, -1 where there is no builder. */
static _Noreturn void run_child(struct task *t, struct plumbing *p, int peer_fd, pid_t first_pid)
{
	static struct init in; /* large, and the child's alone */

	in.shim = t->shim;
	in.spec = &t->spec;
	in.argv = t->spec.argv;
	in.tty = t->spec.flags & SHIM_TTY;
	in.stdio[0] = p->in[0];
	in.stdio[1] = p->out[1];
	in.stdio[2] = p->err[1];
	in.report_fd = p->report[1];
	in.mnt_fd = in.cgroup_ns_fd = -1;
	in.peer_fd = peer_fd;
	in.first_pid = first_pid;
	if (first_pid == 0)
		init_first(&in);
	if (first_pid > 0)
		init_builder(&in);
	init_container(&in);
}

/* Two processes: one is first in a PID namespace of the pod's own users, one builds its mounts (first.c). */
static pid_t fork_first(struct task *t, struct plumbing *p)
{
	struct shim *s = t->shim;
	uid_t root = userns_root(s);
	pid_t first, builder;
	int pair[2];

	if (p->out[1] >= 0 &&
	    (fchown(p->out[1], root, root) < 0 || fchown(p->err[1], root, root) < 0))
		return -1;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	first = userns_fork_first(s, t->spec.cgroups);
	if (first == 0) {
		close(pair[0]);
		run_child(t, p, pair[1], 0);
	}
	close(pair[1]);
	builder = first < 0 ? -1 : sys_fork(0);
	if (builder == 0)
		run_child(t, p, pair[0], first);
	close(pair[0]); /* a first process without its builder ends, and is buried as a stranger */
	return builder < 0 ? -1 : first;
}

static int spawn(struct task *t, struct plumbing *p)
{
	struct shim *s = t->shim;
	bool own = !(s->setup.flags & (SHIM_HOST_PID | SHIM_SHARE_PID));
	pid_t pid = own && userns_own(s) ? fork_first(t, p) :
					   pidns_fork(s, s->pause_pid_fd, own ? NS_NEWPID : 0);

	if (pid < 0)
		return -1;
	if (pid == 0)
		run_child(t, p, -1, -1);
	t->status.pid = (uint64_t)pid;
	t->stdin_fd = take(&p->in[1]);
	if (p->out[0] >= 0) {
		watch_stream(t, 0, take(&p->out[0]));
		watch_stream(t, 1, take(&p->err[0]));
	}
	return source_add(s, &t->report, take(&p->report[0]), EPOLLIN);
}

void task_start(struct shim *s, struct shim_msg *m)
{
	struct task *t = task_new(s, m);
	struct plumbing p;

	if (!t || m->bad || s->stopping) {
		server_failed(s, m->head.tag, EPROTO, "bad request");
		if (t)
			task_free(t);
		return;
	}
	t->dir_fd = openat(s->host_root_fd, t->spec.dir + 1, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (t->dir_fd < 0 || logs_open(t) < 0) {
		server_failed(s, m->head.tag, errno, "stage log: %s %s", errno_name(errno),
			      t->spec.log_path);
		task_free(t);
		return;
	}
	cgroup_watch_oom(t);
	if (plumbing_open(&p, t->spec.flags) < 0 || spawn(t, &p) < 0) {
		server_failed(s, m->head.tag, errno, "stage fork: %s", errno_name(errno));
		task_free(t);
	}
	plumbing_close(&p);
}

/* ---- the child's report ---- */

static void started(struct task *t)
{
	struct shim_msg m;

	shim_msg_init(&m, SHIM_DONE, t->start_tag);
	t->start_tag = 0;
	t->status.state = SHIM_STATE_RUNNING;
	t->status.started_ns = nominal_ns(t->shim);
	source_close(&t->report);
	shim_put_status(&m, &t->status);
	server_send(t->shim, &m);
}

static void refused(struct task *t, const struct init_report *r)
{
	server_failed(t->shim, t->start_tag, r->errnum, "%s", r->text);
	task_free(t); /* the child ends by itself and is buried as a stranger */
}

void task_report(void *userdata, uint32_t events)
{
	struct task *t = userdata;
	struct init_report r;
	int fd, word;

	(void)events;
	while ((word = report_read(t->report.fd, &r, &fd)) > 0) {
		if (word == INIT_ERROR) {
			refused(t, &r);
			return;
		}
		if (word == INIT_MOUNT_NS)
			t->mnt_fd = take(&fd);
		else if (word == INIT_TTY)
			watch_stream(t, 0, take(&fd));
	}
	if (word == 0)
		started(t);
}

void task_signal(struct task *t, int signo)
{
	struct shim *s = t->shim;
	bool shared = s->setup.flags & (SHIM_HOST_PID | SHIM_SHARE_PID);

	if (t->status.state == SHIM_STATE_STOPPED || !t->status.pid)
		return;
	if (signo == SIGKILL && shared && t->spec.cgroups[0])
		cgroup_kill(s, t->spec.cgroups[0], s->setup.cgroup_v2);
	kill((pid_t)t->status.pid, signo);
}
