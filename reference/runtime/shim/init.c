/*
 * init: the stages of a start, in order, and how a failure is told.
 *
 * The child begins in the shim's namespaces (and, by its fork, in its own PID namespace). It takes what it
 * needs of the shim's mount namespace (the pod's /dev/shm), goes to the host's, opens every mount source
 * there, and from a copy of the host's tree builds the container's. Everything that names a path of the
 * image is done after pivot_root, so no symlink of an image can point outside.
 */
#include "runtime/shim/init.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "runtime/shim/report.h"
#include "runtime/shim/sys.h"
#include "runtime/shim/task.h"
#include "runtime/shim/userns.h"

struct stage {
	const char *name;
	void (*run)(struct init *in);
};

/* ---- reports ---- */

const char *errno_name(int errnum)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ ENOENT, "ENOENT" },
		{ EPERM, "EPERM" },
		{ EACCES, "EACCES" },
		{ EINVAL, "EINVAL" },
		{ ENOMEM, "ENOMEM" },
		{ ENOSPC, "ENOSPC" },
		{ EBUSY, "EBUSY" },
		{ ENOTDIR, "ENOTDIR" },
		{ EISDIR, "EISDIR" },
		{ EROFS, "EROFS" },
		{ ELOOP, "ELOOP" },
		{ EEXIST, "EEXIST" },
		{ ENODEV, "ENODEV" },
		{ ENXIO, "ENXIO" },
		{ EMFILE, "EMFILE" },
		{ ENFILE, "ENFILE" },
		{ EAGAIN, "EAGAIN" },
		{ ENOEXEC, "ENOEXEC" },
		{ E2BIG, "E2BIG" },
		{ ETXTBSY, "ETXTBSY" },
		{ ENAMETOOLONG, "ENAMETOOLONG" },
		{ ENOTEMPTY, "ENOTEMPTY" },
		{ EDQUOT, "EDQUOT" },
		{ ENOSYS, "ENOSYS" },
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == errnum)
			return names[i].name;
	return strerror(errnum);
}

static _Noreturn void report_and_end(struct init *in, struct init_report *r)
{
	report_write(in->report_fd, r, -1);
	_exit(128);
}

void init_fail(struct init *in, int errnum, const char *fmt, ...)
{
	struct init_report r = { .word = INIT_ERROR, .errnum = errnum };
	int n = snprintf(r.text, sizeof(r.text), "stage %s: %s ", in->stage, errno_name(errnum));
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r.text + n, sizeof(r.text) - (size_t)n, fmt, ap);
	va_end(ap);
	report_and_end(in, &r);
}

void init_refuse(struct init *in, int errnum, const char *fmt, ...)
{
	struct init_report r = { .word = INIT_ERROR, .errnum = errnum };
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(r.text, sizeof(r.text), fmt, ap);
	va_end(ap);
	report_and_end(in, &r);
}

void init_send(struct init *in, int word, int fd)
{
	struct init_report r = { .word = word };

	report_write(in->report_fd, &r, fd);
}

/* ---- stages of both ---- */

