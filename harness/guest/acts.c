/*
 * acts: options and tells that do one thing and state it. A row per act; one that must wait answers
 * ACT_AGAIN and is called again by the loop, so that signals and probes are answered meanwhile.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "guest/acts.h"

static int act_say(const char *arg, struct line *l)
{
	line_begin(l, "say");
	line_str(l, "text", arg);
	return ACT_DONE;
}

static int raw_line(int fd, const char *arg, struct line *l)
{
	struct text t = { 0 };
	ssize_t n;

	text_addf(&t, "%s", "");
	text_add(&t, arg, strlen(arg));
	text_add(&t, "\n", 1);
	n = write(fd, t.data, t.len);
	text_free(&t);
	line_begin(l, "out");
	line_int(l, "stream", fd);
	line_int(l, "bytes", n);
	return ACT_DONE;
}

static int act_out(const char *arg, struct line *l)
{
	return raw_line(1, arg, l);
}

static int act_err(const char *arg, struct line *l)
{
	return raw_line(2, arg, l);
}

static int put_file(const char *arg, struct line *l, bool append)
{
	char path[512];
	const char *text = text_split(arg, path, sizeof(path));
	int r = write_whole(path, text ? text : "", append);

	line_begin(l, "wrote");
	line_str(l, "file", path);
	line_str(l, "result", r < 0 ? errno_name(-r) : "ok");
	return ACT_DONE;
}

static int act_write(const char *arg, struct line *l)
{
	return put_file(arg, l, false);
}

static int act_append(const char *arg, struct line *l)
{
	return put_file(arg, l, true);
}

static int act_msg(const char *arg, struct line *l)
{
	char path[600];

	if (*arg == '/')
		return put_file(arg, l, false);
	snprintf(path, sizeof(path), "/dev/termination-log=%s", arg);
	return put_file(path, l, false);
}

static int act_read(const char *arg, struct line *l)
{
	size_t len = 0;
	char *text = read_whole(arg, &len), mode[8];
	int e = errno;
	struct stat st;

	line_begin(l, "file");
	line_str(l, "file", arg);
	if (text) {
		line_strn(l, "text", text, len);
		stat(arg, &st);
		snprintf(mode, sizeof(mode), "%04o", st.st_mode & 07777);
		line_str(l, "mode", mode);
		line_int(l, "uid", st.st_uid);
		line_int(l, "gid", st.st_gid);
	} else {
		line_str(l, "error", errno_name(e));
	}
	free(text);
	return ACT_DONE;
}

static int act_wait_file(const char *arg, struct line *l)
{
	char path[512], *text;
	const char *want = text_split(arg, path, sizeof(path));
	bool there;

	text = read_whole(path, NULL);
	there = text && (!want || strstr(text, want));
	free(text);
	if (!there)
		return ACT_AGAIN;
	line_begin(l, "seen");
	line_str(l, "file", path);
	return ACT_DONE;
}

static int connect_once(const char *to, struct line *l, bool must)
{
	int fd = tcp_connect(to, 2000);
	char reply[128] = "";

	if (fd < 0 && must)
		return ACT_AGAIN;
	if (fd >= 0) {
		struct timeval limit = { .tv_sec = 1 };
		ssize_t n;

		setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
		send(fd, "echo hi\n", 8, MSG_NOSIGNAL);
		n = recv(fd, reply, sizeof(reply) - 1, 0);
		reply[n > 0 ? n : 0] = 0;
		reply[strcspn(reply, "\r\n")] = 0;
		close(fd);
	}
	line_begin(l, "connect");
	line_str(l, "to", to);
	line_str(l, "result", fd < 0 ? errno_name(-fd) : "ok");
	line_str(l, "reply", reply);
	return ACT_DONE;
}

static int act_connect(const char *arg, struct line *l)
{
	return connect_once(arg, l, false);
}

static int act_connect_wait(const char *arg, struct line *l)
{
	return connect_once(arg, l, true);
}

static int act_udp_send(const char *arg, struct line *l)
{
	int r = udp_echo(arg, 1000);

	line_begin(l, "udp-reply");
	line_str(l, "to", arg);
	line_str(l, "result", r < 0 ? errno_name(-r) : "ok");
	return ACT_DONE;
}

static int act_eat(const char *arg, struct line *l)
{
	size_t bytes = (size_t)atoll(arg) << 20;
	char *p;

	say("eating", "mb", arg);
	p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p != MAP_FAILED)
		memset(p, 1, bytes);
	line_begin(l, "ate");
	line_str(l, "result", p == MAP_FAILED ? errno_name(errno) : "ok");
	return ACT_DONE;
}

static int act_hostname_set(const char *arg, struct line *l)
{
	int r = sethostname(arg, strlen(arg)) < 0 ? errno : 0;
	char name[256] = "";

	gethostname(name, sizeof(name) - 1);
	line_begin(l, "hostname");
	line_str(l, "name", name);
	line_str(l, "result", r ? errno_name(r) : "ok");
	return ACT_DONE;
}

static int act_resolve(const char *arg, struct line *l)
{
	uint32_t be;
	char addr[32] = "";

	if (resolve_host(arg, &be) == 0) {
		const unsigned char *b = (const unsigned char *)&be;

		snprintf(addr, sizeof(addr), "%u.%u.%u.%u", b[0], b[1], b[2], b[3]);
	}
	line_begin(l, "resolve");
	line_str(l, "name", arg);
	line_str(l, "addr", addr);
	return ACT_DONE;
}

static int act_mounts(const char *arg, struct line *l)
{
	(void)arg;
	line_begin(l, "mounts");
	facts_mounts(l);
	return ACT_DONE;
}

static int act_facts(const char *arg, struct line *l)
{
	(void)arg;
	line_begin(l, "facts");
	facts_add(l);
	return ACT_DONE;
}

static int act_probe(const char *arg, struct line *l)
{
	if (probe_set(arg) < 0)
		return ACT_BAD;
	line_begin(l, "told");
	line_str(l, "args", arg);
	return ACT_DONE;
}

static int act_listen(const char *arg, struct line *l)
{
	int r = serve_tcp(arg);

	line_begin(l, "told");
	line_str(l, "args", r < 0 ? errno_name(-r) : "listen");
	return ACT_DONE;
}

static int act_unlisten(const char *arg, struct line *l)
{
	serve_stop(atoi(arg));
	line_begin(l, "told");
	line_str(l, "args", "unlisten");
	return ACT_DONE;
}

static int act_full(const char *arg, struct line *l)
{
	int r = serve_full(atoi(arg));

	line_begin(l, "full");
	line_str(l, "port", arg);
	line_str(l, "result", r < 0 ? errno_name(-r) : "ok");
	return ACT_DONE;
}

static int act_exit(const char *arg, struct line *l)
{
	(void)l;
	guest_exit(atoi(arg));
}

static int act_bind(const char *arg, struct line *l)
{
	int r = serve_tcp(arg); /* states `bind` itself */

	line_begin(l, "bound");
	line_str(l, "result", r < 0 ? errno_name(-r) : "ok");
	return ACT_DONE;
}

