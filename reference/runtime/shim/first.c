/*
 * first: a container whose first process and whose mounts are made by two processes.
 *
 * In a pod with users of its own the first process must be forked inside the user namespace, so that its PID namespace
 * belongs there (userns.c). There it has no power to mount an overlay or to map ids. So a second child of the shim, the
 * builder, makes the mounts with the host's powers, gives them to the pod's users, hands the mount namespace over and
 * ends; then the first process goes on alone. Only it can say which /proc is its own: it sends a context of that file
 * system, which the builder mounts.
 *
 *	first process			builder
 *	context of /proc	->	mounts, seals, becomes the pod's root, copies the mount namespace
 *	enters it, goes on	<-	mount namespace; ends
 *
 * Both tell their failures by the report; the other one then ends without a word.
 */
#include "runtime/shim/init.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "runtime/shim/report.h"
#include "runtime/shim/sys.h"

#define PROC_ATTRIBUTES (0x2u | 0x4u | 0x8u) /* nosuid, nodev, noexec */

static int await(struct init *in, int word)
{
	struct pollfd p = { .fd = in->peer_fd, .events = POLLIN };
	struct init_report r;
	int fd = -1, got;

	do {
		if (poll(&p, 1, -1) < 0 && errno != EINTR)
			_exit(128);
		got = report_read(in->peer_fd, &r, &fd);
	} while (got < 0);
	if (got != word || fd < 0)
		_exit(128); /* the other one has told why */
	return fd;
}

static void hand_over(struct init *in, int word, int fd)
{
	struct init_report r = { .word = word };

	report_write(in->peer_fd, &r, fd);
}

/* ---- the builder ---- */

void first_join_cgroup(struct init *in)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "proc/%d/ns/cgroup", (int)in->first_pid);
	fd = openat(in->shim->host_root_fd, path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, NS_NEWCGROUP) < 0)
		init_fail(in, errno, "cgroup");
	close(fd);
}

int first_proc(struct init *in)
{
	int context = await(in, INIT_PROC), tree = sys_fsmount(context, PROC_ATTRIBUTES);

	if (tree < 0)
		init_fail(in, errno, "/proc");
	close(context);
	return tree;
}

void first_release(struct init *in, int mnt_ns_fd)
{
	hand_over(in, INIT_MOUNT_NS, mnt_ns_fd);
	_exit(0);
}

/* ---- the first process ---- */

void first_await(struct init *in)
{
	int context, mnt_ns;

	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	context = unshare(NS_NEWNS) < 0 ? -1 : sys_fsopen("proc");
	if (context < 0)
		init_fail(in, errno, "context of /proc");
	hand_over(in, INIT_PROC, context);
	mnt_ns = await(in, INIT_MOUNT_NS);
	if (setns(mnt_ns, NS_NEWNS) < 0)
		init_fail(in, errno, "mount");
	close(mnt_ns);
	close(context);
	close(in->peer_fd);
}
