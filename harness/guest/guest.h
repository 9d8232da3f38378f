/*
 * guest: what the parts of the one static workload share.
 *
 * musl only, no other library. The first process of a container runs one poll loop (loop.c); every line it
 * states goes through say_* (say.c) to stdout and, when PODTEST names one, to the witness.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "guest/text.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* ---- say.c: one line, one event ---- */

struct line {
	struct text t;
};

/* Reads PODTEST, HOSTNAME and the boot id. is_first: this process holds the witness connection. */
void say_init(bool is_first);
const char *say_id(void);
const char *say_socket_name(void); /* of the abstract control socket, without the leading NUL */
void line_begin(struct line *l, const char *ev);
void line_begin_of(struct line *l, const char *ev, const char *of); /* about another id */
void line_str(struct line *l, const char *key, const char *value);
void line_strn(struct line *l, const char *key, const char *value, size_t len);
void line_int(struct line *l, const char *key, int64_t value);
void line_raw(struct line *l, const char *key, const char *json);
/* Prints and sends it; the text stays valid until line_free. */
void line_end(struct line *l);
void line_free(struct line *l);
void say(const char *ev, const char *key, const char *value); /* a line with at most one member */
void say_flush(int milliseconds); /* waits until the witness has everything, at most so long */
/* For a process that is not the first: sends one finished line straight to the witness. */
int say_to_witness(const char *text, size_t len);

/* exit.c: states `exit`, flushes, exits. */
void guest_exit(int code) __attribute__((noreturn));

/* ---- loop.c: descriptors and timers of the first process, and its clock ---- */

int64_t now_ns(void); /* CLOCK_BOOTTIME */
typedef void (*fd_fn)(int fd, short revents, void *data);
typedef void (*timer_fn)(void *data);

void loop_watch(int fd, short events, fd_fn fn, void *data);
void loop_change(int fd, short events);
void loop_forget(int fd); /* does not close it */
void loop_after(double seconds, timer_fn fn, void *data);
void loop_run(void) __attribute__((noreturn));

/* ---- facts.c ---- */

void facts_add(struct line *l); /* the members of `start` */
void facts_ps(struct line *l);
void facts_mounts(struct line *l);
void facts_net(struct line *l); /* facts_net.c */

/* ---- probe.c: health by count ---- */

enum verdict_kind { ANSWER_OK, ANSWER_FAIL, ANSWER_HANG, ANSWER_STATUS, ANSWER_CLOSE };

struct answer {
	enum verdict_kind kind;
	double seconds; /* ANSWER_HANG */
	int status; /* ANSWER_STATUS */
	int64_t n; /* how often this name was asked, this time included */
};

/* "NAME=ok*3,fail,ok"; 0, or -1 when the pattern is malformed. Replaces, counts on. */
int probe_set(const char *arg);
struct answer probe_ask(const char *name);
struct answer probe_peek(const char *name); /* what the next ask will answer; not counted */
const char *answer_word(const struct answer *a);

/* ---- serve.c, http.c, grpc.c ---- */

/* At "PORT", "ADDRESS:PORT" or "[IPV6]:PORT"; state `bind`; 0 or -errno. */
int serve_http(const char *at);
int serve_grpc(const char *at);
int serve_tcp(const char *at);
int serve_udp(const char *at);
int serve_stop(int port);
int serve_full(int port); /* the port's connections hang from now on; 0 or -errno */
void http_accept(int fd, short revents, void *data);
void grpc_accept(int fd, short revents, void *data);

/* ---- acts.c: options and tells that do one thing ---- */

enum { ACT_DONE, ACT_AGAIN, ACT_UNKNOWN, ACT_BAD };
/* Performs NAME with ARG and states the event. ACT_AGAIN: call it again in a moment. */
int act(const char *name, const char *arg, struct line *ret_line);
bool act_takes_argument(const char *name); /* false also for unknown names */
bool act_known(const char *name);

/* ---- net.c ---- */

int tcp_connect(const char *host_port, int timeout_ms); /* fd or -errno; net.h has the texts */
/* Sends "hi" and waits for an answer; 0 or -errno. */
int udp_echo(const char *host_port, int timeout_ms);
int resolve_host(const char *name, uint32_t *ret_addr_be); /* dotted or /etc/hosts; 0 or -1 */
const char *errno_name(int err); /* "ECONNREFUSED" */

/* ---- control.c ---- */

void control_listen(void);
int control_tell(int argc, char **argv); /* the client side of tell */
int control_probe(const char *name);
int control_hook(int argc, char **argv);

/* ---- run.c, witness.c, tools.c ---- */

int cmd_run(int argc, char **argv);
int cmd_witness(int argc, char **argv);
int cmd_tool(int argc, char **argv); /* -1: no such command */
