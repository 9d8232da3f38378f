/* case_parts: what the files of a running case (case_*.c) use of each other. */
#pragma once

#include "case_run.h"

/* A request in the case's namespace; ends with the case at the latest. req->ns may be NULL. */
struct case_call *case_request(struct case_run *c, const struct request *req, case_reply_fn fn,
			       void *userdata);
void case_calls_cancel(struct case_run *c);

/* case_watch.c: a version of an object of the case's namespace. */
void case_take_object(struct case_run *c, char type, json_t *object, int64_t earliest,
		      int64_t latest, bool sampled);
/* The same from the reply to a request of our own, which the watch may not have shown yet. */
void case_take_reply(struct case_run *c, const struct reply *reply);
json_t *case_object(const struct case_run *c, const char *kind, const char *name);

/* case_follow.c: followed logs. */
void case_follow_pod(struct case_run *c, const json_t *pod);
void case_follows_end(struct case_run *c);
/* Have all containers that speak only through their log been read up to their end? */
bool case_follows_ended(const struct case_run *c, const char *pod, const char *container);
bool case_uses_log_only(const json_t *container);

/* case_outside.c: objects of no namespace. */
/* Marks and remembers such an object before it is applied; false: it may not be, and the case is broken. */
bool case_outside_take(struct case_run *c, json_t *object);
/* It was accepted: writes the status that its manifest has. False: there is none to write. */
bool case_outside_status(struct case_run *c, const json_t *object, case_reply_fn done);
/* Deletes all that is remembered. */
void case_outside_delete(struct case_run *c);
/* Asks for the first of it; false: nothing is left. What was not found is then struck off. */
bool case_outside_ask(struct case_run *c, case_reply_fn done);
void case_outside_gone(struct case_run *c);

/* case_without.c: is the field that the assertion names without effect? */
bool case_without_holds(struct case_run *c, const json_t *args);
/* True: the assertion failed, but perhaps only because of the time: the step's deadline was moved, once. */
bool case_waits_longer(struct case_run *c, const json_t *args);
/* A relation that is true of what was not seen: it proves nothing when something may be missing. */
bool case_rests_on_silence(const json_t *relation);

/* case_barrier.c: everything that has happened until now will be in the history when `drained` is told. */
struct barrier *barrier_new(struct case_run *c);
struct barrier *barrier_free(struct barrier *b);
/* True when it is over; *ret_complete: nothing can be missing. If not, *ret_missing says what is (the caller frees). */
bool barrier_over(struct barrier *b, bool *ret_complete, char **ret_missing);
/* A guest's line that belongs to a barrier, not to the case. */
bool barrier_takes_line(struct case_run *c, const json_t *line);

/* case_steps.c */
void case_step_begin(struct case_run *c);
void case_step_look(struct case_run *c);
void case_step_clear(struct case_run *c);

/* case_judge.c: verdicts */
/* Notes for the audit that the subject did not take what it was given, if the reply says that. */
void case_refused(struct case_run *c, const struct reply *reply);
struct judged {
	enum outcome outcome;
	bool late;
	const char *expected, *seen; /* borrowed */
	const struct hist_event *focus;
	const char *message; /* NULL: made of expected and seen */
};
/* The assertion that `args` (with its req) makes. ignored: the fact `without` was seen. */
void case_assert(struct case_run *c, const json_t *args, const struct judged *j, bool ignored);
/* The requirements of everything not yet performed, as broken. */
void case_assert_rest(struct case_run *c);
void case_check_invariants(struct case_run *c);
/* The case's verdict, and what a report needs to explain it. */
void case_conclude(struct case_run *c);
