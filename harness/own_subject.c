/*
 * own_subject: a podd of our own.
 *
 * It lives in a new directory below the temporary one and is told a clock rate. Its standard error goes to ROOT.log beside
 * the root, which podd's own clean-up therefore cannot take away, and is read here through a pipe until it says that it is ready. One
 * pipe serves all its lives: own_subject_restart() kills it with -9 and starts it again on the same root. The end is in
 * three steps: TERM (KILL after a while), `podd --cleanup --root ROOT`, and the directory itself. Those happen after the loop, with
 * SIGCHLD blocked, so that waiting for a child with a deadline needs no sleeping.
 */
#include "own_subject.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

#include "doc.h"
#include "janitor.h"
#include "util/clock.h"
#include "util/fsutil.h"
#include "util/lines.h"
#include "util/paths.h"

#define START_SECONDS 30
#define STOP_SECONDS 20

struct own_subject {
	struct loop *loop;
	char *program, *root, *log, *socket;
	double rate;
	unsigned nodes;
	struct janitor *janitor;
	pid_t pid;
	int pipe, pipe_in, log_fd;
	struct event *output, *child;
	struct timer *deadline;
	struct lines lines;
	bool ready, starting;
	double patience;
	void (*died)(void *userdata, const char *why);
	void *userdata;
	bool restarting;
	restarted_fn restarted; /* may be NULL while it restarts: nobody waits any more */
	void *restarted_userdata;
};

const char *own_subject_socket(const struct own_subject *s)
{
	return s->socket;
}

const char *own_subject_root(const struct own_subject *s)
{
	return s->root;
}

char *own_subject_log(const struct own_subject *s)
{
	char *text = NULL;
	size_t len = 0;

	if (doc_read_text(s->log, &text, &len, NULL))
		return xstrdup("");
	if (len > 2000)
		memmove(text, text + len - 2000, 2001);
	return text;
}

static void restart_over(struct own_subject *s, const char *fault)
{
	restarted_fn fn = s->restarted;

	timer_stop(s->deadline);
	s->restarting = s->starting = false;
	s->restarted = NULL;
	if (fn)
		fn(s->restarted_userdata, fault);
}

static void on_line(void *userdata, const char *line, size_t len)
{
	struct own_subject *s = userdata;

	(void)len;
	if (s->ready || !strstr(line, "ready on"))
		return;
	s->ready = true;
	if (s->restarting)
		restart_over(s, NULL);
	else
		loop_quit(s->loop);
}

static void on_output(evutil_socket_t fd, short what, void *userdata)
{
	struct own_subject *s = userdata;
	char buf[4096];
	ssize_t n = read(fd, buf, sizeof(buf));

	(void)what;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		event_del(s->output);
		return;
	}
	if (write(s->log_fd, buf, (size_t)n) < 0)
		event_del(s->output);
	lines_feed(&s->lines, buf, (size_t)n, on_line, s);
}

static int launch(struct own_subject *s, struct error *err);

static void tell_death(struct own_subject *s, int status)
{
	_cleanup_free_ char *log = own_subject_log(s);
	_cleanup_free_ char *why = xasprintf(
		"podd ended by itself (%s %d): %s", WIFEXITED(status) ? "exit code" : "signal",
		WIFEXITED(status) ? WEXITSTATUS(status) : WTERMSIG(status), log);

	s->died(s->userdata, why);
}

/* The one that we killed is gone: the next one. */
static void start_again(struct own_subject *s)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	s->starting = true;
	s->ready = false;
	if (launch(s, &err)) {
		s->starting = false;
		restart_over(s, error_text(&err));
	}
}

static void on_child(evutil_socket_t sig, short what, void *userdata)
{
	struct own_subject *s = userdata;
	int status;

	(void)sig;
	(void)what;
	if (s->pid <= 0 || waitpid(s->pid, &status, WNOHANG) != s->pid)
		return;
	s->pid = 0;
	if (s->restarting && !s->starting) {
		start_again(s);
	} else if (s->starting && !s->restarting) {
		loop_quit(s->loop);
	} else {
		if (s->restarting)
			restart_over(s, "podd ended while it was starting again");
		tell_death(s, status);
	}
}

