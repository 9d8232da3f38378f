/*
 * floor: what a pod of two containers costs when nobody but the kernel takes part.
 *
 * The same things are made that a pod needs: a holder process with network, IPC and UTS namespaces, a veth
 * pair with address and route, cgroups for the pod and both containers, and per container an overlay mount,
 * PID and mount namespaces, /proc, a small /dev, pivot_root, and exec of the guest. There is no daemon, no store,
 * no API, no shim, no log file: this is the bottom that a runtime is measured against, and none can go below.
 *
 * Children join their cgroups themselves (a parent's write costs 10 ms on a cold v1 hierarchy). Both containers
 * are started before either is waited for. The span ends with the stamp that the later guest puts in its
 * first line, which is what the API's side ends with too.
 */
#include "bench/bench.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <stdbool.h>
#include <unistd.h>

enum { CONTAINERS = 2, CONTROLLERS = 3 };

struct floor {
	const char *rootfs, *work;
	char groups[CONTROLLERS][PATH_MAX]; /* the bench's own group in each hierarchy */
	unsigned n_groups;
	bool unified;
	unsigned pods;
};

struct member {
	pid_t pid;
	int output;
	char dir[PATH_MAX];
};

static void group_make(const struct floor *f, const char *name)
{
	char path[PATH_MAX + 64];

	for (unsigned i = 0; i < f->n_groups; i++) {
		snprintf(path, sizeof(path), "%s/%s", f->groups[i], name);
		if (mkdir(path, 0755) < 0)
			bench_die(path);
	}
}

static void group_join(const struct floor *f, const char *name)
{
	char path[PATH_MAX + 64];

	for (unsigned i = 0; i < f->n_groups; i++) {
		int fd;

		snprintf(path, sizeof(path), "%s/%s/%s", f->groups[i], name,
			 f->unified ? "cgroup.procs" : "tasks");
		fd = open(path, O_WRONLY | O_CLOEXEC);
		if (fd < 0 || write(fd, "0", 1) != 1)
			bench_die(path);
		close(fd);
	}
}

static void group_remove(const struct floor *f, const char *name)
{
	char path[PATH_MAX + 64];

	for (unsigned i = 0; i < f->n_groups; i++) {
		snprintf(path, sizeof(path), "%s/%s", f->groups[i], name);
		while (rmdir(path) < 0 && errno == EBUSY)
			usleep(1000);
	}
}

static void find_groups(struct floor *f)
{
	static const char *const v1[CONTROLLERS] = { "memory", "cpu", "pids" };

	f->unified = access("/sys/fs/cgroup/cgroup.controllers", F_OK) == 0;
	f->n_groups = f->unified ? 1 : CONTROLLERS;
	for (unsigned i = 0; i < f->n_groups; i++) {
		snprintf(f->groups[i], PATH_MAX, "/sys/fs/cgroup/%s/podtest-bench-%d",
			 f->unified ? "." : v1[i], getpid());
		if (mkdir(f->groups[i], 0755) < 0)
			bench_die(f->groups[i]);
	}
}

struct floor *floor_new(const char *rootfs, const char *work)
{
	struct floor *f = calloc(1, sizeof(*f));

	if (!f)
		bench_die("calloc");
	f->rootfs = rootfs;
	f->work = work;
	find_groups(f);
	/* A node of its own, as podd has. */
	if (unshare(CLONE_NEWNET | CLONE_NEWNS) < 0)
		bench_die("unshare");
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) < 0)
		bench_die("private /");
	return f;
}

void floor_free(struct floor *f)
{
	for (unsigned i = 0; i < f->n_groups; i++)
		rmdir(f->groups[i]);
	free(f);
}

static pid_t clone_flags(unsigned long flags)
{
	pid_t pid = syscall(SYS_clone, flags | SIGCHLD, NULL, NULL, NULL, NULL);

	if (pid < 0)
		bench_die("clone");
	return pid;
}

/* The holder of the pod's namespaces; it lives until it is killed. */
static pid_t holder_start(const struct floor *f)
{
	pid_t pid = clone_flags(CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS);

	if (pid > 0)
		return pid;
	group_join(f, "pod");
	if (sethostname("bench", 5) < 0)
		bench_die("sethostname");
	for (;;)
		pause();
}

