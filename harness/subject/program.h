/* program: subjects reached by a driver program (PROTOCOL.md). This header is for its own files only. */
#pragma once

#include "subject/program_form.h"
#include "subject/subject.h"
#include "util/lines.h"

#define PROGRAM_MAX_INSTANCES 4

struct program;

struct instance {
	struct program *program;
	int pid, fd;
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
	char *fault; /* when dead: what it did */
	json_t *known; /* "Kind/ns/name" to object */
	unsigned watches;
	struct timer *poll, *patience; /* patience: until the oldest request must be answered */
	bool is_patient; /* patience is set */
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

/* program_instance.c */
int instance_start(struct program *p, struct error *err);
void instance_write(struct instance *in, const json_t *message);
void instances_stop(struct program *p);

/* A whole line of an instance. */
void program_take_line(void *instance, const char *text, size_t len);
/* The verb that this instance was asked first of those it has not answered, or NULL. */
const char *program_asked(const struct instance *in);
/* The driver did what it must not: nothing more is asked of it, and who waits is told. */
void program_fail(struct program *p, const char *fmt, ...) _printf_(2, 3);

/* message is taken over. done comes once, unless pending_cancel(). fault: the program has failed. */
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
