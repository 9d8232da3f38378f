/*
 * podd_node: the kubelet as the API server and the controllers see it.
 */
#pragma once

#include "apiserver/node_ops.h"
#include "controllers/metrics_source.h"
#include "kubelet/kubelet.h"

/* Fills ops; k outlives them. */
void podd_node_ops(struct kubelet *k, struct node_ops *ret);
/* The same for controllers, who decide by what is used now, not by what was over a long time. */
void podd_metrics_source(struct kubelet *k, struct metrics_source *ret);
