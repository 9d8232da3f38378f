/* invariants: rules that hold for every pod, checked on every history of every case. */
#pragma once

#include "history.h"

typedef void (*violation_fn)(void *userdata, const char *req, const struct hist_event *focus,
			     const char *message);

/* pods: name to the last version seen. Only what the intervals prove is a violation. */
void invariants_check(const struct history *h, const json_t *pods, violation_fn fn, void *userdata);
/* "ID: sentence" of the i-th rule, NULL behind the last: for `list` and the documents. */
const char *invariants_req(size_t i);
