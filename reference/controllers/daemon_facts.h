/*
 * daemon_facts: a DaemonSet, the nodes and its pods as they are now; pure.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "controllers/daemon_pod.h"

struct daemon_node {
	const char *name; /* borrowed */
	struct daemon_fit fit;
	/*
	 * The set's pods that are bound or meant for it, bound ones first, then the oldest; without those that have
	 * ended and are being deleted, which are no more than a record. Owned.
	 */
	json_t *pods;
	int64_t wait_ns; /* nominal, until another failed pod may be replaced here; for the caller to fill in */
};

struct daemon_facts {
	const json_t *ds; /* borrowed, as are nodes and pods */
	const char *hash; /* of the present revision */
	int64_t now_ns; /* nominal */
	struct daemon_node *nodes;
	size_t n;
	json_t *homeless; /* pods not bound yet whose node is gone; owned */
	size_t wanted; /* nodes that are to have a pod */
};

/* nodes: all of them; pods: the set's own. ds, hash and nodes must stay while the facts are used. */
void daemon_facts_init(struct daemon_facts *f, const json_t *ds, const char *hash,
		       const json_t *nodes, const json_t *pods, int64_t now_ns);
void daemon_facts_deinit(struct daemon_facts *f);
