/*
 * subject: a runtime under test, as the runner sees it, whichever driver reaches it.
 *
 * One generic request with one generic reply: the verbs are those of PROTOCOL.md. Replies come from the loop, never from inside
 * subject_request(), exactly once, unless the call was cancelled. What is passed to callbacks is borrowed.
 */
#pragma once

#include "util/defs.h"
#include "util/error.h"
#include "util/loop.h"

struct subject;
struct call; /* a request under way, or a stream */

enum verb {
	VERB_CREATE_NAMESPACE, /* ns, label */
	VERB_DELETE_NAMESPACE, /* ns; answered when accepted */
	VERB_APPLY,	       /* ns, object: answered when accepted; creates, or changes what is there */
	VERB_GET,	       /* ns, kind, name */
	VERB_LIST,	       /* ns, kind: body is a list */
	VERB_PATCH,	       /* ns, kind, name, object, patch_type, subresource */
	VERB_SCALE,	       /* ns, kind, name, replicas */
	VERB_DELETE,	       /* ns, kind, name, grace, propagation */
	VERB_LOGS,	       /* ns, name, container, previous, tail, timestamps: text */
	VERB_EXEC,	       /* ns, name, container, command: text, err_text, exit_code */
	VERB_RAW,	       /* path: status and body */
	VERB_DISRUPT,	       /* ns, name, what */
	VERB_LOAD_IMAGE,       /* path of an archive */
	N_VERBS,
};

enum reply_code {
	REPLY_OK,
	REPLY_UNSUPPORTED,
	REPLY_INVALID, /* refused: reason, causes */
	REPLY_NOT_FOUND,
	REPLY_CONFLICT,
	REPLY_INTERNAL,
	REPLY_UNREACHABLE, /* no answer at all */
};

struct request {
	enum verb verb;
	const char *ns, *kind, *name; /* kind as in kinds.h: "Pod" */
	const json_t *object;
	const char *label; /* value of podtest/run */
	const char *patch_type, *subresource, *propagation, *container, *path, *what;
	const json_t *command;
	long grace;	/* -1: not given */
	long tail;	/* -1: all */
	int replicas;
	bool previous, timestamps;
	double timeout; /* seconds; 0: the driver's default */
};

struct reply {
	enum reply_code code;
	int status;	       /* HTTP's, 0 elsewhere */
	const char *message;   /* when code is not REPLY_OK */
	const char *reason;
	const json_t *causes;  /* list of {field, reason, message}, or NULL */
	json_t *body;	       /* the object or list, or NULL */
	const char *text;      /* logs; standard output of exec */
	const char *err_text;  /* standard error of exec */
	int exit_code;	       /* exec; -1 when it could not run */
	int64_t sent, received;
};

typedef void (*reply_fn)(void *userdata, const struct reply *reply);

struct subject_events {
	/* type: 'A'dded, 'M'odified, 'D'eleted. The change happened in [earliest, latest]. sampled: seen by polling. */
	void (*object)(void *userdata, char type, json_t *object, int64_t earliest, int64_t latest, bool sampled);
	/* Nothing can be done with this subject any more. */
	void (*lost)(void *userdata, const char *why);
};

struct follow {
	const char *ns, *pod, *container;
	bool previous;
	void (*line)(void *userdata, const char *line, size_t len);
	void (*end)(void *userdata, bool complete); /* complete: the whole log was read */
};

struct subject_ops {
	struct call *(*request)(struct subject *s, const struct request *req, reply_fn done, void *userdata);
	struct call *(*follow)(struct subject *s, const struct follow *f, void *userdata);
	/* Begin and end watching a namespace. ready comes when nothing will be missed. */
	struct call *(*watch)(struct subject *s, const char *ns, reply_fn ready, void *userdata);
	void (*cancel)(struct call *c); /* a watch ends by it too */
	void (*free)(struct subject *s);
};

/* Drivers embed this as their first member. */
struct subject {
	const struct subject_ops *ops;
	struct loop *loop;
	struct subject_events events;
	void *userdata;
	/* Known once open. */
	char *name, *version;
	char *spec; /* "unix:…" */
	double rate;
	bool has_rate, local;
	char *boot_id; /* or NULL */
	char **features; /* NULL-terminated; NULL: all */
	unsigned capacity;
	char *node;
};

struct call {
	struct subject *subject;
};

typedef void (*opened_fn)(void *userdata, struct subject *s, const char *fault);

/* spec: "unix:SOCKET", "kubeconfig:FILE", "driver:PROGRAM". Answers by `opened` from the loop, with fault NULL when it is
 * ready; -1 when the specification itself is wrong. The caller frees *ret in any case. */
int subject_open(struct loop *loop, const char *spec, opened_fn opened, void *userdata, struct subject **ret,
		 struct error *err);
struct subject *subject_free(struct subject *s);
bool subject_has(const struct subject *s, const char *feature);
bool subject_is_here(const struct subject *s); /* its guests' clock is ours */

struct call *subject_request(struct subject *s, const struct request *req, reply_fn done, void *userdata);
struct call *subject_follow(struct subject *s, const struct follow *f, void *userdata);
struct call *subject_watch(struct subject *s, const char *ns, reply_fn ready, void *userdata);
/* NULL is allowed. */
void subject_cancel(struct call *c);
#define REQUEST(verb_) ((struct request){.verb = (verb_), .grace = -1, .tail = -1})
const char *reply_code_name(enum reply_code c);
