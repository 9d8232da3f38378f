/*
 * case: what the parts of a running case (case_*.c, fact.c) share: the case itself, its requests, what it has seen.
 */
#pragma once

#include "chronicle.h"
#include "fixture.h"
#include "record/recorder.h"
#include "result.h"
#include "session.h"

enum case_state {
	CASE_NEW,
	CASE_NAMESPACE, /* being made and watched */
	CASE_WITNESS, /* waiting for the witness pod */
	CASE_STEPS,
	CASE_CLEANUP, /* the namespace is being deleted */
	CASE_DONE,
};

struct case_run;
struct case_call;
struct case_follow;
struct barrier;

typedef void (*case_reply_fn)(struct case_run *c, const struct reply *reply, void *userdata);

/* The step being performed. */
struct step_run {
	json_t *args; /* filled in */
	bool begun, waiting; /* waiting: for a reply */
	size_t next; /* apply: the manifest; history: the relation */
	int64_t began, deadline;
	int64_t asked_at; /* facts that are asked for: when last */
	json_t *manifests; /* apply: what is to be applied, filled in */
	json_t *fetched; /* facts that are asked for: the last answer */
	char *fetched_text;
	int fetched_status;
	bool has_fetched;
	struct barrier *barrier;
	json_t *echoes; /* words of the barrier that are not heard yet, and when each was asked for */
	bool longer; /* it failed, but its field may yet have an effect: see case_without.c */
	char *missing; /* what an incomplete barrier waited for in vain */
	bool drained; /* history: the barrier was complete; holds: it held at the last look */
};

struct case_run {
	struct session *session;
	const struct fixture *fixture;
	unsigned round;
	void (*done)(struct case_run *c);
	void *userdata;

	enum case_state state;
	char *ns, *scratch, *witness;
	size_t step;
	struct step_run now;
	struct timer *poke, *timer;
	struct call *watch;
	struct case_call *calls;
	struct case_follow *follows;

	struct history history;
	struct chronicle seen;
	bool record; /* set before it starts: keep everything that it is told */
	struct recorder *tape; /* NULL: not recorded */
	json_t *applied; /* list of manifests as they were given to the subject */
	json_t *outside; /* list of {kind, name}: made by the case, in no namespace */
	json_t *asked; /* "uid//PATH" or "rv//PATH" to what the subject answered when it was first named; null: asked now */
	int64_t began, ended;
	int64_t acted; /* when the subject last accepted something */

	struct case_result result;
	char *broken; /* why set-up failed */
	bool broken_late; /* it was only a wait that ended */
	char *cancelled; /* why it was ended from outside */
	bool clean; /* the namespace is gone */
	bool node_stopped; /* by the case, which has not started it again */
};

#define WITNESS_PORT "7070"

/* A request in the case's namespace; ends with the case at the latest. req->ns may be NULL. */
struct case_call *case_request(struct case_run *c, const struct request *req, case_reply_fn fn,
			       void *userdata);
void case_calls_cancel(struct case_run *c);
/* Into the recording: what was asked and is not answered yet. */
void case_calls_unanswered(struct case_run *c);

/* Something may have changed: look again in the loop's next turn. */
void case_poke(struct case_run *c);
/* The case cannot go on; only the first reason counts. late: it was a wait that ended. */
void case_broken(struct case_run *c, bool late, const char *fmt, ...) _printf_(3, 4);
/* The newest version that was seen; borrowed, or NULL. */
json_t *case_object(const struct case_run *c, const char *kind, const char *name);
