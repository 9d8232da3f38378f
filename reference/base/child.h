/*
 * child: a program started by us, and its end.
 *
 * Made by clone(CLONE_VM | CLONE_VFORK | CLONE_PIDFD) and execve; the end comes through the loop by the pidfd
 * and waitid(P_PIDFD). The handle is the parent's right to the pid: it cannot be recycled before the
 * child was reaped, so child_kill() never hits a stranger.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/loop.h"

struct child;

#define CHILD_NULL (-1) /* /dev/null */
#define CHILD_INHERIT (-2) /* ours */

struct child_opts {
	const char *path; /* the program; without a slash it is looked up in our $PATH */
	char *const *argv; /* NULL-terminated, with argv[0] */
	char *const *env; /* NULL: ours */
	const char *cwd; /* NULL: ours */
	int stdin_fd, stdout_fd,
		stderr_fd; /* borrowed; CHILD_NULL, CHILD_INHERIT or a descriptor */
	const int *pass_fds; /* borrowed; become descriptors 3, 4, … of the child */
	size_t n_pass_fds;
	unsigned long clone_flags; /* further CLONE_NEW* flags */
	bool new_session; /* setsid(): survives us, and child_kill() reaches its process group */
	bool die_with_parent; /* SIGKILL when we die */
	int64_t deadline_ns; /* real; 0: none. Then SIGKILL and timed_out */
};

/* clang-format off */
#define CHILD_OPTS_INIT { .stdin_fd = CHILD_NULL, .stdout_fd = CHILD_NULL, .stderr_fd = CHILD_INHERIT }
/* clang-format on */

struct child_exit {
	int code; /* exit code; 128 + signal when signalled */
	int signal; /* 0 when it exited by itself */
	bool timed_out;
};

/* Called once, from the loop, when the child is reaped. It may (and somebody must) call child_free(). */
typedef void (*child_fn)(void *userdata, const struct child_exit *exit);

/*
 * Returns when the program was exec'd. A failure names the step: "exec /nope: No such file or directory"
 * (ERR_SYSTEM with errnum); then no process is left and fn is never called.
 */
int child_spawn(struct loop *l, const struct child_opts *opts, child_fn fn, void *userdata,
		struct child **ret, struct error *err);

pid_t child_pid(const struct child *c);
bool child_running(const struct child *c); /* not yet reaped */
/* To the process, or to its group with new_session. 0, or -ERR_SYSTEM; a child already gone is no fault. */
int child_kill(struct child *c, int signo, struct error *err);
/*
 * Forgets it without killing or reaping: for children that outlive a program about to end (init reaps
 * them). fn is not called. Takes NULL, returns NULL.
 */
struct child *child_release(struct child *c);
/* Takes NULL, returns NULL. A child still running is killed by SIGKILL and reaped here. Safe inside fn. */
struct child *child_free(struct child *c);
DEFINE_CLEANUP_FUNC(struct child *, child_free)
