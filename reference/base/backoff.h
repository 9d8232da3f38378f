/*
 * backoff: delays that double per failure, per key; pure, the time is an argument (ns, any one clock).
 *
 * The first failure of a key gives `initial`, each further one twice the last, never more than `max`. A key
 * whose last failure lies more than `reset_after` back begins anew.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "base/defs.h"

struct backoff_params {
	int64_t initial_ns, max_ns, reset_after_ns;
};

/* One key's state; zero is "no failure yet". */
struct backoff_state {
	int64_t delay_ns;
	int64_t last_ns; /* when the delay was set */
};

/* Notes a failure at now; returns the new delay. */
int64_t backoff_step(const struct backoff_params *p, struct backoff_state *s, int64_t now_ns);
/* What is left at now of the delay counted from `since`; 0 when over or when the state is empty or stale. */
int64_t backoff_left(const struct backoff_params *p, const struct backoff_state *s,
		     int64_t since_ns, int64_t now_ns);

struct backoff;

struct backoff *backoff_new(const struct backoff_params *p);
struct backoff *backoff_free(struct backoff *b); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct backoff *, backoff_free)

int64_t backoff_next(struct backoff *b, const char *key, int64_t now_ns); /* as backoff_step */
int64_t backoff_remaining(struct backoff *b, const char *key, int64_t since_ns, int64_t now_ns);
int64_t backoff_delay(struct backoff *b, const char *key); /* the present delay; 0: none */
void backoff_set(struct backoff *b, const char *key, int64_t delay_ns,
		 int64_t last_ns); /* recovery */
void backoff_reset(struct backoff *b, const char *key);
void backoff_reset_prefix(struct backoff *b, const char *prefix);
