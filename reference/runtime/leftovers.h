/*
 * leftovers: cgroups of sandboxes that are no more. Their processes are killed; the directories can be
 * removed only when the last of them has died, which is waited for by a timer and not by podd.
 */
#pragma once

#include "runtime/objects.h"

/* cgroup: "pod-SANDBOX". Kills what is in it and sees to its removal. */
void leftovers_add(struct runtime *rt, const char *cgroup);
/* Finds what a crash has left: groups and files of pods that have no sandbox. */
void leftovers_sweep(struct runtime *rt);
void leftovers_deinit(struct runtime *rt);
