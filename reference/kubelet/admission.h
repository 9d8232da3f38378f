/*
 * admission: whether this node takes a pod that is bound to it.
 */
#pragma once

#include <stdbool.h>

struct pod_worker;

/* False: *reason ("OutOfcpu") and *message, owned by the caller, say why not. */
bool admission_check(struct pod_worker *w, char **reason, char **message);
