/*
 * garbage: the garbage collector: what has owners goes with the last of them.
 */
#pragma once

#include "base/error.h"

struct control;
struct garbage;

int garbage_new(struct control *c, struct garbage **ret, struct error *err);
struct garbage *garbage_free(struct garbage *g); /* takes NULL, returns NULL */
