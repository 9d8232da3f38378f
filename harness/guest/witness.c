/*
 * witness: prints the lines that the guests of a case send, and states at once when the connection of a
 * guest's first process ends: the instant of its death, on the same clock as everything else.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/guest.h"

#define ID_MAX_KNOWN 256

struct guest {
	char id[300];
	int pid;
	int64_t n;
	bool first; /* its connection's end is a death */
	struct text pending;
};

static struct {
	char id[300];
	int64_t n;
} known[ID_MAX_KNOWN];
static size_t n_known;

static int64_t count_connection(const char *id)
{
	for (size_t i = 0; i < n_known; i++)
		if (strcmp(known[i].id, id) == 0)
			return ++known[i].n;
	if (n_known < ID_MAX_KNOWN) {
		snprintf(known[n_known].id, sizeof(known->id), "%s", id);
		known[n_known++].n = 1;
	}
	return 1;
}

/* The first line of a connection says whose it is; all others are printed as they are. */
static void on_line(struct guest *g, const char *line, size_t len)
{
	if (len > 2 && line[0] == 'H' && sscanf(line, "H %299s %d", g->id, &g->pid) == 2) {
		g->first = true;
		g->n = count_connection(g->id);
		return;
	}
	if (line[0] != '{')
		return;
	fwrite(line, 1, len, stdout);
	fflush(stdout);
}

static void say_lost(const struct guest *g)
{
	struct line l;

	line_begin_of(&l, "lost", g->id);
	line_int(&l, "pid", g->pid);
	line_int(&l, "n", g->n);
	line_end(&l);
	line_free(&l);
}

static void on_data(int fd, short revents, void *data)
{
	struct guest *g = data;
	char buf[16384], *nl;
	ssize_t n = recv(fd, buf, sizeof(buf), MSG_DONTWAIT);

	(void)revents;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0) {
		text_add(&g->pending, buf, (size_t)n);
		while ((nl = memchr(g->pending.data, '\n', g->pending.len))) {
			size_t len = (size_t)(nl - g->pending.data) + 1;

			on_line(g, g->pending.data, len);
			memmove(g->pending.data, g->pending.data + len, g->pending.len - len);
			g->pending.len -= len;
		}
		return;
	}
	if (g->first)
		say_lost(g);
	loop_forget(fd);
	close(fd);
	text_free(&g->pending);
	free(g);
}

static void on_connection(int fd, short revents, void *data)
{
	int conn = accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)revents;
	(void)data;
	if (conn >= 0)
		loop_watch(conn, POLLIN, on_data, must_alloc(calloc(1, sizeof(struct guest))));
}

static void on_signal(int fd, short revents, void *data)
{
	(void)fd;
	(void)revents;
	(void)data;
	_exit(0);
}

int cmd_witness(int argc, char **argv)
{
	struct sockaddr_in sa = { .sin_family = AF_INET, .sin_port = htons(7070) };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0), one = 1;
	sigset_t set;

	if (argc == 2 && strcmp(argv[0], "--port") == 0)
		sa.sin_port = htons((uint16_t)atoi(argv[1]));
	sigemptyset(&set);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	loop_watch(signalfd(-1, &set, SFD_CLOEXEC), POLLIN, on_signal, NULL);
	say_init(true);
	control_listen();
	setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
	if (bind(fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 || listen(fd, 256) < 0) {
		say("warning", "text", errno_name(errno));
		return 1;
	}
	loop_watch(fd, POLLIN, on_connection, NULL);
	say("witness", NULL, NULL);
	loop_run();
}