static void stage_process(struct init *in)
{
	sigset_t none;

	(void)in;
	signal(SIGPIPE, SIG_DFL);
	signal(SIGHUP, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	umask(022);
	setsid();
}

static void stage_cgroup(struct init *in)
{
	struct shim *s = in->shim;

	if (cgroup_join(s->host_root_fd, in->spec->cgroups, s->setup.cgroup_v2) < 0)
		init_fail(in, errno, "%s", in->spec->cgroups[0]);
}

/* A host may forbid to go below its present value: then that one stays. */
static void stage_oom(struct init *in)
{
	char value[16], path[64] = "proc/self/oom_score_adj";
	int n = snprintf(value, sizeof(value), "%d", (int)in->spec->oom_score_adj), fd;

	if (in->first_pid > 0)
		snprintf(path, sizeof(path), "proc/%d/oom_score_adj", (int)in->first_pid);
	fd = openat(in->shim->host_root_fd, path, O_WRONLY | O_CLOEXEC);
	if (fd < 0)
		return;
	if (write(fd, value, (size_t)n) < 0 && errno != EACCES && errno != EPERM)
		init_fail(in, errno, "oom_score_adj %s", value);
	close(fd);
}

static void stage_stdio(struct init *in)
{
	if (in->tty) {
		tty_open(in);
		return;
	}
	for (int i = 0; i < 3; i++) {
		int fd = in->stdio[i] >= 0 ? in->stdio[i] : open("/dev/null", O_RDWR | O_CLOEXEC);

		if (fd < 0 || dup2(fd, i) < 0)
			init_fail(in, errno, "descriptor %d", i);
	}
}

/* As the program could open /dev/stdout again under its own user. */
static void own_stdio(struct init *in)
{
	struct stat st;

	for (int i = 0; i < 3; i++)
		if (fstat(i, &st) == 0 && (S_ISFIFO(st.st_mode) || in->tty) && st.st_uid != in->uid)
			if (fchown(i, in->uid, (gid_t)-1) < 0 && errno != EPERM && errno != EINVAL)
				init_fail(in, errno, "descriptor %d", i);
}

static void stage_cwd(struct init *in)
{
	const char *cwd = in->spec->cwd[0] ? in->spec->cwd : "/";

	if (chdir(cwd) < 0)
		init_fail(in, errno, "%s", cwd);
}

static void stage_user(struct init *in)
{
	users_lookup(in);
	own_stdio(in);
}

/* ---- stages of a container ---- */

static void stage_mount_ns(struct init *in)
{
	if (!(in->shim->setup.flags & SHIM_HOST_IPC)) {
		in->shm_tree = sys_open_tree(AT_FDCWD, "/", SYS_OPEN_TREE_CLONE);
		if (in->shm_tree < 0)
			init_fail(in, errno, "/dev/shm of the pod");
	}
	if (setns(in->shim->host_mnt_fd, NS_NEWNS) < 0)
		init_fail(in, errno, "host");
	if (unshare(NS_NEWNS | NS_NEWCGROUP) < 0)
		init_fail(in, errno, "unshare");
	if (in->peer_fd >= 0)
		first_join_cgroup(in);
	if (in->shim->setup.flags & SHIM_HOST_IPC)
		in->shm_tree = sys_open_tree(AT_FDCWD, "/dev/shm", SYS_OPEN_TREE_CLONE);
}

static void stage_mounts(struct init *in)
{
	rootfs_kernel(in);
	devices_mount(in);
	binds_mount(in);
}

/* The working directory is made in the image if it is not there, as other runtimes do. */
static void stage_seal(struct init *in)
{
	if (in->spec->cwd[0] && make_dirs(in->spec->cwd) < 0 && errno != EEXIST && errno != EROFS)
		init_fail(in, errno, "%s", in->spec->cwd);
	rootfs_mask(in);
	rootfs_readonly(in);
}

/* From here on the mounts are the pod's users' own: a copy whose flags and order they cannot undo. */
static void stage_users(struct init *in)
{
	if (!userns_own(in->shim))
		return;
	if (userns_enter(in->shim) < 0 || unshare(NS_NEWNS) < 0)
		init_fail(in, errno, "users of the pod's own");
}

static void stage_hold(struct init *in)
{
	int fd = openat(in->shim->host_root_fd, "proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);

	if (fd >= 0)
		init_send(in, INIT_MOUNT_NS, fd);
	if (in->peer_fd >= 0)
		first_release(in, fd);
}

static _Noreturn void run_stages(struct init *in, const struct stage *stage)
{
	for (; stage->name; stage++) {
		in->stage = stage->name;
		stage->run(in);
	}
	in->stage = "exec";
	program_exec(in);
}

void init_container(struct init *in)
{
	static const struct stage stages[] = {
		{ "process", stage_process },
		{ "cgroup", stage_cgroup },
		{ "oom", stage_oom },
		{ "namespaces", stage_mount_ns },
		{ "sources", rootfs_open_sources },
		{ "rootfs", rootfs_mount },
		{ "pivot", rootfs_pivot },
		{ "mounts", stage_mounts },
		{ "stdio", stage_stdio },
		{ "seal", stage_seal },
		{ "users", stage_users },
		{ "hold", stage_hold },
		{ "cwd", stage_cwd },
		{ "user", stage_user },
		{ "creds", creds_apply },
		{ NULL, NULL },
	};

	run_stages(in, stages);
}

void init_builder(struct init *in)
{
	static const struct stage stages[] = {
		{ "process", stage_process },
		{ "cgroup", stage_cgroup },
		{ "oom", stage_oom },
		{ "namespaces", stage_mount_ns },
		{ "sources", rootfs_open_sources },
		{ "rootfs", rootfs_mount },
		{ "pivot", rootfs_pivot },
		{ "mounts", stage_mounts },
		{ "seal", stage_seal },
		{ "users", stage_users },
		{ "hold", stage_hold },
		{ NULL, NULL },
	};

	run_stages(in, stages);
}

void init_first(struct init *in)
{
	static const struct stage stages[] = {
		{ "process", stage_process },
		{ "mounts", first_await },
		{ "stdio", stage_stdio },
		{ "cwd", stage_cwd },
		{ "user", stage_user },
		{ "creds", creds_apply },
		{ NULL, NULL },
	};

	run_stages(in, stages);
}

bool init_of_host(const struct init *in)
{
	return in->spec->flags & SHIM_PRIVILEGED && !userns_own(in->shim);
}

/* ---- stages of an exec ---- */

/* To the pod's root, who gives it on to the container's user. */
static void give_pipe(struct init *in, int fd)
{
	uid_t root = userns_root(in->shim);
	struct stat st;

	if (fstat(fd, &st) == 0 && S_ISFIFO(st.st_mode) && fchown(fd, root, root) < 0)
		init_fail(in, errno, "descriptor %d", fd);
}

static void stage_enter(struct init *in)
{
	if (in->cgroup_ns_fd >= 0 && setns(in->cgroup_ns_fd, NS_NEWCGROUP) < 0)
		init_fail(in, errno, "cgroup");
	if (in->mnt_fd < 0 || setns(in->mnt_fd, NS_NEWNS) < 0)
		init_fail(in, in->mnt_fd < 0 ? ESRCH : errno, "mount");
	if (!userns_own(in->shim))
		return;
	for (int i = 0; i < 3; i++)
		if (in->stdio[i] >= 0)
			give_pipe(in, in->stdio[i]);
	if (userns_enter(in->shim) < 0)
		init_fail(in, errno, "users of the pod's own");
}

void init_exec(struct init *in)
{
	static const struct stage stages[] = {
		{ "process", stage_process },  { "cgroup", stage_cgroup }, { "oom", stage_oom },
		{ "namespaces", stage_enter }, { "stdio", stage_stdio },   { "cwd", stage_cwd },
		{ "user", stage_user },	       { "creds", creds_apply },   { NULL, NULL },
	};

	run_stages(in, stages);
}