static void make_dev(void)
{
	static const struct {
		const char *path;
		unsigned minor;
	} nodes[] = { { "dev/null", 3 },
		      { "dev/zero", 5 },
		      { "dev/full", 7 },
		      { "dev/random", 8 },
		      { "dev/urandom", 9 } };

	mkdir("dev", 0755);
	if (mount("tmpfs", "dev", "tmpfs", MS_NOSUID, "mode=755,size=64k") < 0)
		bench_die("mount dev");
	for (unsigned i = 0; i < sizeof(nodes) / sizeof(nodes[0]); i++)
		if (mknod(nodes[i].path, S_IFCHR | 0666, makedev(1, nodes[i].minor)) < 0)
			bench_die(nodes[i].path);
}

static void make_root(const struct floor *f, const char *dir)
{
	char options[3 * PATH_MAX + 64];

	snprintf(options, sizeof(options), "lowerdir=%s,upperdir=%s/upper,workdir=%s/work",
		 f->rootfs, dir, dir);
	if (chdir(dir) < 0 || mount("overlay", "merged", "overlay", 0, options) < 0)
		bench_die("mount overlay");
	if (chdir("merged") < 0)
		bench_die("merged");
	mkdir("proc", 0755);
	if (mount("proc", "proc", "proc", MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL) < 0)
		bench_die("mount proc");
	make_dev();
	if (syscall(SYS_pivot_root, ".", ".") < 0 || umount2(".", MNT_DETACH) < 0 || chdir("/") < 0)
		bench_die("pivot_root");
}

static void member_exec(const struct floor *f, const struct member *m, unsigned n, int output)
{
	static char *const argv[] = { "/guest", "run", NULL };
	char group[16], id[32];
	char *envp[] = { "PATH=/bin", id, NULL };

	snprintf(group, sizeof(group), "c%u", n);
	snprintf(id, sizeof(id), "PODTEST=bench/c%u", n);
	group_join(f, group);
	make_root(f, m->dir);
	if (dup2(output, STDOUT_FILENO) < 0)
		bench_die("dup2");
	execve(argv[0], argv, envp);
	bench_die("/guest");
}

static void member_dirs(struct member *m, const struct floor *f, unsigned n)
{
	static const char *const parts[] = { "", "/upper", "/work", "/merged" };
	char path[PATH_MAX + 16];

	snprintf(m->dir, sizeof(m->dir), "%s/p%u-c%u", f->work, f->pods, n);
	for (unsigned i = 0; i < 4; i++) {
		snprintf(path, sizeof(path), "%s%s", m->dir, parts[i]);
		if (mkdir(path, 0755) < 0)
			bench_die(path);
	}
}

static void enter(pid_t holder, const char *name)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/ns/%s", holder, name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, 0) < 0)
		bench_die(path);
	close(fd);
}

static void member_start(struct floor *f, struct member *m, unsigned n, pid_t holder)
{
	int fds[2];

	member_dirs(m, f, n);
	if (pipe2(fds, O_CLOEXEC) < 0)
		bench_die("pipe");
	m->pid = clone_flags(CLONE_NEWPID | CLONE_NEWNS);
	if (m->pid == 0) {
		enter(holder, "net");
		enter(holder, "ipc");
		enter(holder, "uts");
		member_exec(f, m, n, fds[1]);
	}
	close(fds[1]);
	m->output = fds[0];
}

static int64_t member_first_line(const struct member *m)
{
	char text[65536];
	size_t have = 0;
	int64_t stamp = 0;

	while (!stamp && have < sizeof(text) - 1) {
		ssize_t n = read(m->output, text + have, sizeof(text) - 1 - have);

		if (n <= 0)
			bench_die("the guest said nothing");
		have += n;
		text[have] = '\0';
		stamp = bench_start_stamp(text);
	}
	return stamp;
}

static void reap(pid_t pid)
{
	kill(pid, SIGKILL);
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
}

int64_t floor_pod(struct floor *f)
{
	static const char *const names[] = { "pod", "c0", "c1" };
	struct member members[CONTAINERS];
	int64_t begin = bench_now_ns(), last = 0;
	char veth[32];
	pid_t holder;

	for (unsigned i = 0; i < 3; i++)
		group_make(f, names[i]);
	holder = holder_start(f);
	snprintf(veth, sizeof(veth), "b%u", f->pods);
	veth_make(veth, holder);
	for (unsigned i = 0; i < CONTAINERS; i++)
		member_start(f, &members[i], i, holder);
	for (unsigned i = 0; i < CONTAINERS; i++) {
		int64_t stamp = member_first_line(&members[i]);

		last = stamp > last ? stamp : last;
	}
	for (unsigned i = 0; i < CONTAINERS; i++) {
		reap(members[i].pid);
		close(members[i].output);
	}
	reap(holder);
	for (unsigned i = 0; i < 3; i++)
		group_remove(f, names[i]);
	f->pods++;
	return last - begin;
}
