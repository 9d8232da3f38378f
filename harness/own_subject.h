/* own_subject: a podd of our own, in a temporary root, for a run without --subject. */
#pragma once

#include "options.h"
#include "util/error.h"
#include "util/loop.h"

struct own_subject;

/* Starts it and waits until it serves (a loop of its own turns meanwhile). `died` comes from the loop when it ends unasked. */
int own_subject_start(struct loop *loop, const struct options *o,
		      void (*died)(void *userdata, const char *why), void *userdata,
		      struct own_subject **ret, struct error *err);
const char *own_subject_socket(const struct own_subject *s);
const char *own_subject_root(const struct own_subject *s);
/* The end of its log, for messages; the caller frees. */
char *own_subject_log(const struct own_subject *s);
/* Ends it, cleans up behind it and removes the root. -1: something was in the way, and the root stays. */
int own_subject_stop(struct own_subject *s, struct error *err);
