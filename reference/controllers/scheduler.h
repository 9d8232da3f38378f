/*
 * scheduler: binds pending pods to nodes.
 */
#pragma once

#include "base/error.h"

struct control;
struct scheduler;

int scheduler_new(struct control *c, struct scheduler **ret, struct error *err);
struct scheduler *scheduler_free(struct scheduler *s); /* takes NULL, returns NULL */
