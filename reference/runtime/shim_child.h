/*
 * shim_child: shims as children of this podd, so that their end is reaped. They outlive podd: a list that is released
 * leaves them running, and those of an earlier podd are init's.
 */
#pragma once

#include "base/child.h"
#include "base/error.h"
#include "base/loop.h"

struct shim_child;

/* Starts a program; *list remembers it until it has ended. */
int shim_child_spawn(struct shim_child **list, struct loop *loop, const struct child_opts *opts,
		     pid_t *ret_pid, struct error *err);
void shim_child_release_all(struct shim_child **list);
