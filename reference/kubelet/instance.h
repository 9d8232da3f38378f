/*
 * instance: one run of a container, as far as its pod's status tells of it.
 *
 * It outlives the runtime's own record: a sandbox may be gone, the last run must still be shown.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

struct instance {
	bool valid; /* there was such a run; all else is meaningless without */
	bool running;
	int attempt; /* 0 is the first */
	char *id; /* containerID without "podd://"; NULL: it never came to be */
	char *image, *image_id;
	int64_t started_ns, finished_ns; /* nominal; 0: shown as null */
	int exit_code, signal;
	char *reason, *message; /* of the end; NULL: none */
};

void instance_clear(struct instance *i);
/* dst (cleared first) becomes src, which is empty afterwards. */
void instance_move(struct instance *dst, struct instance *src);
/* {"running": {…}} or {"terminated": {…}}; {} when not valid. New reference. */
json_t *instance_state(const struct instance *i);
/* Back from a published status ("state" or "lastState"): what it tells of a terminated run. */
void instance_from_status(struct instance *i, const json_t *status, const json_t *state,
			  int attempt);
