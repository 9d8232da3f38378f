/*
 * tools: what a shell would do, without one. Each prints plain text and ends with an exit code.
 */
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "guest/guest.h"
#include "guest/lookup.h"

extern char **environ;

static int tool_sleep(int argc, char **argv)
{
	double s = argc ? atof(argv[0]) : 0;
	struct timespec ts = { .tv_sec = (time_t)s,
			       .tv_nsec = (long)((s - (double)(time_t)s) * 1e9) };

	while (nanosleep(&ts, &ts) < 0 && errno == EINTR)
		;
	return 0;
}

static int tool_true(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static int tool_false(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 1;
}

static int tool_exit(int argc, char **argv)
{
	return argc ? atoi(argv[0]) : 0;
}

static int tool_cat(int argc, char **argv)
{
	size_t len = 0;
	char *text;

	if (argc < 1) { /* standard input to standard output */
		char buf[4096];
		ssize_t n;

		while ((n = read(0, buf, sizeof(buf))) > 0)
			fwrite(buf, 1, (size_t)n, stdout);
		return 0;
	}
	text = read_whole(argv[0], &len);
	if (!text) {
		fprintf(stderr, "cat: %s: %s\n", argv[0], errno_name(errno));
		return 1;
	}
	fwrite(text, 1, len, stdout);
	free(text);
	return 0;
}

static int tool_stat(int argc, char **argv)
{
	struct stat st;

	if (argc < 1 || stat(argv[0], &st) < 0) {
		fprintf(stderr, "stat: %s\n", errno_name(errno));
		return 1;
	}
	printf("%04o %u %u %lld %s\n", st.st_mode & 07777, st.st_uid, st.st_gid,
	       (long long)st.st_size,
	       S_ISDIR(st.st_mode) ? "dir" :
	       S_ISREG(st.st_mode) ? "file" :
				     "other");
	return 0;
}

static int tool_env(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	for (char **e = environ; *e; e++)
		puts(*e);
	return 0;
}

static int tool_kill(int argc, char **argv)
{
	if (argc < 2 || kill(atoi(argv[0]), atoi(argv[1])) < 0) {
		fprintf(stderr, "kill: %s\n", errno_name(errno));
		return 1;
	}
	return 0;
}

static int tool_connect(int argc, char **argv)
{
	int fd = argc ? tcp_connect(argv[0], 2000) : -EINVAL;

	puts(fd < 0 ? errno_name(-fd) : "ok");
	if (fd >= 0)
		close(fd);
	return fd < 0;
}

/* http://HOST:PORT/PATH: the body to stdout, 0 for a status below 400. */
static int tool_get(int argc, char **argv)
{
	char host[256], path[1024] = "/", buf[8192], *body;
	struct text t = { 0 };
	int fd, status = 0;
	ssize_t n;

	if (argc < 1 || sscanf(argv[0], "http://%255[^/]%1023s", host, path) < 1)
		return 64;
	fd = tcp_connect(host, 2000);
	if (fd < 0) {
		fprintf(stderr, "get: %s\n", errno_name(-fd));
		return 1;
	}
	text_addf(&t, "GET %.200s HTTP/1.1\r\nHost: %.40s\r\n\r\n", path, host);
	send(fd, t.data, t.len, MSG_NOSIGNAL);
	t.len = 0;
	while ((n = recv(fd, buf, sizeof(buf), 0)) > 0)
		text_add(&t, buf, (size_t)n);
	close(fd);
	text_add(&t, "", 0);
	sscanf(t.data, "HTTP/1.%*d %d", &status);
	body = strstr(t.data, "\r\n\r\n");
	fputs(body ? body + 4 : "", stdout);
	text_free(&t);
	return status >= 200 && status < 400 ? 0 : 1;
}

static int tool_facts(int argc, char **argv)
{
	struct line l;

	(void)argc;
	(void)argv;
	line_begin(&l, "facts");
	facts_add(&l);
	printf("%s}\n", l.t.data);
	line_free(&l);
	return 0;
}

static int tool_probe(int argc, char **argv)
{
	return argc ? control_probe(argv[0]) : 64;
}

static const struct {
	const char *name;
	int (*fn)(int argc, char **argv);
} tools[] = {
	{ "tell", control_tell }, { "probe", tool_probe },     { "hook", control_hook },
	{ "facts", tool_facts },  { "sleep", tool_sleep },     { "true", tool_true },
	{ "false", tool_false },  { "exit", tool_exit },       { "cat", tool_cat },
	{ "get", tool_get },	  { "connect", tool_connect }, { "stat", tool_stat },
	{ "kill", tool_kill },	  { "env", tool_env },	       { "lookup", tool_lookup },
	{ "ask", tool_ask },
};

int cmd_tool(int argc, char **argv)
{
	for (size_t i = 0; i < COUNT(tools); i++) {
		if (strcmp(tools[i].name, argv[0]) != 0)
			continue;
		say_init(false);
		return tools[i].fn(argc - 1, argv + 1);
	}
	return -1;
}
