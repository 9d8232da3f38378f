/*
 * userns: the user namespace of a pod that does not want the host's users.
 *
 * Ids 0 to 65535 inside are a range of the host's that no other pod has; podd chooses it. The pod's network, IPC and UTS
 * namespaces are made by a child inside, so that the pod's root owns them; the shim itself stays a user of the host and
 * only joins them, because containers need its powers until the last moment of their start (init.c). Files need no new
 * owners: layers and volumes are seen through mounts that map ids (rootfs.c, binds.c), so on disk they look as for any
 * other pod.
 *
 * A PID namespace belongs to the user namespace of whoever makes it. So the first process of one is forked inside, by a
 * helper that ends at once and makes it a child of the caller (CLONE_PARENT), who can then reap it.
 */
#include "runtime/shim/userns.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/securebits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "runtime/shim/sys.h"
#include "runtime/shim/task.h"

#define N_IDS 65536

static int become_root(void)
{
	if (setgroups(0, NULL) < 0 || setresgid(0, 0, 0) < 0 || setresuid(0, 0, 0) < 0)
		return -1;
	return prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0); /* forgotten with the old ids */
}

int userns_enter(const struct shim *s)
{
	return setns(s->user_ns_fd, NS_NEWUSER) < 0 ? -1 : become_root();
}

int userns_file_owner(const struct shim *s)
{
	uid_t root = userns_root(s);

	if (prctl(PR_SET_SECUREBITS, SECBIT_NO_SETUID_FIXUP, 0, 0, 0) < 0)
		return -1;
	setfsgid(root);
	setfsuid(root);
	return setfsuid((uid_t)-1) == (int)root ? 0 : -1;
}

/* ---- making it ---- */

static int write_map(const struct shim *s, pid_t pid, const char *name)
{
	char path[64], map[64];
	int n = snprintf(map, sizeof(map), "0 %u %d\n", userns_root(s), N_IDS), fd, r;

	snprintf(path, sizeof(path), "proc/%d/%s", (int)pid, name);
	fd = openat(s->host_root_fd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return -1;
	r = write(fd, map, (size_t)n) == n ? 0 : -1;
	close(fd);
	return r;
}

static int open_ns(const struct shim *s, pid_t pid, const char *name)
{
	char path[64];

	snprintf(path, sizeof(path), "proc/%d/ns/%s", (int)pid, name);
	return openat(s->host_root_fd, path, O_RDONLY | O_CLOEXEC);
}

/* The child inside: waits for its map, makes the namespaces, tells its errno, stays until they have been taken. */
static _Noreturn void make_inside(int sock)
{
	int errnum = 0;
	char go;

	if (read(sock, &go, 1) != 1)
		_exit(1);
	if (become_root() < 0 || unshare(NS_NEWNET | NS_NEWIPC | NS_NEWUTS) < 0)
		errnum = errno;
	if (write(sock, &errnum, sizeof(errnum)) == sizeof(errnum))
		(void)!read(sock, &go, 1);
	_exit(0);
}

static int join(const struct shim *s, pid_t pid, const char *name, int type)
{
	int fd = open_ns(s, pid, name), r = fd < 0 ? -1 : setns(fd, type);

	if (fd >= 0)
		close(fd);
	return r;
}

static int take_namespaces(struct shim *s, pid_t pid, int sock)
{
	int errnum = 0;

	if (write_map(s, pid, "uid_map") < 0 || write_map(s, pid, "gid_map") < 0 ||
	    write(sock, "", 1) != 1)
		return -1;
	if (read(sock, &errnum, sizeof(errnum)) != sizeof(errnum) || errnum) {
		errno = errnum ? errnum : ESRCH;
		return -1;
	}
	s->user_ns_fd = open_ns(s, pid, "user");
	if (s->user_ns_fd < 0)
		return -1;
	return join(s, pid, "net", NS_NEWNET) < 0 || join(s, pid, "ipc", NS_NEWIPC) < 0 ||
			       join(s, pid, "uts", NS_NEWUTS) < 0 ?
		       -1 :
		       0;
}

int userns_make(struct shim *s)
{
	int pair[2], r;
	pid_t pid;

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0)
		return -1;
	pid = sys_fork(NS_NEWUSER);
	if (pid == 0) {
		close(pair[0]);
		make_inside(pair[1]);
	}
	close(pair[1]);
	r = pid < 0 ? -1 : take_namespaces(s, pid, pair[0]);
	close(pair[0]); /* the child ends by this, and is buried as a stranger */
	return r;
}

/* ---- children that tell one number ---- */

struct answer {
	int value, errnum;
};

static _Noreturn void tell(int out, int value)
{
	struct answer a = { value, errno };

	_exit(write(out, &a, sizeof(a)) == sizeof(a) ? 0 : 1);
}

/* Waits for the child's end, too; -1 when it told nothing. Takes the pipe. */
static int hear(pid_t child, int *pipe_fds)
{
	struct answer a = { -1, ECHILD };

	close(pipe_fds[1]);
	if (child > 0) {
		if (read(pipe_fds[0], &a, sizeof(a)) != sizeof(a))
			a = (struct answer){ -1, ECHILD };
		waitpid(child, NULL, 0);
	}
	close(pipe_fds[0]);
	errno = a.errnum;
	return a.value;
}

int userns_run(const struct shim *s, int (*fn)(const struct shim *s))
{
	int out[2];
	pid_t child;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -1;
	child = sys_fork(0);
	if (child == 0)
		tell(out[1], userns_enter(s) < 0 ? -1 : fn(s));
	return hear(child, out);
}

/* ---- first processes ---- */

/* Returns in the new process only. */
static void give_birth(const struct shim *s, char *const *cgroups, int out)
{
	pid_t pid = -1;

	if ((!cgroups || cgroup_join(s->host_root_fd, cgroups, s->setup.cgroup_v2) == 0) &&
	    userns_enter(s) == 0 && unshare(NS_NEWPID | NS_NEWCGROUP) == 0)
		pid = sys_fork(NS_CLONE_PARENT);
	if (pid != 0)
		tell(out, pid);
}

pid_t userns_fork_first(const struct shim *s, char *const *cgroups)
{
	int out[2];
	pid_t helper;

	if (pipe2(out, O_CLOEXEC) < 0)
		return -1;
	helper = sys_fork(0);
	if (helper != 0)
		return hear(helper, out);
	give_birth(s, cgroups, out[1]);
	close(out[0]);
	close(out[1]);
	return 0;
}
