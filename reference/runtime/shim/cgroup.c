/*
 * cgroup: joining, killing and counting OOM kills; directories and limits are podd's affair.
 *
 * A process joins its v1 groups itself by writing 0 to `tasks`: a parent that writes the child's pid to
 * cgroup.procs waits about 10 ms for a grace period when the machine is quiet. On v2 it writes 0 to
 * cgroup.procs. All paths are resolved from the given root descriptor.
 */
#include "runtime/shim/task.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <sys/inotify.h>
#include <unistd.h>

#define KILL_ROUNDS 10

static int open_at(int root_fd, const char *dir, const char *file, int flags)
{
	char path[1024];

	if (snprintf(path, sizeof(path), "%s/%s", dir, file) >= (int)sizeof(path)) {
		errno = ENAMETOOLONG;
		return -1;
	}
	return openat(root_fd, path[0] == '/' ? path + 1 : path, flags | O_CLOEXEC);
}

static int write_at(int root_fd, const char *dir, const char *file, const char *value)
{
	int fd = open_at(root_fd, dir, file, O_WRONLY), r;

	if (fd < 0)
		return -1;
	r = write(fd, value, strlen(value)) < 0 ? -1 : 0;
	close(fd);
	return r;
}

static ssize_t read_at(int root_fd, const char *dir, const char *file, char *buf, size_t size)
{
	int fd = open_at(root_fd, dir, file, O_RDONLY);
	ssize_t n;

	if (fd < 0)
		return -1;
	n = read(fd, buf, size - 1);
	close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	return n;
}

int cgroup_join(int root_fd, char *const *dirs, bool v2)
{
	for (; *dirs; dirs++)
		if (write_at(root_fd, *dirs, v2 ? "cgroup.procs" : "tasks", "0") < 0)
			return -1;
	return 0;
}

/* One pass over the members; their number. */
static int kill_members(struct shim *s, const char *dir)
{
	char buf[8192], *at = buf, *end;
	int n = 0;

	if (read_at(s->host_root_fd, dir, "cgroup.procs", buf, sizeof(buf)) <= 0)
		return 0;
	for (long pid; (pid = strtol(at, &end, 10)) > 0 && *end == '\n'; at = end + 1)
		n += kill((pid_t)pid, SIGKILL) == 0;
	return n;
}

void cgroup_kill(struct shim *s, const char *dir, bool v2)
{
	if (v2 && write_at(s->host_root_fd, dir, "cgroup.kill", "1") == 0)
		return;
	for (int i = 0; i < KILL_ROUNDS && kill_members(s, dir) > 0; i++)
		;
}

uint64_t cgroup_oom_kills(struct shim *s, const char *memory_dir, bool v2)
{
	char buf[1024], *at;

	if (!memory_dir[0] ||
	    read_at(s->host_root_fd, memory_dir, v2 ? "memory.events" : "memory.oom_control", buf,
		    sizeof(buf)) <= 0)
		return 0;
	at = strstr(buf, "oom_kill ");
	return at ? strtoull(at + strlen("oom_kill "), NULL, 10) : 0;
}

static void on_oom(void *userdata, uint32_t events)
{
	struct task *t = userdata;
	char buf[4096];
	ssize_t n = read(t->oom.fd, buf, sizeof(buf));
	struct shim_msg m;

	(void)events;
	if (n <= 0 || t->status.oom_killed)
		return;
	if (t->shim->setup.cgroup_v2 && cgroup_oom_kills(t->shim, t->spec.memory_dir, true) == 0)
		return; /* another counter of the file moved */
	t->status.oom_killed = 1;
	shim_msg_init(&m, SHIM_OOM, 0);
	shim_put_str(&m, t->spec.id);
	server_send(t->shim, &m);
}

static int watch_v1(struct task *t)
{
	int root = t->shim->host_root_fd, fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK), control;
	char line[64];

	control = open_at(root, t->spec.memory_dir, "memory.oom_control", O_RDONLY);
	snprintf(line, sizeof(line), "%d %d", fd, control);
	if (control < 0 || write_at(root, t->spec.memory_dir, "cgroup.event_control", line) < 0) {
		close(fd);
		fd = -1;
	}
	if (control >= 0)
		close(control);
	return fd;
}

static int watch_v2(struct task *t)
{
	int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK), file;
	char path[64];

	/* the path is the host's, the shim's own tree has no /proc: name it by a descriptor's directory */
	file = open_at(t->shim->host_root_fd, t->spec.memory_dir, ".", O_PATH | O_DIRECTORY);
	if (fd >= 0 && file >= 0 && fchdir(file) == 0) {
		snprintf(path, sizeof(path), "memory.events");
		if (inotify_add_watch(fd, path, IN_MODIFY) < 0) {
			close(fd);
			fd = -1;
		}
		if (chdir("/") < 0)
			_exit(1);
	}
	if (file >= 0)
		close(file);
	return fd;
}

void cgroup_watch_oom(struct task *t)
{
	int fd;

	t->oom = (struct source){ .fd = -1, .fn = on_oom, .userdata = t };
	if (!(t->spec.flags & SHIM_WATCH_OOM) || !t->spec.memory_dir[0])
		return;
	fd = t->shim->setup.cgroup_v2 ? watch_v2(t) : watch_v1(t);
	if (fd >= 0)
		source_add(t->shim, &t->oom, fd, EPOLLIN);
}
