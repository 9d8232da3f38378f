/*
 * acts_process: what a container sees and does of processes: lists, searches, signals, and orphans.
 */
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "guest/acts.h"

#define ORPHAN_ROUNDS 250 /* of 20 ms */

static int act_ps(const char *arg, struct line *l)
{
	(void)arg;
	line_begin(l, "ps");
	facts_ps(l);
	return ACT_DONE;
}

/* The command line with blanks for NUL; "" for what has none. The caller frees it. */
static char *command_of(const char *pid)
{
	char path[300];
	size_t len = 0;
	char *cmd;

	snprintf(path, sizeof(path), "/proc/%s/cmdline", pid);
	cmd = read_whole(path, &len);
	for (size_t i = 0; cmd && i + 1 < len; i++)
		if (!cmd[i])
			cmd[i] = ' ';
	return cmd;
}

/* Whoever asks by "tell" has the text in its own arguments, and does not count. */
static int act_find(const char *arg, struct line *l)
{
	DIR *d = opendir("/proc");
	int n = 0;

	for (struct dirent *e; d && (e = readdir(d));) {
		char *cmd = isdigit((unsigned char)e->d_name[0]) ? command_of(e->d_name) : NULL;

		n += cmd && strstr(cmd, arg) && !strstr(cmd, " tell ");
		free(cmd);
	}
	if (d)
		closedir(d);
	line_begin(l, "found");
	line_str(l, "text", arg);
	line_int(l, "count", n);
	return ACT_DONE;
}

static int act_kill(const char *arg, struct line *l)
{
	int pid, sig;

	if (sscanf(arg, "%d %d", &pid, &sig) != 2)
		return ACT_BAD;
	sig = kill(pid, sig) < 0 ? errno : 0;
	line_begin(l, "kill");
	line_int(l, "pid", pid);
	line_str(l, "result", sig ? errno_name(sig) : "ok");
	return ACT_DONE;
}

/* R, S, Z, …; 0: no such process. */
static char state_of(int pid)
{
	char path[64], state = 0, *stat, *close_paren;

	snprintf(path, sizeof(path), "/proc/%d/stat", pid);
	stat = read_whole(path, NULL);
	close_paren = stat ? strrchr(stat, ')') : NULL;
	if (close_paren)
		sscanf(close_paren + 1, " %c", &state);
	free(stat);
	return state;
}

/* A grandchild whose parent has ended ends too: it tells its number, waits until it is nobody's child here, goes. */
static int make_orphan(void)
{
	int pipe_fds[2], pid = -1;
	struct pollfd p;

	if (pipe(pipe_fds) < 0)
		return -1;
	if (fork() == 0) {
		pid_t parent = getpid();

		if (fork() != 0)
			_exit(0);
		while (getppid() == parent)
			usleep(1000);
		pid = getpid();
		_exit(write(pipe_fds[1], &pid, sizeof(pid)) == sizeof(pid) ? 0 : 1);
	}
	close(pipe_fds[1]);
	p = (struct pollfd){ .fd = pipe_fds[0], .events = POLLIN };
	if (poll(&p, 1, 5000) <= 0 || read(pipe_fds[0], &pid, sizeof(pid)) != sizeof(pid))
		pid = -1;
	close(pipe_fds[0]);
	return pid;
}

static int act_orphan(const char *arg, struct line *l)
{
	static int pid, rounds;

	(void)arg;
	if (!pid) {
		pid = make_orphan();
		rounds = 0;
	}
	if (pid > 0 && state_of(pid) && rounds++ < ORPHAN_ROUNDS)
		return ACT_AGAIN;
	line_begin(l, "orphan");
	line_int(l, "pid", pid);
	line_str(l, "result",
		 pid < 0	      ? "none" :
		 state_of(pid) == 'Z' ? "zombie" :
		 state_of(pid)	      ? "alive" :
					"gone");
	pid = 0;
	return ACT_DONE;
}

const struct act_row acts_process[] = {
	{ "ps", act_ps, false },	 { "find", act_find, true }, { "kill", act_kill, true },
	{ "orphan", act_orphan, false }, { NULL, NULL, false },
};
