/*
 * node_ops: what the API server needs of the node: log and exec streams, images, disruption.
 *
 * apiserver and kubelet do not know each other; cmd/podd fills this struct with the kubelet's functions.
 * All strings are borrowed for the duration of the call. Each stream ends in exactly one `done`,
 * from the loop, never from inside the opening call; a cancelled stream gets no further call.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct node_stream; /* opaque, the node's */

struct node_log_request {
	const char *ns, *pod,
		*container; /* container NULL: the only one, or a 400 that lists them */
	bool follow, previous, timestamps;
	int64_t tail_lines; /* -1: all */
	int64_t since_seconds; /* -1: not given */
	const char *since_time; /* RFC 3339 or NULL */
	int64_t limit_bytes; /* -1: none */
};

struct node_exec_request {
	const char *ns, *pod, *container;
	char *const *argv;
	bool stdin_open, stdout_open, stderr_open, tty;
};

struct node_forward_request {
	const char *ns, *pod;
	uint16_t port; /* of the pod's loopback */
};

struct node_stream_events {
	void (*data)(void *userdata, int stream /* 1 | 2 */, const char *data, size_t len);
	/* exec: exit_code of the command, -1 with err when it could not run. Others: 0, or err. */
	void (*done)(void *userdata, int exit_code, const struct error *err);
};

/* From logs: the stream is open, but whether the node has anything against it comes by done. */
enum { NODE_OPENING = 1 };

struct node_ops {
	void *ctx;
	int (*logs)(void *ctx, const struct node_log_request *req,
		    const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		    struct error *err);
	int (*exec)(void *ctx, const struct node_exec_request *req,
		    const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		    struct error *err);
	/* The running container's own output from now on, and its stdin; argv is not looked at. */
	int (*attach)(void *ctx, const struct node_exec_request *req,
		      const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		      struct error *err);
	/* A connection to a port; stdin is what is sent to it. */
	int (*forward)(void *ctx, const struct node_forward_request *req,
		       const struct node_stream_events *ev, void *userdata,
		       struct node_stream **ret, struct error *err);
	void (*hold)(struct node_stream *s, bool on); /* of a forward: no data until it is let go */
	int (*stdin_write)(struct node_stream *s, const char *data, size_t len);
	void (*stdin_close)(struct node_stream *s);
	void (*resize)(struct node_stream *s, unsigned short cols, unsigned short rows);
	void (*cancel)(struct node_stream *s);
	/* New arrays of PodMetrics of a namespace (NULL: all), and of NodeMetrics. */
	int (*pod_metrics)(void *ctx, const char *ns, json_t **ret_items, struct error *err);
	int (*node_metrics)(void *ctx, json_t **ret_items, struct error *err);
	int (*image_import)(void *ctx, const char *path, json_t **ret_names, struct error *err);
	int (*image_list)(void *ctx, json_t **ret_array, struct error *err);
	int (*image_remove)(void *ctx, const char *ref, struct error *err);
	/*
	 * A test's way to break things from outside. what: "kill-sandbox" of a pod; "stop-node" of a pod's node, or (ns NULL) of
	 * the node of that name; "start-node" (ns NULL; name NULL: every node).
	 */
	int (*disrupt)(void *ctx, const char *what, const char *ns, const char *name,
		       struct error *err);
};
