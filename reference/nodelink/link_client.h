/*
 * link_client: node_ops of a node that is another process on this machine.
 */
#pragma once

#include "apiserver/node_ops.h"
#include "base/loop.h"

/* A node by its socket; both are borrowed, and needed for the calls alone. */
struct link_target {
	struct loop *loop;
	const char *path;
};

/*
 * The table whose ctx is a struct link_target. logs answers NODE_OPENING; what the node has to say against any stream comes by
 * done. disrupt is sent and not waited for. Images are not the node's to change: there is none of their functions.
 */
struct node_ops link_node_ops(struct link_target *target);
/*
 * What the node's pods and the node itself use: {"pods": [PodMetrics…], "nodes": [NodeMetrics…]} as text by ev->data. A stream as
 * those of the table, to be cancelled by its function.
 */
int link_metrics(const struct link_target *target, const struct node_stream_events *ev,
		 void *userdata, struct node_stream **ret, struct error *err);
