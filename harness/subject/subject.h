/*
 * subject: a runtime under test, as the runner sees it, whichever driver reaches it.
 *
 * One generic request with one generic reply: the verbs are those of PROTOCOL.md. Replies come from the loop, never from inside
 * subject_request(), exactly once, unless the call was cancelled. What is passed to callbacks is borrowed.
 */
#pragma once

#include "util/defs.h"
#include "util/error.h"
#include "subject/request.h"
#include "util/loop.h"

struct subject;
struct call; /* a request under way, or a stream */

struct subject_events {
	/* type: 'A'dded, 'M'odified, 'D'eleted. The change happened in [earliest, latest]. sampled: seen by polling. */
	void (*object)(void *userdata, char type, json_t *object, int64_t earliest, int64_t latest,
		       bool sampled);
	/* Nothing can be done with this subject any more. */
	void (*lost)(void *userdata, const char *why);
};

struct follow {
	const char *ns, *pod, *container;
	bool previous;
	void (*line)(void *userdata, const char *line, size_t len);
	void (*end)(void *userdata, bool complete); /* complete: the whole log was read */
};

/* Who started the subject's agent can also kill it and start it again: `done` comes once from the loop, unless forgotten. */
struct agent_control {
	void (*restart)(void *agent, void (*done)(void *userdata, const char *fault),
			void *userdata);
	void (*forget)(void *agent);
	void *agent;
};

struct subject_ops {
	struct call *(*request)(struct subject *s, const struct request *req, reply_fn done,
				void *userdata);
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
	double rate, patience; /* patience: seconds that an answer may take */
	bool has_rate, local;
	bool disruptive; /* the user allows what somebody's cluster would notice */
	bool sampled; /* objects are asked for again and again, not watched */
	int64_t looked; /* sampled: when the question was asked whose answer is the newest */
	char *boot_id; /* or NULL */
	char **features; /* NULL-terminated; NULL: all that an API alone can show */
	bool no_metrics; /* of a subject that declares nothing: it serves no metrics.k8s.io */
	struct agent_control control; /* restart is NULL: nobody here can */
	unsigned capacity;
	unsigned spares; /* nodes with the label podtest/spare, when it was opened */
	char *node;
};

struct call {
	struct subject *subject;
};

typedef void (*opened_fn)(void *userdata, struct subject *s, const char *fault);

/* patience: seconds that an answer may take; no answer in that time: the subject is lost, or could not be opened.
 * spec: "unix:SOCKET", "kubeconfig:FILE", "driver:PROGRAM". Answers by `opened` from the loop, with fault NULL when it is
 * ready; -1 when the specification itself is wrong. The caller frees *ret in any case. */
int subject_open(struct loop *loop, const char *spec, double patience, opened_fn opened,
		 void *userdata, struct subject **ret, struct error *err);
struct subject *subject_free(struct subject *s);
bool subject_has(const struct subject *s, const char *feature);
bool subject_is_here(const struct subject *s); /* its guests' clock is ours */

struct call *subject_request(struct subject *s, const struct request *req, reply_fn done,
			     void *userdata);
struct call *subject_follow(struct subject *s, const struct follow *f, void *userdata);
struct call *subject_watch(struct subject *s, const char *ns, reply_fn ready, void *userdata);
/* NULL is allowed. */
void subject_cancel(struct call *c);
