/*
 * daemon_plan: which pods of a DaemonSet are made and which deleted; pure.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

#include "controllers/daemon_facts.h"

enum daemon_why {
	DAEMON_WANTED, /* made: the node has none */
	DAEMON_SURGE, /* made: beside an old one */
	DAEMON_SURPLUS, /* deleted: too many there, or the node does not fit any more */
	DAEMON_FAILED, /* deleted: it has failed, another one follows */
	DAEMON_SUCCEEDED,
	DAEMON_OLD, /* deleted: another revision takes its place */
};

struct daemon_action {
	enum daemon_why why;
	const char *node; /* borrowed from the facts; NULL for a pod whose node is gone */
	json_t *pod; /* to be deleted, borrowed; NULL: one is made */
};

struct daemon_plan {
	struct daemon_action *actions;
	size_t n;
	int64_t wake_ns; /* nominal, until a failed pod may be replaced; 0: none waits */
};

void daemon_plan_make(const struct daemon_facts *f, struct daemon_plan *ret);
void daemon_plan_deinit(struct daemon_plan *p);

/* For daemon_plan.c and daemon_update.c. */
void daemon_plan_add(struct daemon_plan *p, enum daemon_why why, const char *node, json_t *pod);
/* The next step of a rolling update; adds nothing for OnDelete. */
void daemon_plan_update(struct daemon_plan *p, const struct daemon_facts *f);
