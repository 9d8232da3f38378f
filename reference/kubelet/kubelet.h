/*
 * kubelet: makes the pods that are bound to this node run, and reports what became of them.
 *
 * It meets the scheduler, the controllers and the API server in the store alone: pods come by a watch on
 * spec.nodeName, facts come from the runtime's events, and the answer is a status update. All work
 * is done from the loop. Pods outlive the kubelet: kubelet_free() leaves them running and the next
 * kubelet_new() on the same root finds them, their restart counts, back-offs and deadlines again.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/error.h"
#include "base/loop.h"
#include "runtime/runtime.h"
#include "store/store.h"

struct kubelet;
struct kubelet_stream;

/* Strings are copied. store, loop and clock must outlive the kubelet; it makes its own runtime. */
struct kubelet_config {
	struct store *store;
	struct loop *loop;
	struct clock *clock;
	const char *root; /* podd's --root: the kubelet keeps its things in ROOT/kubelet and ROOT/logs */
	const char *node_name;
	const char *host_root; /* hostPath volumes lie below it; NULL: the host's own root */
	const char *version; /* of podd, shown in the node's info */
	const char *shim_path, *pause_path, *pod_cidr;
	const char *manifests; /* directory of static pods; NULL: none */
	bool host_network; /* the node uses the host's network namespace */
	const char *uplink, *images; /* as in runtime_config */
	const char *labels, *taints, *socket; /* as in kubelet/node_object.h */
};

/*
 * Opens the runtime, registers the node and begins to watch. ready (may be NULL) is called once from the loop
 * when the runtime's pods of an earlier life are known and the node is Ready, or with what went wrong.
 */
int kubelet_new(const struct kubelet_config *cfg,
		void (*ready)(void *userdata, const struct error *err), void *userdata,
		struct kubelet **ret_k, struct error *err);
/* Takes NULL, returns NULL. Streams that are still open end without a call. */
struct kubelet *kubelet_free(struct kubelet *k);

/* ---- streams: shaped like apiserver/node_ops.h, which they must not know ---- */

struct kubelet_log_request {
	const char *ns, *pod, *container; /* container NULL: the only one, else ERR_BAD_REQUEST */
	bool follow, previous, timestamps;
	int64_t tail_lines; /* -1: all */
	int64_t since_seconds; /* -1: not given */
	const char *since_time; /* RFC 3339 or NULL */
	int64_t limit_bytes; /* -1: none */
};

struct kubelet_exec_request {
	const char *ns, *pod, *container;
	char *const *argv;
	bool stdin_open, stdout_open, stderr_open, tty;
};

struct kubelet_forward_request {
	const char *ns, *pod;
	uint16_t port; /* of the pod's loopback */
};

/* done is the last call and comes exactly once, from the loop; a cancelled stream gets no further call. */
struct kubelet_stream_events {
	void (*data)(void *userdata, int stream /* 1 | 2 */, const char *data, size_t len);
	/* exec: the command's exit code, -1 with err when it could not run. Others: 0, or err. */
	void (*done)(void *userdata, int exit_code, const struct error *err);
};

int kubelet_logs(struct kubelet *k, const struct kubelet_log_request *req,
		 const struct kubelet_stream_events *ev, void *userdata,
		 struct kubelet_stream **ret, struct error *err);
int kubelet_exec(struct kubelet *k, const struct kubelet_exec_request *req,
		 const struct kubelet_stream_events *ev, void *userdata,
		 struct kubelet_stream **ret, struct error *err);
/* What a running container says from now on, as its log has it; argv is not looked at. Its stdin is not reached. */
int kubelet_attach(struct kubelet *k, const struct kubelet_exec_request *req,
		   const struct kubelet_stream_events *ev, void *userdata,
		   struct kubelet_stream **ret, struct error *err);
/* A connection to a port of the pod; what is written goes there. */
int kubelet_forward(struct kubelet *k, const struct kubelet_forward_request *req,
		    const struct kubelet_stream_events *ev, void *userdata,
		    struct kubelet_stream **ret, struct error *err);
void kubelet_stream_hold(struct kubelet_stream *s, bool on); /* of a forward: no data meanwhile */
int kubelet_stream_write(struct kubelet_stream *s, const char *data, size_t len);
void kubelet_stream_close_stdin(struct kubelet_stream *s);
void kubelet_stream_resize(struct kubelet_stream *s, unsigned short cols, unsigned short rows);
/* Ends a stream that has not ended; kills an exec'd command. Takes NULL. After done it must not be called. */
void kubelet_stream_cancel(struct kubelet_stream *s);

/* ---- what is used: objects of metrics.k8s.io (api/metrics.h) ---- */

/*
 * *ret_items: a new array of the PodMetrics of one namespace (NULL: all). max_window_ns: those that were measured over a
 * longer nominal time are left out; 0: none. A pod of which nothing is known yet is not there: asking makes the
 * kubelet measure for a while.
 */
int kubelet_pod_metrics(struct kubelet *k, const char *ns, int64_t max_window_ns,
			json_t **ret_items, struct error *err);
/* The NodeMetrics of this node, in a new array. */
int kubelet_node_metrics(struct kubelet *k, json_t **ret_items, struct error *err);

/* ---- pass-through to the runtime ---- */

int kubelet_image_import(struct kubelet *k, const char *path, json_t **ret_names, struct error *err);
int kubelet_image_list(struct kubelet *k, json_t **ret_array, struct error *err);
int kubelet_image_remove(struct kubelet *k, const char *ref, struct error *err);
/* what: "kill-sandbox". ERR_NOT_FOUND when no such pod runs here. */
int kubelet_disrupt(struct kubelet *k, const char *what, const char *ns, const char *pod,
		    struct error *err);
