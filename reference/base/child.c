/*
 * A child program: started by clone() and execve(), reaped through its pidfd.
 *
 * The child shares our memory until its exec (CLONE_VM | CLONE_VFORK: a fork of a big podd would copy page
 * tables), runs on a stack of its own, and does nothing but system calls. All signals are blocked across
 * the clone, so that no handler of ours runs in it; it resets caught and ignored ones, then the mask.
 * How it failed comes back through a close-on-exec pipe: {step, errno}, or end of file after a good exec. The
 * pipe, not the shared memory, because valgrind turns this clone into a plain fork.
 *
 * Descriptors: those wanted are first moved above everything they could collide with, then put in place by
 * dup2(); all the rest becomes close-on-exec.
 *
 * Reaping: the pidfd is readable when the child ended; waitid(P_PIDFD) then takes the exit. Until then the
 * pid is ours, so kill(2) by number is safe; pidfd_send_signal is not known to valgrind 3.19.
 */
#include "base/child.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/close_range.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"

#ifndef P_PIDFD
#define P_PIDFD 3
#endif

#define STACK_SIZE 65536
#define FDS_MAX 64

#if defined(__SANITIZE_ADDRESS__)
#define NO_SANITIZE __attribute__((no_sanitize_address))
#else
#define NO_SANITIZE
#endif

struct child {
	struct loop *loop;
	pid_t pid; /* 0 when reaped */
	int pidfd;
	bool group, timed_out;
	child_fn fn;
	void *userdata;
	struct loop_fd *watch;
	struct loop_timer *deadline;
};

/* What the child needs; all pointers are valid until its exec. */
struct launch {
	const struct child_opts *opts;
	char *path; /* found */
	char *const *env;
	int fds[3 + FDS_MAX]; /* sources in order of their targets; -2: leave */
	int n_fds;
	int null_fd, report_fd;
	sigset_t mask;
	pid_t parent;
};

enum step { STEP_SIGNALS, STEP_SESSION, STEP_PARENT, STEP_FDS, STEP_CWD, STEP_EXEC };

struct failure {
	int step, errnum;
};

/* ---- in the child ---- */

static NO_SANITIZE int reset_signals(const struct launch *l)
{
	struct sigaction dflt, old;

	memset(&dflt, 0, sizeof(dflt));
	dflt.sa_handler = SIG_DFL;
	for (int signo = 1; signo < NSIG; signo++)
		if (sigaction(signo, NULL, &old) == 0 && old.sa_handler != SIG_DFL)
			sigaction(signo, &dflt, NULL);
	return sigprocmask(SIG_SETMASK, &l->mask, NULL);
}

static NO_SANITIZE int tie_to_parent(const struct launch *l)
{
	if (!l->opts->die_with_parent)
		return 0;
	if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
		return -1;
	if (!(l->opts->clone_flags & CLONE_NEWPID) && getppid() != l->parent)
		_exit(127);
	return 0;
}

/* First every source above the targets, then each into its place. Changes fds, which are a copy. */
static NO_SANITIZE int place_fds(const struct launch *l)
{
	int moved[3 + FDS_MAX];

	for (int i = 0; i < l->n_fds; i++) {
		moved[i] = l->fds[i];
		if (moved[i] == CHILD_INHERIT)
			continue;
		moved[i] = fcntl(moved[i], F_DUPFD_CLOEXEC, l->n_fds);
		if (moved[i] < 0)
			return -1;
	}
	/* Whatever the caller of our program left open; an old kernel just passes it on. */
	close_range((unsigned)l->n_fds, ~0U, CLOSE_RANGE_CLOEXEC);
	for (int i = 0; i < l->n_fds; i++) {
		if (moved[i] == CHILD_INHERIT)
			continue;
		if (dup2(moved[i], i) < 0)
			return -1;
	}
	return 0;
}

static NO_SANITIZE int run_steps(const struct launch *l, int *step)
{
	*step = STEP_SIGNALS;
	if (reset_signals(l) < 0)
		return -1;
	*step = STEP_SESSION;
	if (l->opts->new_session && setsid() < 0)
		return -1;
	*step = STEP_PARENT;
	if (tie_to_parent(l) < 0)
		return -1;
	*step = STEP_FDS;
	if (place_fds(l) < 0)
		return -1;
	*step = STEP_CWD;
	if (l->opts->cwd && chdir(l->opts->cwd) < 0)
		return -1;
	*step = STEP_EXEC;
	return execve(l->path, l->opts->argv, l->env);
}

