/*
 * pod-shim: one per pod. Parent and reaper of the pod's containers, holder of its namespaces, writer of
 * its logs; started by podd, which may come and go.
 *
 *	pod-shim MARK		descriptor 3: the listening socket
 *
 * MARK is the sandbox's directory: it does nothing but tell people (and podd --cleanup) whose shim it is.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <sys/epoll.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "runtime/shim/shim.h"
#include "runtime/shim/sys.h"
#include "runtime/shim/task.h"

#define LISTENER 3

static int watch_signals(struct shim *s)
{
	sigset_t set;
	int fd;

	signal(SIGPIPE, SIG_IGN);
	signal(SIGHUP, SIG_IGN);
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_SETMASK, &set, NULL);
	fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	s->signals = (struct source){ .fd = -1, .fn = reap_children, .userdata = s };
	return fd < 0 ? -1 : source_add(s, &s->signals, fd, EPOLLIN);
}

static int hold_host(struct shim *s)
{
	s->host_root_fd = open("/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	s->host_mnt_fd = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	s->own_pid_fd = open("/proc/self/ns/pid", O_RDONLY | O_CLOEXEC);
	s->pause_pid_fd = s->user_ns_fd = -1;
	return s->host_root_fd < 0 || s->host_mnt_fd < 0 || s->own_pid_fd < 0 ? -1 : 0;
}

int main(int argc, char **argv)
{
	static struct shim s;

	if (argc != 2 || fcntl(LISTENER, F_SETFD, FD_CLOEXEC) < 0) {
		fprintf(stderr, "usage: pod-shim DIRECTORY (started by podd)\n");
		return 64;
	}
	(void)argv;
	sys_close_from(LISTENER + 1);
	s.epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	s.wire.fd = s.client.fd = -1;
	s.listener = (struct source){ .fd = -1, .fn = server_accept, .userdata = &s };
	if (s.epoll_fd < 0 || hold_host(&s) < 0 || watch_signals(&s) < 0 ||
	    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) < 0 ||
	    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || /* until it is set up */
	    source_add(&s, &s.listener, LISTENER, EPOLLIN) < 0) {
		perror("pod-shim");
		return 1;
	}
	shim_loop(&s);
}
