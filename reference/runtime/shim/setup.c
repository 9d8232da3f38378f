/*
 * setup: the sandbox itself: namespaces, host name, sysctls, the pod's /dev/shm, pause.
 *
 * The shim is the sandbox: it lives in the pod's network, IPC and UTS namespaces, and containers inherit
 * them by being forked. Its own mount namespace holds one tmpfs and nothing else: that is the pod's
 * /dev/shm, so it costs the host no mount, pins none of the host's, and whoever looks through
 * /proc/1/root of a shared PID namespace sees only what is shared anyway. Paths of the host are reached
 * through the held descriptor of its root.
 */
#include "runtime/shim/shim.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "runtime/shim/sys.h"
#include "runtime/shim/task.h"
#include "runtime/shim/userns.h"

#define PAUSE_ID 65535

static int fail(char *why, size_t size, const char *what)
{
	snprintf(why, size, "sandbox: %s: %s", what, strerror(errno));
	return -1;
}

static int enter_namespaces(struct shim *s, const int *node_fds)
{
	unsigned long flags = NS_NEWUTS | NS_NEWNS;

	if (s->setup.flags & SHIM_OWN_USERS)
		return userns_make(s) < 0 ? -1 : unshare(NS_NEWNS);
	if (s->setup.flags & SHIM_HOST_NET) {
		if (setns(node_fds[0], NS_NEWNET) < 0 || setns(node_fds[1], NS_NEWUTS) < 0)
			return -1;
		flags &= ~(unsigned long)NS_NEWUTS;
	} else {
		flags |= NS_NEWNET;
	}
	if (!(s->setup.flags & SHIM_HOST_IPC))
		flags |= NS_NEWIPC;
	return unshare((int)flags);
}

/* Replaces the whole tree of the new mount namespace by one tmpfs. */
static int lean_mounts(struct shim *s)
{
	uid_t owner = userns_own(s) ? userns_root(s) : 0;
	char options[80];

	snprintf(options, sizeof(options), "mode=1777,size=65536k,uid=%u,gid=%u", owner, owner);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0 ||
	    mount("shm", s->setup.run_dir, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC, options) < 0 ||
	    chdir(s->setup.run_dir) < 0 || sys_pivot_root(".", ".") < 0)
		return -1;
	return umount2(".", MNT_DETACH) < 0 ? -1 : chdir("/");
}

/* "net.ipv4.ip_forward=1" to /proc/sys/net/ipv4/ip_forward. A dot inside a name is written as "/". */
static int set_sysctl(const struct shim *s, const char *assignment)
{
	char path[256] = "proc/sys/", *at = path + strlen(path);
	const char *value = strchr(assignment, '=');
	int fd, r;

	if (!value || (size_t)(value - assignment) >= sizeof(path) - strlen(path) ||
	    strstr(assignment, "..")) {
		errno = EINVAL;
		return -1;
	}
	for (const char *p = assignment; p < value; p++)
		*at++ = *p == '.' ? '/' : *p == '/' ? '.' : *p;
	*at = '\0';
	value++;
	fd = openat(s->host_root_fd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	r = write(fd, value, strlen(value)) < 0 ? -1 : 0;
	close(fd);
	return r;
}

/* What every container runtime gives to a pod's own network namespace; too old a kernel may lack them. */
static void default_sysctls(const struct shim *s)
{
	if (s->setup.flags & SHIM_HOST_NET)
		return;
	set_sysctl(s, "net.ipv4.ping_group_range=0 2147483647");
	set_sysctl(s, "net.ipv4.ip_unprivileged_port_start=0");
	set_sysctl(s, "net.ipv6.conf.default.disable_ipv6=1"); /* lo keeps ::1, eth0 has none */
}

/* The number of the pod's sysctls that were set; less than all: errno says why. */
static int set_sysctls(const struct shim *s)
{
	int n = 0;

	default_sysctls(s);
	while (s->setup.sysctls[n] && set_sysctl(s, s->setup.sysctls[n]) == 0)
		n++;
	return n;
}

static _Noreturn void run_pause(int fd)
{
	char *argv[] = { (char *)"pause", NULL }, *env[] = { NULL };
	sigset_t none;

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	if (setsid() >= 0 && setgroups(0, NULL) == 0 &&
	    setresgid(PAUSE_ID, PAUSE_ID, PAUSE_ID) == 0 &&
	    setresuid(PAUSE_ID, PAUSE_ID, PAUSE_ID) == 0) {
		prctl(PR_SET_PDEATHSIG, SIGKILL); /* forgotten with the old ids */
		fexecve(fd, argv, env);
	}
	_exit(127);
}

static int start_pause(struct shim *s)
{
	char path[64];
	int fd = openat(s->host_root_fd, s->setup.pause_path + 1, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return -1;
	s->pause_pid = userns_own(s) ? userns_fork_first(s, NULL) : sys_fork(NS_NEWPID);
	if (s->pause_pid == 0)
		run_pause(fd);
	close(fd);
	if (s->pause_pid < 0)
		return -1;
	snprintf(path, sizeof(path), "proc/%d/ns/pid", (int)s->pause_pid);
	s->pause_pid_fd = openat(s->host_root_fd, path, O_RDONLY | O_CLOEXEC);
	return s->pause_pid_fd;
}

int setup_sandbox(struct shim *s, const int *node_fds, char *why, size_t why_size)
{
	const char *hostname = s->setup.hostname;
	int n;

	if (cgroup_join(s->host_root_fd, s->setup.cgroups, s->setup.cgroup_v2) < 0)
		return fail(why, why_size, "cgroup");
	if (enter_namespaces(s, node_fds) < 0)
		return fail(why, why_size, "namespaces");
	if (!(s->setup.flags & SHIM_HOST_NET) && sethostname(hostname, strlen(hostname)) < 0)
		return fail(why, why_size, "hostname");
	n = userns_own(s) ? userns_run(s, set_sysctls) : set_sysctls(s);
	if (n < 0 || s->setup.sysctls[n])
		return fail(why, why_size, n < 0 ? "sysctls" : s->setup.sysctls[n]);
	if (!(s->setup.flags & SHIM_SHARE_PID))
		return 0;
	if (lean_mounts(s) < 0)
		return fail(why, why_size, "mounts");
	return start_pause(s) < 0 ? fail(why, why_size, "pause") : 0;
}

int setup_finish(struct shim *s)
{
	return s->setup.flags & SHIM_SHARE_PID ? 0 : lean_mounts(s);
}