static void on_deadline(void *userdata)
{
	struct own_subject *s = userdata;

	if (s->restarting)
		restart_over(s, "podd did not become ready again");
	else
		loop_quit(s->loop);
}

static _Noreturn void child(char *const *argv, int err_fd)
{
	sigset_t none;
	int null = open("/dev/null", O_RDWR);

	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	setpgid(0, 0); /* ^C is for us alone */
	dup2(null, 0);
	dup2(null, 1);
	dup2(err_fd >= 0 ? err_fd : null, 2);
	execv(argv[0], argv);
	dprintf(2, "%s: %s\n", argv[0], strerror(errno));
	_exit(127);
}

static int launch(struct own_subject *s, struct error *err)
{
	_cleanup_free_ char *rate = xasprintf("%g", s->rate);
	_cleanup_free_ char *host = xasprintf("%s/host", s->root);
	_cleanup_free_ char *nodes = xasprintf("%u", s->nodes);
	const char *const words[] = { s->program,
				      "--root",
				      s->root,
				      "--clock-rate",
				      rate,
				      "--host-root",
				      host,
				      "--nodes",
				      nodes,
				      "--node-labels",
				      "podtest/spare=true",
				      "--register-with-taints",
				      "podtest/spare=true:NoSchedule",
				      NULL };
	char *argv[ARRAY_SIZE(words)];

	memcpy(argv, words, sizeof(words));
	if (s->nodes == 1)
		argv[7] = NULL;

	s->pid = fork();
	if (s->pid == 0)
		child(argv, s->pipe_in);
	return s->pid < 0 ? error_set_errno(err, errno, "fork") : 0;
}

static int open_pipe(struct own_subject *s, struct error *err)
{
	int fds[2];

	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_set_errno(err, errno, "pipe");
	s->pipe = fds[0];
	s->pipe_in = fds[1];
	evutil_make_socket_nonblocking(s->pipe);
	s->output = event_new(loop_base(s->loop), s->pipe, EV_READ | EV_PERSIST, on_output, s);
	event_add(s->output, NULL);
	return 0;
}

