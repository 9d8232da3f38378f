/*
 * podctl_rollout: the words of `podctl rollout` that have a file of their own.
 */
#pragma once

#include "base/error.h"

struct podctl;
struct target;

/* podctl_history.c */
int rollout_history(struct podctl *p, const struct target *t, struct error *err);
int rollout_undo(struct podctl *p, const struct target *t, struct error *err);

/* podctl_rollout_status.c: returns when all pods are new and available. */
int rollout_status(struct podctl *p, const struct target *t, struct error *err);
