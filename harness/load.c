/*
 * load: burns every core while a run is under way.
 *
 * One child per core that does nothing but count. They die with the runner (PR_SET_PDEATHSIG), whatever its end. Verdicts must not
 * depend on whether they are there: that is what `--load` is for.
 */
#include "load.h"

#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

struct load {
	size_t n;
	pid_t pids[];
};

static _Noreturn void burn(pid_t parent)
{
	volatile unsigned long n = 0;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	signal(SIGINT, SIG_IGN);
	while (getppid() == parent)
		for (int i = 0; i < 100000000; i++)
			n = n + 1;
	_exit(0);
}

struct load *load_start(void)
{
	long cores = MAX(sysconf(_SC_NPROCESSORS_ONLN), 1);
	struct load *l = xcalloc(1, sizeof(*l) + (size_t)cores * sizeof(pid_t));
	pid_t parent = getpid();

	for (long i = 0; i < cores; i++) {
		pid_t pid = fork();

		if (pid == 0)
			burn(parent);
		if (pid > 0)
			l->pids[l->n++] = pid;
	}
	return l;
}

struct load *load_stop(struct load *l)
{
	for (size_t i = 0; l && i < l->n; i++) {
		kill(l->pids[i], SIGKILL);
		waitpid(l->pids[i], NULL, 0);
	}
	free(l);
	return NULL;
}
