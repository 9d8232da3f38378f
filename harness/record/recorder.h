/*
 * recorder: everything that a running case is told, in order, so that it can be told again (README.md, Recorded histories).
 *
 * A case has one or none: every function takes NULL and then does nothing. What is handed over is kept by reference, never copied: an
 * object is in the case's chronicle anyway. Times are CLOCK_BOOTTIME in ns.
 */
#pragma once

#include "subject/request.h"

struct recorder;

struct recorder_log {
	const char *pod, *container;
	int64_t instance;
	bool previous;
};

struct recorder *recorder_new(int64_t began, size_t n_steps);
struct recorder *recorder_free(struct recorder *r);
/* Nothing that comes later is kept: the case is being cleaned up. */
void recorder_close(struct recorder *r);
/* The case looks at what has come: what comes later was not known to it. */
void recorder_turn(struct recorder *r);

void recorder_object(struct recorder *r, char type, json_t *object, int64_t earliest,
		     int64_t latest, bool sampled);
/* A log is opened; answers its number. */
unsigned recorder_log(struct recorder *r, const struct recorder_log *log);
void recorder_line(struct recorder *r, unsigned log, json_t *line, int64_t arrival);
void recorder_log_end(struct recorder *r, unsigned log, bool complete, int64_t at);

/* What a request asks, as a map that tells it from others; the caller owns it. */
json_t *recorder_question(const struct request *req);
void recorder_reply(struct recorder *r, json_t *question, const struct reply *reply);
/* A question whose answer was not waited for. */
void recorder_unanswered(struct recorder *r, json_t *question, int64_t sent);

/* args: as filled in. */
void recorder_step_began(struct recorder *r, size_t step, json_t *args, int64_t at);
void recorder_step_over(struct recorder *r, size_t step, int64_t at);

/* ---- what was kept; borrowed ---- */

const json_t *recorder_seen(const struct recorder *r);
size_t recorder_left_out(const struct recorder *r);
int64_t recorder_began(const struct recorder *r);
/* false: the step was never begun. over is 0 when it did not end. */
bool recorder_step(const struct recorder *r, size_t step, json_t **ret_args, int64_t *ret_began,
		   int64_t *ret_over);