static const struct act_row acts_here[] = {
	{ "say", act_say, true },
	{ "out", act_out, true },
	{ "err", act_err, true },
	{ "write", act_write, true },
	{ "append", act_append, true },
	{ "msg", act_msg, true },
	{ "read", act_read, true },
	{ "wait-file", act_wait_file, true },
	{ "connect", act_connect, true },
	{ "connect-wait", act_connect_wait, true },
	{ "udp-send", act_udp_send, true },
	{ "bind", act_bind, true },
	{ "eat", act_eat, true },
	{ "burn", act_burn, true },
	{ "hostname-set", act_hostname_set, true },
	{ "resolve", act_resolve, true },
	{ "mounts", act_mounts, false },
	{ "facts", act_facts, false },
	{ "probe", act_probe, true },
	{ "listen", act_listen, true },
	{ "unlisten", act_unlisten, true },
	{ "full", act_full, true },
	{ "exit", act_exit, true },
	{ NULL, NULL, false },
};

static const struct act_row *row_of(const char *name)
{
	static const struct act_row *const tables[] = { acts_here, acts_ipc, acts_process,
							acts_net };

	for (size_t i = 0; i < COUNT(tables); i++)
		for (const struct act_row *row = tables[i]; row->name; row++)
			if (strcmp(row->name, name) == 0)
				return row;
	return NULL;
}

int act(const char *name, const char *arg, struct line *ret_line)
{
	const struct act_row *row = row_of(name);

	return row ? row->fn(arg, ret_line) : ACT_UNKNOWN;
}

bool act_known(const char *name)
{
	return row_of(name) != NULL;
}

bool act_takes_argument(const char *name)
{
	const struct act_row *row = row_of(name);

	return row && row->argument;
}
