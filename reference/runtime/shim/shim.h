/*
 * shim: the objects of one pod-shim. One process, one epoll loop, no threads, no allocation that grows
 * with time; it keeps what it needs to start an exec: the whole description of each container.
 *
 * A `task` is a container as the shim sees it, from its start to its removal. A `proc` is a command that
 * was executed in one.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "runtime/shim_proto.h"
#include "runtime/shim_spec.h"
#include "runtime/shim_wire.h"

struct shim;

/* A watched descriptor. fd is owned; -1: not watched. */
struct source {
	int fd, epoll_fd;
	void (*fn)(void *userdata, uint32_t events);
	void *userdata;
};

/* The reading end of a container's stdout or stderr. */
struct stream {
	struct source src;
	struct task *task;
	const char *name;
	char *partial; /* bytes of a line that has not ended */
	size_t len;
};

struct task {
	struct task *next;
	struct shim *shim;
	struct shim_container spec;
	struct shim_status status; /* its id is borrowed from spec */
	uint64_t start_tag; /* of the request to be answered; 0: answered */
	bool abandoned; /* whoever asked for the start is gone: no trace is to be left */
	struct source report; /* from the child until it has exec'd */
	struct source oom; /* v1: eventfd, v2: inotify */
	struct stream out[2];
	int log_fd, dir_fd, stdin_fd;
	int mnt_fd; /* holds the mount namespace, so that its end is not the dying process' work */
};

struct proc {
	struct proc *next;
	struct shim *shim;
	struct task *task;
	uint64_t tag;
	pid_t pid;
	bool started, timed_out;
	int64_t deadline_ns; /* CLOCK_MONOTONIC; 0: none */
	struct source report;
	int tty_fd; /* the master, for resizing */
};

struct shim {
	int epoll_fd;
	int host_root_fd; /* "/" of the host's mount namespace: resolves absolute paths there */
	int host_mnt_fd, own_pid_fd; /* namespaces */
	int pause_pid_fd; /* PID namespace of the pause process, or -1 */
	int user_ns_fd; /* the pod's own, or -1: the host's */
	pid_t pause_pid;
	struct source listener, signals, client;
	struct shim_wire wire;
	bool connected, set_up, stopping;
	uint64_t stop_tag;
	struct shim_setup setup;
	struct task *tasks;
	struct proc *procs;
};

/* ---- events.c: the loop ---- */

int source_add(struct shim *s, struct source *src, int fd, uint32_t events);
int source_set(struct shim *s, struct source *src, uint32_t events);
void source_forget(struct source *src); /* no longer watched; the descriptor stays open */
void source_close(struct source *src); /* fd becomes -1 */
_Noreturn void shim_loop(struct shim *s);
int64_t mono_ns(void);
uint64_t nominal_ns(const struct shim *s);

/* ---- server.c: podd's end ---- */

void server_accept(void *userdata, uint32_t events); /* userdata: struct shim */
void server_send(struct shim *s, struct shim_msg *m); /* dropped when nobody is connected */
void server_done(struct shim *s, uint64_t tag);
_Noreturn void shim_exit(struct shim *s, int code);
void server_failed(struct shim *s, uint64_t tag, int errnum, const char *fmt, ...)
	__attribute__((format(printf, 4, 5)));

/* ---- setup.c, teardown.c: the sandbox ---- */

/* node_fds: the node's network and UTS namespaces, used with SHIM_HOST_NET. */
int setup_sandbox(struct shim *s, const int *node_fds, char *why, size_t why_size);
/* What podd need not wait for, as it connects the network meanwhile. */
int setup_finish(struct shim *s);
void teardown_begin(struct shim *s, uint64_t tag);
void teardown_check(struct shim *s); /* ends the shim when the last task is gone */
