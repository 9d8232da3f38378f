/*
 * rooms: a podman of its own for each namespace.
 *
 * podman knows no namespaces: names of pods, volumes and secrets are the machine's. So each namespace of the suite gets a room (the
 * script `room`) with a podman in it that serves its API on a socket; what is applied there goes by the command `podman play kube`.
 * All that is remembered lies in files, since every request is performed by a process of its own. Commands of a room are
 * begun by nsenter, in the room's cgroups, and write to files: what podman leaves running would keep a pipe open.
 */
#include "drivers/podman/podman.h"

#include <curl/curl.h>
#include <errno.h>
#include <fcntl.h>
#include <glob.h>
#include <signal.h>
#include <stdarg.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "util/clock.h"

#define START_SECONDS 20
#define READ_SECONDS 5L /* a log may be long */
#define ASK_SECONDS 1L /* what podman does not tell at once it tells at the next question */

int64_t room_bound(int seconds)
{
	return clock_now() + seconds * NSEC_PER_SEC;
}

static void nap(void)
{
	usleep(10 * 1000);
}

char *file_read(const char *path)
{
	_cleanup_file_ FILE *f = fopen(path, "re");
	char *text = NULL;
	size_t room = 0;

	if (!f)
		return NULL;
	if (getdelim(&text, &room, 0, f) < 0)
		strcpy(text = xrealloc(text, 1), "");
	return text;
}

/* At once or not at all: another process may be reading. */
void file_write(const char *path, const char *text)
{
	_cleanup_free_ char *fresh = xasprintf("%s.%d", path, getpid());
	FILE *f = fopen(fresh, "we");

	if (!f)
		return;
	fputs(text, f);
	fclose(f);
	rename(fresh, path);
}

char *room_file(const char *ns, const char *fmt, ...)
{
	_cleanup_free_ char *dir = xasprintf("%s/state/%s", SHOP, ns), *name = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&name, fmt, ap) < 0)
		abort();
	va_end(ap);
	for (char *p = name; *p; p++)
		*p = *p == '/' ? '_' : *p;
	return xasprintf("%s/%s", dir, name);
}

/* ---- making and ending ---- */

static pid_t last_child(pid_t of)
{
	_cleanup_free_ char *path = xasprintf("/proc/%d/task/%d/children", of, of);
	_cleanup_free_ char *text = file_read(path);
	char *last = NULL, *rest = text;

	for (char *word; rest && (word = strsep(&rest, " "));)
		last = *word ? word : last;
	return last ? (pid_t)atoi(last) : 0;
}

/*
 * The script becomes unshare; its last child (before it: one that began the sweeper) is the first process of the pid namespace. But
 * that one's child alone is in the room's cgroup namespace as well: podman, whose end is the room's.
 */
static pid_t first_process(pid_t script)
{
	pid_t init = last_child(script);

	return init ? last_child(init) : 0;
}

static bool serves(pid_t room)
{
	size_t len;
	_cleanup_free_ char *answer = room > 0 ? room_read(room, "_ping", &len) : NULL;

	return answer != NULL;
}

static pid_t spawn(const char *log)
{
	pid_t pid = fork();

	if (pid == 0) {
		int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
		int null = open("/dev/null", O_RDWR | O_CLOEXEC);

		setsid();
		dup2(null, 0);
		dup2(fd, 1);
		dup2(fd, 2);
		execl(getenv("PODMAN_ROOM"), "room", "podman", "system", "service", "--time=0",
		      NULL);
		_exit(127);
	}
	return pid;
}

static pid_t make_room(const char *ns, const char *file)
{
	_cleanup_free_ char *log = room_file(ns, "room.log"), *text = NULL;
	pid_t script = spawn(log), first = 0;

	for (int64_t end = room_bound(START_SECONDS); script > 0 && clock_now() < end; nap()) {
		first = first_process(script);
		if (first && serves(first))
			break;
	}
	text = xasprintf("%d %d", first, script);
	file_write(file, text);
	return first;
}

