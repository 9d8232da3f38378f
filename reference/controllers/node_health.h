/*
 * node_health: what a node's heartbeats and conditions make of its status and taints; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

/* What was heard of a node; all in nominal ns. */
struct node_hearing {
	int64_t heard_ns; /* when the last heartbeat was seen */
	int64_t due_ns; /* when the silence was to be judged; 0: it has been, or never was */
	bool told; /* it has told its state at least once */
};

/*
 * How long the node may still be silent before its state is unknown, in nominal ns, and h->due_ns accordingly; 0: it is unknown now. rate is
 * the clock's.
 */
int64_t node_hearing_judge(struct node_hearing *h, int64_t now_ns, double rate);

/* The condition Ready is True. */
bool node_is_ready(const json_t *node);
/* An administrator has declared it dead (taint node.kubernetes.io/out-of-service). */
bool node_is_out_of_service(const json_t *node);

/*
 * A copy of the node with what the control plane says of one from which nothing is heard: its conditions Unknown; NULL when
 * they are so already. now is RFC 3339.
 */
json_t *node_health_silent(const json_t *node, const char *now);

/*
 * A copy with the taints that its conditions and spec.unschedulable demand, and none of those that they no longer do; taints of
 * others stay. NULL when nothing is to be changed. now (RFC 3339) stamps new ones.
 */
json_t *node_health_taints(const json_t *node, const char *now);
