/*
 * grpc_call: one health check over gRPC, from inside the node's network namespace to the pod's address.
 */
#pragma once

#include "kubelet/ctr.h"

struct grpc_call;

typedef void (*grpc_done_fn)(void *userdata, bool healthy, const char *text);

/* Exactly one call of done, from the loop, never from inside; then the call is dead. */
struct grpc_call *grpc_call_start(struct ctr *c, const struct pod_handler *h, const char *agent,
				  int timeout_s, grpc_done_fn done, void *userdata);
struct grpc_call *grpc_call_cancel(struct grpc_call *g); /* takes NULL, returns NULL */
