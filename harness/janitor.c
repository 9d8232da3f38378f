/*
 * janitor: a podd outlives its pods' watcher on purpose; a test run must not.
 *
 * When podtest is killed with -9, or twice by a signal, nobody is left to end the podd that it started, and its pods would run
 * for ever. So podtest starts itself once more as `podtest janitor FD PODD ROOT LOG`: a process that reads from a pipe whose
 * other end podtest alone holds. A byte means that all is well; the end of the pipe means that podtest is gone: then podd gets TERM
 * (the lock on its root names it, and waiting for that lock is waiting for its end), `podd --cleanup` runs, and the
 * root directory and the log are removed.
 */
#include "janitor.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "commands.h"
#include "util/defs.h"
#include "util/fsutil.h"
#include "util/paths.h"
#include "verdict.h"

struct janitor {
	pid_t pid;
	int pipe;
};

static _Noreturn void become(char *const *argv)
{
	setsid();
	execv(argv[0], argv);
	_exit(127);
}

int janitor_new(const char *podd, const char *root, const char *log, struct janitor **ret,
		struct error *err)
{
	_cleanup_free_ char *self = paths_program("podtest");
	_cleanup_free_ char *fd = NULL;
	struct janitor *j;
	int ends[2];
	pid_t pid;

	if (!self || pipe2(ends, O_CLOEXEC) < 0)
		return error_set(err, "no janitor could be started");
	fd = xasprintf("%d", ends[0]);
	pid = fork();
	if (pid == 0) {
		char *argv[] = { self,	       (char *)"janitor", fd,  (char *)podd,
				 (char *)root, (char *)log,	  NULL };

		fcntl(ends[0], F_SETFD, 0);
		become(argv);
	}
	close(ends[0]);
	if (pid < 0) {
		close(ends[1]);
		return error_set_errno(err, errno, "fork");
	}
	j = xcalloc(1, sizeof(*j));
	j->pid = pid;
	j->pipe = ends[1];
	*ret = j;
	return 0;
}

struct janitor *janitor_free(struct janitor *j)
{
	if (!j)
		return NULL;
	if (write(j->pipe, "x", 1) < 0)
		kill(j->pid, SIGKILL);
	close(j->pipe);
	while (waitpid(j->pid, NULL, 0) < 0 && errno == EINTR)
		;
	free(j);
	return NULL;
}

/* ---- the janitor itself ---- */

/* TERM to whoever holds the lock of the root, and wait until it is given up. */
static void end_podd(const char *root)
{
	_cleanup_free_ char *path = xasprintf("%s/podd.lock", root);
	_cleanup_close_ int fd = open(path, O_RDWR | O_CLOEXEC);
	struct flock l = { .l_type = F_WRLCK, .l_whence = SEEK_SET };

	if (fd < 0 || fcntl(fd, F_GETLK, &l) < 0 || l.l_type == F_UNLCK)
		return;
	kill(l.l_pid, SIGTERM);
	l = (struct flock){ .l_type = F_WRLCK, .l_whence = SEEK_SET };
	while (fcntl(fd, F_SETLKW, &l) < 0 && errno == EINTR)
		;
}

static void clean_up(char *podd, char *root)
{
	char *argv[] = { podd, (char *)"--cleanup", (char *)"--root", root, NULL };
	pid_t pid = fork();

	if (pid == 0)
		become(argv);
	while (pid > 0 && waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int cmd_janitor(int argc, char **argv)
{
	char byte;
	ssize_t n;

	if (argc != 5)
		return EXIT_BAD_USAGE;
	signal(SIGTERM, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	do
		n = read(atoi(argv[1]), &byte, 1);
	while (n < 0 && errno == EINTR);
	if (n != 0)
		return EXIT_GOOD;
	end_podd(argv[3]);
	clean_up(argv[2], argv[3]);
	if (fsutil_remove_tree(argv[3]) == 0)
		unlink(argv[4]);
	return EXIT_GOOD;
}
