/*
 * taint_eviction: deletes pods from nodes whose NoExecute taints they do not tolerate, or no longer.
 */
#pragma once

#include "base/error.h"

struct control;
struct taint_eviction;

int taint_eviction_new(struct control *c, struct taint_eviction **ret, struct error *err);
struct taint_eviction *taint_eviction_free(struct taint_eviction *t); /* takes NULL, returns NULL */
