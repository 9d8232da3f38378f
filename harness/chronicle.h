/*
 * chronicle: what became of the objects of a namespace, version by version.
 *
 * Whoever sees a version hands it over; what changed becomes events of the history (EVENTS.md), and the versions of pods are
 * kept, so that rules can compare each with the one before it. It knows no case: a recorded watch is told in the same way.
 */
#pragma once

#include "change.h"

struct version {
	json_t *object;
	int64_t earliest, latest;
	uint64_t revision; /* 0: not known */
	bool sampled; /* seen by polling: there may have been others before it */
	bool gone; /* the last one: the object was removed */
};

/* One object from its first version seen to its last. */
struct life {
	const char *kind; /* "Pod" */
	char *name, *uid;
	struct version *versions; /* by revision */
	size_t n;
};

struct chronicle {
	struct history *history; /* borrowed: where the events go */
	json_t *objects; /* "Pod/a" to the newest version known */
	json_t *told; /* the same to the last version that is in the history */
	json_t *answered; /* the same to the instant at which an answer last showed one, in ns */
	json_t *pods; /* name to the last version ever seen, also of pods that are gone */
	struct life *lives; /* of pods, by first sight */
	size_t n_lives;
	struct life *owners; /* of those who own pods, likewise */
	size_t n_owners;
};

void chronicle_init(struct chronicle *c, struct history *history);
void chronicle_clear(struct chronicle *c);
/* type: 'A'dded, 'M'odified, 'D'eleted. False: known already. */
bool chronicle_take(struct chronicle *c, char type, json_t *object, int64_t earliest,
		    int64_t latest, bool sampled);
/*
 * A version that stood in an answer. It is what is known from then on; its events wait for the watch, which may be far behind and
 * shows each version before it, once and in order. False: known already.
 */
bool chronicle_know(struct chronicle *c, json_t *object, int64_t received);
json_t *chronicle_object(const struct chronicle *c, const char *kind, const char *name);
