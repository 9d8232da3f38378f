/*
 * control: how processes started by exec reach the first process: a sequential-packet socket in the
 * abstract name space of the pod's network, one packet each way. A request is words joined by NUL; an
 * answer is the exit code as a digit, a blank, and the line to print.
 */
#include <errno.h>
#include <poll.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "guest/guest.h"

#define PACKET_MAX 65536
#define WORD_MAX 16
#define EXIT_SECONDS 2 /* for the process that told it to end first: it dies with us */

struct call {
	int fd;
	char words[4096];
};

static socklen_t control_address(struct sockaddr_un *sa)
{
	*sa = (struct sockaddr_un){ .sun_family = AF_UNIX };
	snprintf(sa->sun_path + 1, sizeof(sa->sun_path) - 1, "%s", say_socket_name());
	return (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + strlen(sa->sun_path + 1));
}

/* ---- the first process ---- */

static void answer(int fd, int code, const char *text, size_t len)
{
	struct text t = { 0 };

	text_addf(&t, "%d ", code);
	text_add(&t, text, len);
	send(fd, t.data, t.len, MSG_NOSIGNAL | MSG_DONTWAIT);
	text_free(&t);
}

static void reply(int fd, int code, const char *text, size_t len)
{
	answer(fd, code, text, len);
	close(fd);
}

static void probe_over(void *data)
{
	struct call *c = data;

	say("probe-done", "kind", "exec");
	reply(c->fd, 0, "ok\n", 3);
	free(c);
}

static void on_probe(int fd, const char *name)
{
	struct answer a = probe_ask(name);
	struct line l;

	line_begin(&l, "probe");
	line_str(&l, "kind", "exec");
	line_str(&l, "name", name);
	line_int(&l, "n", a.n);
	line_str(&l, "result", answer_word(&a));
	line_end(&l);
	line_free(&l);
	if (a.kind == ANSWER_HANG) {
		struct call *c = must_alloc(calloc(1, sizeof(*c)));

		c->fd = fd;
		loop_after(a.seconds, probe_over, c);
		return;
	}
	reply(fd, a.kind == ANSWER_OK ? 0 : 1, answer_word(&a), strlen(answer_word(&a)));
}

static void on_hook(int fd, const char *name, const char *phase)
{
	struct line l;

	line_begin(&l, "hook");
	line_str(&l, "name", name);
	line_str(&l, "phase", phase);
	line_str(&l, "kind", "exec");
	line_end(&l);
	line_free(&l);
	reply(fd, 0, "", 0);
}

static int told_code;

static void exit_over(void *data)
{
	(void)data;
	guest_exit(told_code);
}

/* The process that told it holds its end until its own end. */
static void exit_when_left(int fd, short revents, void *data)
{
	(void)fd;
	(void)revents;
	exit_over(data);
}

static void on_tell(int fd, char *const *words, size_t n)
{
	struct text arg = { 0 };
	struct line l = { 0 };
	int r;

	text_add(&arg, "", 0);
	for (size_t i = 2; i < n; i++) {
		if (i > 2)
			text_add(&arg, " ", 1);
		text_add(&arg, words[i], strlen(words[i]));
	}
	if (strcmp(words[1], "exit") == 0) {
		told_code = atoi(arg.data);
		text_free(&arg);
		answer(fd, 0, "", 0);
		loop_watch(fd, POLLIN, exit_when_left, NULL);
		loop_after(EXIT_SECONDS, exit_over, NULL);
		return;
	}
	r = act(words[1], arg.data, &l);
	text_free(&arg);
	if (r != ACT_DONE) {
		reply(fd, 2, r == ACT_AGAIN ? "not yet\n" : "unknown or malformed tell\n", 8);
		return;
	}
	line_end(&l);
	reply(fd, 0, l.t.data, l.t.len);
	line_free(&l);
}

