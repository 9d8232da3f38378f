/*
 * recover: what an earlier podd left running becomes known again.
 */
#pragma once

#include "kubelet/node.h"

struct pod_worker;

/* The runs that the published status tells of. */
void recover_status(struct pod_worker *w);
/* A worker per pod of the list, with the sandboxes that belong to it; a sandbox of no pod is removed. */
int recover_pods(struct kubelet *k, json_t *pods, struct error *err);
