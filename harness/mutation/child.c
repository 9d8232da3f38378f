/*
 * child: a program that is run for a while.
 *
 * `podtest mutants` is a conductor: it builds and runs, and waits in between. Each child has a process group of its own, so that ^C
 * reaches the conductor alone, which then tells each child once: a run that hears it twice leaves at once, without cleaning up
 * behind itself.
 */
#include "mutation/child.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/wait.h>

static _Noreturn void become(char *const *argv, int log, int out)
{
	int null = open("/dev/null", O_RDONLY);

	setpgid(0, 0);
	dup2(null, 0);
	dup2(out >= 0 ? out : log, 1);
	dup2(log, 2);
	execvp(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

int child_start(struct child *c, char *const *argv, const char *log, bool pipe, struct error *err)
{
	_cleanup_close_ int log_fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	int fds[2] = { -1, -1 };

	if (log_fd < 0)
		return error_set_errno(err, errno, "%s", log);
	if (pipe && pipe2(fds, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "pipe");
	fflush(NULL);
	c->pid = fork();
	if (c->pid == 0)
		become(argv, log_fd, fds[1]);
	if (fds[1] >= 0)
		close(fds[1]);
	c->out = fds[0];
	if (c->pid > 0) {
		setpgid(c->pid, c->pid); /* as the child does: whoever is first */
		return 0;
	}
	c->pid = 0;
	return error_set_errno(err, errno, "fork");
}

void child_stop(const struct child *c)
{
	if (c->pid > 0)
		kill(-c->pid, SIGTERM);
}

int child_wait(struct child *c, const volatile sig_atomic_t *stop)
{
	bool told = false;
	int status = 0;

	while (c->pid > 0 && waitpid(c->pid, &status, 0) < 0 && errno == EINTR) {
		if (!told && stop && *stop)
			child_stop(c);
		told = told || (stop && *stop);
	}
	c->pid = 0;
	if (c->out >= 0)
		close(take_fd(&c->out));
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}
