/* case_watch: versions of the objects of a case. */
#pragma once

#include "case.h"

/* A version of an object of the case's namespace. */
void case_take_object(struct case_run *c, char type, json_t *object, int64_t earliest,
		      int64_t latest, bool sampled);
/* The same from the reply to a request of our own, which the watch may not have shown yet. */
void case_take_reply(struct case_run *c, const struct reply *reply);
