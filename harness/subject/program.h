/* program: subjects reached by a driver program (PROTOCOL.md). This header is for its own files only. */
#pragma once

#include "subject/subject.h"
#include "util/lines.h"

#define PROGRAM_MAX_INSTANCES 4

struct program;

struct instance {
	struct program *program;
	int pid, in, out;
	struct event *readable, *writable;
	struct lines lines;
	char *queue; /* bytes not yet written */
	size_t queued;
	unsigned busy;
};

struct pending {
	struct pending *prev, *next;
	struct program *program;
	struct instance *at; /* NULL: not sent yet */
	int64_t id, sent;
	json_t *message;
	void (*done)(void *userdata, const json_t *answer, int64_t sent, const char *fault);
	void *userdata;
};

struct program_watch;
struct program_follow;

struct program {
	struct subject base;
	char *command;
	struct instance instances[PROGRAM_MAX_INSTANCES];
	size_t n_instances;
	unsigned concurrency;
	struct pending *pending, *last;
	int64_t next_id;
	opened_fn opened;
	void *opened_userdata;
	bool has_watch, is_open, dead;
	json_t *known; /* "Kind/ns/name" to object */
	unsigned watches;
	struct timer *poll, *patience; /* patience: until hello is answered */
	struct pending *polling;
	int64_t last_poll;
	struct program_call *calls;
};

/* Every call of this driver starts so. end() frees all that it owns. */
struct program_call {
	struct call base;
	struct program_call *prev, *next;
	void (*end)(struct program_call *c);
};

void program_call_link(struct program *p, struct program_call *c);
void program_call_free(struct program_call *c);

/* message is taken over. done comes once, unless pending_cancel(). fault: the program has ended. */
struct pending *program_send(struct program *p, json_t *message,
			     void (*done)(void *userdata, const json_t *answer, int64_t sent,
					  const char *fault),
			     void *userdata);
void pending_cancel(struct pending *q);

struct call *program_request(struct subject *s, const struct request *req, reply_fn done,
			     void *userdata);
struct call *program_follow(struct subject *s, const struct follow *f, void *userdata);
struct call *program_watch(struct subject *s, const char *ns, reply_fn ready, void *userdata);
void program_take_event(struct program *p, const json_t *line);
void program_poll(void *program);