static NO_SANITIZE int child_main(void *arg)
{
	const struct launch *l = arg;
	struct failure f = { 0 };

	run_steps(l, &f.step);
	f.errnum = errno;
	if (write(l->report_fd, &f, sizeof(f)) < 0)
		_exit(126);
	_exit(127);
}

/* ---- in the parent ---- */

static char *find_program(const char *name)
{
	_cleanup_strv_ char **dirs = NULL;
	const char *path = getenv("PATH");

	if (strchr(name, '/'))
		return xstrdup(name);
	dirs = strv_split(path ? path : "/usr/sbin:/usr/bin:/sbin:/bin", ':');
	for (char **dir = dirs; *dir; dir++) {
		_cleanup_free_ char *file = fs_join(**dir ? *dir : ".", name);

		if (access(file, X_OK) == 0)
			return take_ptr(file);
	}
	return xstrdup(name);
}

static int source_fd(const struct launch *l, int fd)
{
	return fd == CHILD_NULL ? l->null_fd : fd;
}

/* The report pipe's number must not be a target: it would be overwritten before the exec. */
static int pipe_above(int min, int fds[2], struct error *err)
{
	int low[2], r = 0;

	if (pipe2(low, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "pipe");
	fds[0] = low[0];
	fds[1] = fcntl(low[1], F_DUPFD_CLOEXEC, min);
	if (fds[1] < 0)
		r = error_set_errno(err, errno, "pipe");
	fd_close(low[1]);
	if (r < 0)
		fds[0] = fd_close(fds[0]);
	return r;
}

static int launch_init(struct launch *l, const struct child_opts *opts, struct error *err)
{
	if (opts->n_pass_fds > FDS_MAX)
		return error_set(err, ERR_INTERNAL, NULL, "more than %d descriptors to pass",
				 FDS_MAX);
	l->opts = opts;
	l->env = opts->env ? opts->env : environ;
	l->parent = getpid();
	l->fds[0] = source_fd(l, opts->stdin_fd);
	l->fds[1] = source_fd(l, opts->stdout_fd);
	l->fds[2] = source_fd(l, opts->stderr_fd);
	for (size_t i = 0; i < opts->n_pass_fds; i++)
		l->fds[3 + i] = opts->pass_fds[i];
	l->n_fds = 3 + (int)opts->n_pass_fds;
	l->path = find_program(opts->path);
	return 0;
}

static pid_t clone_child(struct launch *l, int *ret_pidfd)
{
	int flags = (int)(CLONE_VM | CLONE_VFORK | CLONE_PIDFD | l->opts->clone_flags) | SIGCHLD;
	_cleanup_free_ char *stack = xmalloc(STACK_SIZE);
	char *top = stack + STACK_SIZE;
	sigset_t all;
	pid_t pid;
	int saved;

	top -= (uintptr_t)top % 16;
	sigfillset(&all);
	sigprocmask(SIG_SETMASK, &all, &l->mask);
	pid = clone(child_main, top, flags, l, ret_pidfd);
	saved = errno;
	sigprocmask(SIG_SETMASK, &l->mask, NULL);
	errno = saved;
	return pid;
}

static int explain(const struct launch *l, const struct failure *f, struct error *err)
{
	static const char *const words[] = {
		[STEP_SIGNALS] = "signals", [STEP_SESSION] = "session", [STEP_PARENT] = "parent",
		[STEP_FDS] = "descriptors", [STEP_CWD] = "chdir",	[STEP_EXEC] = "exec",
	};
	const char *what = f->step == STEP_CWD ? l->opts->cwd : l->opts->path;

	return error_set_errno(err, f->errnum, "%s %s", words[f->step], what);
}

static void reap_failed(pid_t pid)
{
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

/* Clones, and waits for the exec. */
static int launch_run(struct launch *l, pid_t *ret_pid, int *ret_pidfd, struct error *err)
{
	_cleanup_close_ int read_fd = -1, write_fd = -1, pidfd = -1;
	struct failure f;
	int fds[2] = { -1, -1 }, r;
	ssize_t n;
	pid_t pid;

	r = pipe_above(l->n_fds, fds, err);
	if (r < 0)
		return r;
	read_fd = fds[0];
	write_fd = l->report_fd = fds[1];
	pid = clone_child(l, &pidfd);
	if (pid < 0)
		return error_set_errno(err, errno, "clone for %s", l->opts->path);
	write_fd = fd_close(write_fd);
	do {
		n = read(read_fd, &f, sizeof(f));
	} while (n < 0 && errno == EINTR);
	if (n == (ssize_t)sizeof(f)) {
		reap_failed(pid);
		return explain(l, &f, err);
	}
	*ret_pid = pid;
	*ret_pidfd = take_fd(pidfd);
	return 0;
}

static int launch(const struct child_opts *opts, struct child *c, struct error *err)
{
	_cleanup_close_ int null_fd = open("/dev/null", O_RDWR | O_CLOEXEC);
	struct launch l = { .null_fd = null_fd };
	int r;

	if (null_fd < 0)
		return error_set_errno(err, errno, "open /dev/null");
	r = launch_init(&l, opts, err);
	if (r == 0)
		r = launch_run(&l, &c->pid, &c->pidfd, err);
	free(l.path);
	return r;
}

/* ---- the end ---- */

/* 0 when taken, -1 when it still runs. */
static int reap(struct child *c, int options, struct child_exit *ret)
{
	siginfo_t info = { 0 };
	int r;

	do {
		r = waitid(P_PIDFD, (id_t)c->pidfd, &info, WEXITED | options);
	} while (r < 0 && errno == EINTR);
	if (r < 0 || info.si_pid == 0)
		return -1;
	c->pid = 0;
	*ret = (struct child_exit){ .code = info.si_status, .timed_out = c->timed_out };
	if (info.si_code != CLD_EXITED) {
		ret->signal = info.si_status;
		ret->code = 128 + info.si_status;
	}
	return 0;
}

static void child_ended(void *userdata, _unused_ int fd, _unused_ unsigned events)
{
	struct child *c = userdata;
	struct child_exit exit;

	if (reap(c, WNOHANG, &exit) < 0)
		return;
	c->watch = loop_fd_free(c->watch);
	c->deadline = loop_timer_free(c->deadline);
	c->fn(c->userdata, &exit);
}

static void deadline_passed(void *userdata)
{
	struct child *c = userdata;

	c->timed_out = true;
	child_kill(c, SIGKILL, NULL);
}

int child_spawn(struct loop *l, const struct child_opts *opts, child_fn fn, void *userdata,
		struct child **ret, struct error *err)
{
	_cleanup_(child_freep) struct child *c = xnew(c);
	int r;

	*c = (struct child){ .loop = l, .pidfd = -1, .fn = fn, .userdata = userdata };
	c->group = opts->new_session;
	r = launch(opts, c, err);
	if (r < 0)
		return r;
	r = loop_watch_fd(l, c->pidfd, LOOP_READ, child_ended, c, &c->watch, err);
	if (r < 0)
		return r;
	if (opts->deadline_ns > 0) {
		c->deadline = loop_timer_new(l, deadline_passed, c);
		loop_timer_set(c->deadline, opts->deadline_ns);
	}
	*ret = take_ptr(c);
	return 0;
}

pid_t child_pid(const struct child *c)
{
	return c->pid;
}

bool child_running(const struct child *c)
{
	return c->pid != 0;
}

int child_kill(struct child *c, int signo, struct error *err)
{
	if (!c->pid || kill(c->group ? -c->pid : c->pid, signo) == 0 || errno == ESRCH)
		return 0;
	return error_set_errno(err, errno, "signal %d to %d", signo, (int)c->pid);
}

struct child *child_release(struct child *c)
{
	if (c)
		c->pid = 0;
	return child_free(c);
}

struct child *child_free(struct child *c)
{
	struct child_exit exit;

	if (!c)
		return NULL;
	if (c->pid) {
		child_kill(c, SIGKILL, NULL);
		reap(c, 0, &exit);
	}
	loop_fd_free(c->watch);
	loop_timer_free(c->deadline);
	fd_close(c->pidfd);
	free(c);
	return NULL;
}
