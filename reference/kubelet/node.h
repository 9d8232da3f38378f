/*
 * node: what the parts of the kubelet share. Private to this folder.
 *
 * struct kubelet owns the runtime, the watches and a worker per pod; the store, the loop and the clock are
 * lent. Every part reaches the others through this struct and the headers named for them.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "api/pod.h"
#include "base/clock.h"
#include "base/http.h"
#include "base/loop.h"
#include "kubelet/kubelet.h"
#include "runtime/runtime.h"
#include "store/store.h"

struct pod_worker;
struct event_recorder;
struct node_status;
struct static_pods;
struct proxy;
struct usage_meter;

struct kubelet {
	struct store *store;
	struct loop *loop;
	struct clock *clock;
	char *root, *dir; /* dir: ROOT/kubelet */
	char *node_name, *version;
	char *host_root; /* NULL: the host's own */
	char *pod_cidr, *labels, *taints, *socket; /* as in kubelet_config */
	struct runtime *rt;
	struct http_client *http;
	struct pod_worker *workers; /* by uid */
	struct kubelet_stream *streams; /* open log and exec streams */
	struct store_watch *pod_watch, *configmap_watch, *secret_watch;
	struct event_recorder *events;
	struct node_status *node;
	char *manifests; /* directory of static pods, or NULL */
	struct static_pods *statics; /* NULL: no such directory */
	struct proxy *proxy;
	struct usage_meter *usage;
	void (*ready)(void *userdata, const struct error *err);
	void *ready_userdata;
};

/* The worker of a pod, by uid or by name (one that is not gone); NULL. */
struct pod_worker *kubelet_find_uid(struct kubelet *k, const char *uid);
struct pod_worker *kubelet_find_pod(struct kubelet *k, const char *ns, const char *name);

/* ROOT/kubelet/pods/UID and ROOT/logs/NS_NAME_UID; the caller frees. */
char *kubelet_pod_dir(const struct kubelet *k, const char *uid);
char *kubelet_log_dir(const struct kubelet *k, const struct pod *pod);
