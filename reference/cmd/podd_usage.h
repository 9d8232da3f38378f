/*
 * podd_usage: what the pods of all nodes use, as the API server and the controllers ask for it.
 *
 * Our own node is asked at once; the others, which are processes of their own, in the background: what is told of them is their
 * last answer, and a question makes that newer.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "apiserver/node_ops.h"
#include "base/clock.h"
#include "base/loop.h"
#include "controllers/metrics_source.h"
#include "store/store.h"

struct kubelet;
struct podd_usage;

struct podd_usage_config { /* all outlive it */
	struct store *store;
	struct loop *loop;
	struct clock *clock;
	struct kubelet *kubelet; /* of our own node */
	const char *node_name; /* of our own node */
};

struct podd_usage *podd_usage_new(const struct podd_usage_config *cfg);
struct podd_usage *podd_usage_free(struct podd_usage *u); /* takes NULL, returns NULL */

/* As in node_ops.h. */
int podd_usage_pods(struct podd_usage *u, const char *ns, json_t **ret_items, struct error *err);
int podd_usage_nodes(struct podd_usage *u, json_t **ret_items, struct error *err);
/* For controllers, who decide by what is used now, not by what was over a long time. u outlives it. */
void podd_usage_source(struct podd_usage *u, struct metrics_source *ret);