pid_t room_of(const char *ns, bool make)
{
	_cleanup_free_ char *file = room_file(ns, "room.pid"), *lock = NULL, *dir = NULL,
			    *text = NULL;
	_cleanup_close_ int fd = -1;

	text = file_read(file);
	if (text || !make)
		return text ? (pid_t)atoi(text) : 0;
	lock = room_file(ns, "room.lock");
	dir = xasprintf("%s/state/%s", SHOP, ns);
	mkdir(dir, 0755);
	fd = open(lock, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	flock(fd, LOCK_EX);
	text = file_read(file);
	return text ? (pid_t)atoi(text) : make_room(ns, file);
}

bool room_end(const char *ns)
{
	pid_t room = room_of(ns, false);
	_cleanup_free_ char *file = room_file(ns, "room.pid");
	bool gone = room <= 0;

	if (!gone)
		kill(room, SIGKILL);
	for (int64_t end = room_bound(START_SECONDS); !gone && clock_now() < end;) {
		gone = kill(room, 0) < 0 && errno == ESRCH;
		if (!gone)
			nap();
	}
	unlink(file);
	return gone;
}

/* ---- commands ---- */

/* Into the room's cgroups, so that what is started there counts as the room's. */
static void join_cgroups(pid_t room)
{
	static const char *const patterns[] = { "inside", "*" }; /* of version 2, of version 1 */
	glob_t found = { 0 };

	for (size_t i = 0; i < ARRAY_SIZE(patterns) && !found.gl_pathc; i++) {
		_cleanup_free_ char *path =
			xasprintf("/proc/%d/root/sys/fs/cgroup/%s/cgroup.procs", room, patterns[i]);

		glob(path, 0, NULL, &found);
	}
	for (size_t i = 0; i < found.gl_pathc; i++) {
		int fd = open(found.gl_pathv[i], O_WRONLY | O_CLOEXEC);

		if (fd < 0)
			continue;
		if (write(fd, "0", 1) < 0)
			fprintf(stderr, "podman: %s: %s\n", found.gl_pathv[i], strerror(errno));
		close(fd);
	}
	globfree(&found);
}

static _Noreturn void become(pid_t room, char *const *argv, const char *in, const char *out,
			     const char *err)
{
	char pid[16];
	const char *const enter[] = {
		"nsenter", "-t", pid, "-m", "-n", "-i", "-u", "-C", "-p", "--"
	};
	size_t n = ARRAY_SIZE(enter);
	const char **all = xcalloc(n + strv_len(argv) + 1, sizeof(*all));
	int fds[] = { open(in, O_RDONLY), open(out, O_WRONLY | O_CREAT | O_TRUNC, 0644),
		      open(err, O_WRONLY | O_CREAT | O_TRUNC, 0644) };

	snprintf(pid, sizeof(pid), "%d", room);
	memcpy(all, enter, sizeof(enter));
	for (size_t i = 0; argv[i]; i++)
		all[n++] = argv[i];
	for (int i = 0; i < 3; i++)
		dup2(fds[i], i);
	join_cgroups(room);
	execvp(all[0], (char *const *)all);
	_exit(125);
}

static int run(pid_t room, char *const *argv, const char *in, const char *out, const char *err)
{
	int status;
	pid_t pid = fork();

	if (pid == 0)
		become(room, argv, in, out, err);
	if (pid < 0 || waitpid(pid, &status, 0) < 0)
		return -1;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void room_run(pid_t room, char *const *argv, struct outcome *ret)
{
	_cleanup_free_ char *out = xasprintf("%s/tmp/%d.out", SHOP, getpid());
	_cleanup_free_ char *err = xasprintf("%s/tmp/%d.err", SHOP, getpid());

	ret->exit = run(room, argv, "/dev/null", out, err);
	ret->out = file_read(out);
	ret->err = file_read(err);
	unlink(out);
	unlink(err);
}

void outcome_clear(struct outcome *o)
{
	free(take_ptr(o->out));
	free(take_ptr(o->err));
}

void room_begin(const char *ns, pid_t room, const char *name, const char *in, char *const *argv)
{
	_cleanup_free_ char *out = room_file(ns, "%s.out", name);
	_cleanup_free_ char *err = room_file(ns, "%s.err", name);
	_cleanup_free_ char *done = room_file(ns, "%s.exit", name), *text = NULL;

	unlink(done);
	if (fork() != 0)
		return;
	setsid();
	close(0);
	close(1);
	text = xasprintf("%d", run(room, argv, in, out, err));
	file_write(done, text);
	_exit(0);
}

/* ---- podman's API ---- */

struct body {
	char *text;
	size_t len;
};

static size_t on_body(char *data, size_t size, size_t n, void *userdata)
{
	struct body *b = userdata;

	b->text = xrealloc(b->text, b->len + size * n + 1);
	memcpy(b->text + b->len, data, size * n);
	b->len += size * n;
	b->text[b->len] = 0;
	return size * n;
}

static char *fetch(pid_t room, const char *path, long seconds, size_t *ret_len)
{
	_cleanup_free_ char *socket = xasprintf("/proc/%d/root/run/podman/podman.sock", room);
	_cleanup_free_ char *url = xasprintf("http://d/v4.0.0/libpod/%s", path);
	struct body body = { 0 };
	CURL *c = curl_easy_init();
	CURLcode rc;
	long status = 0;

	curl_easy_setopt(c, CURLOPT_UNIX_SOCKET_PATH, socket);
	curl_easy_setopt(c, CURLOPT_URL, url);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, seconds);
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L); /* there may be threads */
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, &body);
	rc = curl_easy_perform(c);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	if (rc == CURLE_OK && status < 300) {
		*ret_len = body.len;
		return body.text ? body.text : xstrdup("");
	}
	free(body.text);
	return NULL;
}

char *room_read(pid_t room, const char *path, size_t *ret_len)
{
	return fetch(room, path, READ_SECONDS, ret_len);
}

json_t *room_ask(pid_t room, const char *path)
{
	size_t len = 0;
	_cleanup_free_ char *text = fetch(room, path, ASK_SECONDS, &len);

	return text ? json_read(text, len) : NULL;
}

bool room_has(pid_t room, const char *name)
{
	_cleanup_free_ char *path = xasprintf("containers/%s/exists", name);
	size_t len;
	_cleanup_free_ char *answer = room_read(room, path, &len);

	return answer != NULL;
}
