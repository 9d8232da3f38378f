/*
 * podd_node: the kubelet as the API server sees it.
 */
#pragma once

#include "apiserver/node_ops.h"
#include "kubelet/kubelet.h"

/* Fills ops; k outlives them. */
void podd_node_ops(struct kubelet *k, struct node_ops *ret);