static int make_root(struct own_subject *s, struct error *err)
{
	const char *tmp = getenv("TMPDIR");

	if (!tmp || !*tmp)
		tmp = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";
	s->root = xasprintf("%s/podtest-XXXXXX", tmp);
	if (!mkdtemp(s->root)) {
		error_set_errno(err, errno, "%s", s->root);
		free(take_ptr(s->root));
		return -1;
	}
	s->socket = xasprintf("%s/podd.sock", s->root);
	s->log = xasprintf("%s.log", s->root);
	s->log_fd = open(s->log, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	return s->log_fd < 0 ? error_set_errno(err, errno, "%s", s->log) : 0;
}

static int await_ready(struct own_subject *s, struct error *err)
{
	_cleanup_free_ char *log = NULL;

	s->starting = true;
	timer_in(s->deadline, (int64_t)(START_SECONDS * s->patience * 1e9));
	loop_run(s->loop);
	timer_stop(s->deadline);
	s->starting = false;
	if (s->ready)
		return 0;
	if (s->pid <= 0)
		on_output(s->pipe, 0, s);
	log = own_subject_log(s);
	return error_set(err, "%s %s: %s", s->program,
			 s->pid > 0 ? "did not become ready" : "ended at once", log);
}

int own_subject_new(struct loop *loop, const struct options *o,
		    void (*died)(void *userdata, const char *why), void *userdata,
		    struct own_subject **ret, struct error *err)
{
	struct own_subject *s = xcalloc(1, sizeof(*s));

	s->loop = loop;
	s->died = died;
	s->userdata = userdata;
	s->pipe = s->pipe_in = s->log_fd = -1;
	s->patience = o->slack;
	s->rate = o->clock_rate;
	s->nodes = 1;
	s->program = o->podd ? xstrdup(o->podd) : paths_program("podd");
	s->child = evsignal_new(loop_base(loop), SIGCHLD, on_child, s);
	s->deadline = timer_new(loop, on_deadline, s);
	event_add(s->child, NULL);
	*ret = s;
	if (!s->program)
		return error_set(err, "podd is neither beside podtest nor in ../libexec/podtest: "
				      "give --podd or --subject");
	return make_root(s, err);
}

void own_subject_set_nodes(struct own_subject *s, unsigned nodes)
{
	s->nodes = nodes;
}

int own_subject_start(struct own_subject *s, struct error *err)
{
	if (!s->janitor && janitor_new(s->program, s->root, s->log, &s->janitor, err))
		return -1;
	return open_pipe(s, err) || launch(s, err) ? -1 : await_ready(s, err);
}

void own_subject_restart(struct own_subject *s, restarted_fn done, void *userdata)
{
	s->restarting = true;
	s->starting = false;
	s->restarted = done;
	s->restarted_userdata = userdata;
	timer_in(s->deadline, (int64_t)(START_SECONDS * s->patience * 1e9));
	if (s->pid > 0)
		kill(s->pid, SIGKILL);
}

void own_subject_restart_forget(struct own_subject *s)
{
	s->restarted = NULL;
}

/* Waits for a child with a deadline; SIGCHLD is blocked. */
static bool wait_child(pid_t pid, double seconds)
{
	int64_t end = clock_now() + (int64_t)(seconds * 1e9);
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	for (;;) {
		int64_t left = end - clock_now();
		struct timespec ts = { left / NSEC_PER_SEC, left % NSEC_PER_SEC };

		if (waitpid(pid, NULL, WNOHANG) != 0)
			return true;
		if (left <= 0)
			return false;
		sigtimedwait(&set, NULL, &ts);
	}
}

static void stop_podd(struct own_subject *s)
{
	if (s->pid <= 0)
		return;
	kill(s->pid, SIGTERM);
	if (!wait_child(s->pid, STOP_SECONDS * s->patience)) {
		kill(s->pid, SIGKILL);
		wait_child(s->pid, STOP_SECONDS);
	}
	s->pid = 0;
}

static int cleanup_podd(const struct own_subject *s, struct error *err)
{
	char *argv[] = { s->program, (char *)"--cleanup", (char *)"--root", s->root, NULL };
	pid_t pid = fork();

	if (pid == 0)
		child(argv, s->log_fd);
	if (pid < 0 || !wait_child(pid, STOP_SECONDS * s->patience))
		return error_set(err, "podd --cleanup --root %s did not end", s->root);
	return 0;
}

static int remove_root(const struct own_subject *s, struct error *err)
{
	if (fsutil_remove_tree(s->root))
		return error_set(err, "%s could not be removed", s->root);
	return 0;
}

static void own_free(struct own_subject *s)
{
	if (s->output)
		event_free(s->output);
	event_free(s->child);
	timer_free(s->deadline);
	if (s->pipe >= 0)
		close(s->pipe);
	if (s->pipe_in >= 0)
		close(s->pipe_in);
	if (s->log_fd >= 0)
		close(s->log_fd);
	janitor_free(s->janitor);
	lines_clear(&s->lines);
	free(s->program);
	free(s->root);
	free(s->log);
	free(s->socket);
	free(s);
}

int own_subject_stop(struct own_subject *s, struct error *err)
{
	int rc = 0;

	if (!s)
		return 0;
	event_del(s->child);
	if (s->output)
		event_del(s->output);
	if (s->root && s->program) {
		sigset_t set, old;

		sigemptyset(&set);
		sigaddset(&set, SIGCHLD);
		sigprocmask(SIG_BLOCK, &set, &old);
		stop_podd(s);
		rc = cleanup_podd(s, err) || remove_root(s, err) ? -1 : 0;
		if (!rc)
			unlink(s->log);
		sigprocmask(SIG_SETMASK, &old, NULL);
	}
	own_free(s);
	return rc;
}

void own_subject_leave(struct own_subject *s)
{
	if (s)
		own_free(s);
}
