/*
 * say: one line, one event; to stdout and to the witness.
 *
 * The first process keeps one TCP connection to the witness for its whole life. It begins with the line
 * "H ID PID", so that the witness can state `lost` when it ends; lines are queued until it is up.
 * An unreachable witness is tried again every 50 ms for 10 s and never stops the guest. Other processes
 * of the container open a connection per line, which begins with "L".
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "guest/guest.h"

#define RETRY_SECONDS 0.05
#define RETRY_MAX 200

static char boot_id[40], id[300], witness[64], socket_name[100];
static int64_t run_ns, seq;
static bool first;
static int witness_fd = -1, witness_tries;
static bool witness_up;
static struct text queue;

const char *say_id(void)
{
	return id;
}

const char *say_socket_name(void)
{
	return socket_name;
}

static void witness_open(void *data);

static void witness_lost(void)
{
	if (witness_fd >= 0) {
		loop_forget(witness_fd);
		close(witness_fd);
	}
	witness_fd = -1;
	if (!witness_up && witness_tries < RETRY_MAX)
		loop_after(RETRY_SECONDS, witness_open, NULL);
	witness_up = false;
}

static void witness_send(void)
{
	while (queue.len && witness_up) {
		ssize_t n = send(witness_fd, queue.data, queue.len, MSG_NOSIGNAL | MSG_DONTWAIT);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			break;
		if (n < 0) {
			witness_tries = RETRY_MAX;
			witness_lost();
			return;
		}
		memmove(queue.data, queue.data + n, queue.len - (size_t)n);
		queue.len -= (size_t)n;
	}
	if (witness_up)
		loop_change(witness_fd, queue.len ? POLLIN | POLLOUT : POLLIN);
}

static void witness_ready(int fd, short revents, void *data)
{
	int e = 0;
	socklen_t len = sizeof(e);
	char buf[64];

	(void)data;
	if (!witness_up) {
		getsockopt(fd, SOL_SOCKET, SO_ERROR, &e, &len);
		if (e) {
			witness_lost();
			return;
		}
		witness_up = true;
	}
	if (revents & (POLLIN | POLLHUP) && recv(fd, buf, sizeof(buf), MSG_DONTWAIT) == 0) {
		witness_tries = RETRY_MAX;
		witness_lost();
		return;
	}
	witness_send();
}

static int witness_address(struct sockaddr_in *ret)
{
	char host[64];
	char *colon;

	snprintf(host, sizeof(host), "%s", witness);
	colon = strrchr(host, ':');
	if (!colon || atoi(colon + 1) <= 0)
		return -1;
	*colon = 0;
	*ret = (struct sockaddr_in){ .sin_family = AF_INET,
				     .sin_port = htons((uint16_t)atoi(colon + 1)) };
	return inet_pton(AF_INET, host, &ret->sin_addr) == 1 ? 0 : -1;
}

static void witness_open(void *data)
{
	struct sockaddr_in sa;

	(void)data;
	if (witness_address(&sa) < 0)
		return;
	witness_tries++;
	witness_fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (witness_fd < 0)
		return;
	loop_watch(witness_fd, POLLOUT, witness_ready, NULL);
	if (connect(witness_fd, (struct sockaddr *)&sa, sizeof(sa)) < 0 && errno != EINPROGRESS)
		witness_lost();
}

/* PODTEST="ID [WITNESS]"; an ID that begins with "*" takes the host name for the pod. */
static void read_identity(void)
{
	const char *env = getenv("PODTEST");
	char host[256] = "", word[256] = "";

	gethostname(host, sizeof(host) - 1);
	if (env)
		sscanf(env, "%255s %63s", word, witness);
	if (!*word)
		snprintf(id, sizeof(id), "%s/?", host);
	else if (word[0] == '*')
		snprintf(id, sizeof(id), "%.60s%.200s", host, word + 1);
	else
		snprintf(id, sizeof(id), "%s", word);
	snprintf(socket_name, sizeof(socket_name), "podtest/%.60s/%.30s", id, witness);
}

void say_init(bool is_first)
{
	char *boot = read_whole("/proc/sys/kernel/random/boot_id", NULL);

	snprintf(boot_id, sizeof(boot_id), "%.36s", boot ? boot : "unknown");
	free(boot);
	run_ns = now_ns();
	first = is_first;
	read_identity();
	if (first && *witness) {
		text_addf(&queue, "H %s %d\n", id, (int)getpid());
		witness_open(NULL);
	}
}

void line_begin(struct line *l, const char *ev)
{
	line_begin_of(l, ev, id);
}

void line_begin_of(struct line *l, const char *ev, const char *of)
{
	*l = (struct line){ 0 };
	text_addf(&l->t, "{\"t\":%lld,\"boot\":\"%s\",\"id\":", (long long)now_ns(), boot_id);
	text_json(&l->t, of, strlen(of));
	text_addf(&l->t, ",\"run\":%lld,\"seq\":%lld,\"ev\":\"%s\"", (long long)run_ns,
		  (long long)seq++, ev);
}

void line_strn(struct line *l, const char *key, const char *value, size_t len)
{
	text_addf(&l->t, ",\"%s\":", key);
	text_json(&l->t, value, len);
}

void line_str(struct line *l, const char *key, const char *value)
{
	line_strn(l, key, value, strlen(value));
}

void line_int(struct line *l, const char *key, int64_t value)
{
	text_addf(&l->t, ",\"%s\":%lld", key, (long long)value);
}

void line_raw(struct line *l, const char *key, const char *json)
{
	text_addf(&l->t, ",\"%s\":", key);
	text_add(&l->t, json, strlen(json));
}

static void write_all(int fd, const char *data, size_t len)
{
	while (len) {
		ssize_t n = write(fd, data, len);

		if (n < 0 && errno != EINTR)
			return;
		if (n > 0) {
			data += n;
			len -= (size_t)n;
		}
	}
}

void line_end(struct line *l)
{
	text_add(&l->t, "}\n", 2);
	if (!first) {
		say_to_witness(l->t.data, l->t.len);
		return;
	}
	write_all(1, l->t.data, l->t.len);
	if (*witness) {
		text_add(&queue, l->t.data, l->t.len);
		witness_send();
	}
}

void line_free(struct line *l)
{
	text_free(&l->t);
}

void say(const char *ev, const char *key, const char *value)
{
	struct line l;

	line_begin(&l, ev);
	if (key)
		line_str(&l, key, value);
	line_end(&l);
	line_free(&l);
}

void say_flush(int milliseconds)
{
	int64_t end = now_ns() + milliseconds * INT64_C(1000000);

	while (queue.len && witness_fd >= 0 && now_ns() < end) {
		struct pollfd p = { .fd = witness_fd, .events = POLLOUT };

		if (poll(&p, 1, 50) > 0)
			witness_ready(witness_fd, p.revents, NULL);
	}
}

int say_to_witness(const char *text, size_t len)
{
	int fd = *witness ? tcp_connect(witness, 1000) : -1;

	if (fd < 0)
		return -1;
	write_all(fd, "L\n", 2);
	write_all(fd, text, len);
	close(fd);
	return 0;
}