static void control_data(int fd, short revents, void *data)
{
	static char buf[PACKET_MAX];
	ssize_t len = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT);
	char *words[WORD_MAX];
	size_t n = 0;

	(void)revents;
	(void)data;
	loop_forget(fd);
	if (len <= 0) {
		close(fd);
		return;
	}
	buf[len] = 0;
	for (char *w = buf; w < buf + len && n < WORD_MAX; w += strlen(w) + 1)
		words[n++] = w;
	if (n == 2 && strcmp(words[0], "probe") == 0)
		on_probe(fd, words[1]);
	else if (n == 3 && strcmp(words[0], "hook") == 0)
		on_hook(fd, words[1], words[2]);
	else if (n >= 2 && strcmp(words[0], "tell") == 0)
		on_tell(fd, words, n);
	else
		reply(fd, 2, "bad call\n", 9);
}

static void control_accept(int fd, short revents, void *data)
{
	int conn = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)revents;
	(void)data;
	if (conn >= 0)
		loop_watch(conn, POLLIN, control_data, NULL);
}

void control_listen(void)
{
	struct sockaddr_un sa;
	socklen_t len = control_address(&sa);
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (bind(fd, (struct sockaddr *)&sa, len) < 0 || listen(fd, 64) < 0) {
		say("warning", "text", "the control socket's name is taken");
		close(fd);
		return;
	}
	loop_watch(fd, POLLIN, control_accept, NULL);
}

/* ---- processes started by exec ---- */

/* Sends the words, prints the answer. The exit code, or -1 when nobody answered in time. The connection on which the answer came stays. */
static int call(char *const *words, int n, int wait_ms, bool print)
{
	int64_t end = now_ns() + wait_ms * INT64_C(1000000);
	struct text t = { 0 };
	struct sockaddr_un sa;
	socklen_t len = control_address(&sa);
	static char buf[PACKET_MAX];
	ssize_t got = -1;

	for (int i = 0; i < n; i++)
		text_add(&t, words[i], strlen(words[i]) + 1);
	do {
		int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

		if (connect(fd, (struct sockaddr *)&sa, len) == 0 &&
		    send(fd, t.data, t.len, MSG_NOSIGNAL) > 0)
			got = recv(fd, buf, sizeof(buf) - 1, 0);
		if (got <= 0) {
			close(fd);
			nanosleep(&(struct timespec){ .tv_nsec = 20000000 }, NULL);
		}
	} while (got <= 0 && now_ns() < end);
	text_free(&t);
	if (got <= 0)
		return -1;
	buf[got] = 0;
	if (print && got > 2)
		fputs(buf + 2, stdout);
	fflush(stdout);
	return buf[0] - '0';
}

int control_tell(int argc, char **argv)
{
	char *words[WORD_MAX] = { "tell" };
	int n = 1, r;

	for (int i = 0; i < argc && n < WORD_MAX; i++)
		words[n++] = argv[i];
	r = n < 2 ? -1 : call(words, n, 500, true);
	if (r < 0)
		fprintf(stderr, "guest tell: the first process does not answer\n");
	return r < 0 ? 3 : r;
}

int control_probe(const char *name)
{
	char *words[] = { "probe", (char *)name };
	int r = call(words, 2, 500, true);

	if (r < 0)
		say("probe-lost", "name", name);
	return r < 0 ? 1 : r;
}

static void hook_phase(const char *name, const char *phase)
{
	char *words[] = { "hook", (char *)name, (char *)phase };
	struct line l;

	if (call(words, 3, 500, false) >= 0)
		return;
	line_begin(&l, "hook");
	line_str(&l, "name", name);
	line_str(&l, "phase", phase);
	line_str(&l, "kind", "exec");
	line_end(&l);
	line_free(&l);
}

int control_hook(int argc, char **argv)
{
	double seconds = 0;
	int code = 0;
	struct timespec ts;

	if (argc < 1)
		return 64;
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--sleep") == 0)
			seconds = atof(argv[i + 1]);
		else if (strcmp(argv[i], "--exit") == 0)
			code = atoi(argv[i + 1]);
		else
			return 64;
	}
	hook_phase(argv[0], "begin");
	ts.tv_sec = (time_t)seconds;
	ts.tv_nsec = (long)((seconds - (double)ts.tv_sec) * 1e9);
	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
	hook_phase(argv[0], "end");
	return code;
}
