/*
 * streams: log and exec streams that somebody reads; see kubelet.h for the calls.
 */
#pragma once

#include "kubelet/ctr.h"
#include "kubelet/node.h"

/* A run has ended: who follows its log gets the rest and the end. */
void streams_run_ended(const struct ctr *c);
/* All of them end without a call. */
void streams_free_all(struct kubelet *k);
