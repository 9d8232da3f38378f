/*
 * node_object: the Node as its agent writes it. Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#define NODE_SOCKET_ANNOTATION "podd.podtest/socket"

struct node_facts {
	const char *name;
	const char *labels; /* "KEY=VALUE,…" or NULL */
	const char *taints; /* "KEY=VALUE:EFFECT,…" of a new Node, or NULL */
	const char *socket; /* where its logs and commands are served; NULL: by its API server itself */
	const char *pod_cidr; /* or NULL */
};

/* For the first registration. New reference. */
json_t *node_object_new(const struct node_facts *f);
/* Sets the labels and annotations of a Node of an earlier life; returns whether any differed. Taints are left alone. */
bool node_object_refresh(const struct node_facts *f, json_t *node);
/*
 * The conditions of a node that is well, stamped now; one that stood so in old (an array or NULL) keeps the time
 * since when. New reference.
 */
json_t *node_conditions(const json_t *old, const char *now);
bool node_object_is_ready(const json_t *node);
