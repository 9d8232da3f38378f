/* own_subject: a podd of our own, in a temporary root, for a run without --subject. */
#pragma once

#include "options.h"
#include "util/error.h"
#include "util/loop.h"

struct own_subject;

/*
 * Makes the root directory. `died` comes from the loop when podd later ends unasked. *ret is to be stopped
 * in any case.
 */
int own_subject_new(struct loop *loop, const struct options *o,
		    void (*died)(void *userdata, const char *why), void *userdata,
		    struct own_subject **ret, struct error *err);
/* How many nodes it will have (1). Those after the first carry the label podtest/spare=true and a taint of the same name. */
void own_subject_set_nodes(struct own_subject *s, unsigned nodes);
/* Starts podd and waits until it serves: the loop runs meanwhile. */
int own_subject_start(struct own_subject *s, struct error *err);
typedef void (*restarted_fn)(void *userdata, const char *fault); /* NULL: it serves again */
/* Kills it with -9 and starts it again on the same root and socket; `done` comes from the loop. One at a time. */
void own_subject_restart(struct own_subject *s, restarted_fn done, void *userdata);
void own_subject_restart_forget(struct own_subject *s); /* it goes on, but `done` will not come */
const char *own_subject_socket(const struct own_subject *s);
const char *own_subject_root(const struct own_subject *s);
/* The end of its log, for messages; the caller frees. */
char *own_subject_log(const struct own_subject *s);
/* Ends it, cleans up behind it and removes the root. -1: something was in the way, and the root stays. */
int own_subject_stop(struct own_subject *s, struct error *err);
/* Lets it run on, with its root. Takes NULL. */
void own_subject_leave(struct own_subject *s);
