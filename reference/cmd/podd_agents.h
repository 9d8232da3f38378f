/*
 * podd_agents: the nodes after the first of `podd --nodes N`: children that outlive podd.
 *
 * Each is `podd node` with a root of its own, ROOT/nodes/NAME, which holds all of it, its messages in podd.log there.
 */
#pragma once

#include "base/error.h"
#include "base/loop.h"
#include "cmd/podd_options.h"

struct podd_agents;

/*
 * Finds those of an earlier podd, starts the others, ends those that are no more wanted. They reach the API at socket, once it
 * is there.
 */
int podd_agents_new(struct loop *loop, const struct podd_options *o, const char *socket,
		    struct podd_agents **ret, struct error *err);
/* Ends them (SIGTERM); their pods stay. Takes NULL, returns NULL. */
struct podd_agents *podd_agents_free(struct podd_agents *a);

/* ERR_NOT_FOUND when name is none of them. Its pods stay; it is not started again until it is asked for. */
int podd_agents_kill(struct podd_agents *a, const char *name, struct error *err);
/* Starts one that does not run; name NULL: each of them. */
int podd_agents_start(struct podd_agents *a, const char *name, struct error *err);

/* Ends every agent below root by SIGKILL and removes every trace of its node: for podd --cleanup. Synchronous. */
int podd_agents_cleanup(const char *root, struct error *err);
/* Node i (from 0) of those that o asks for; the caller frees. */
char *podd_agents_name(const struct podd_options *o, unsigned i);
