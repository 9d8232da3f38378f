/*
 * kubelet: wires the parts: runtime, watches, workers.
 *
 * Start: the runtime finds its shims again; then the node is registered, the pods that are bound to
 * it are listed, each gets a worker and its sandbox; what the runtime holds for nobody is removed. From then on
 * everything comes by watch. A ConfigMap or Secret that changes wakes the pods of its namespace: they may
 * wait for it, or mount it.
 */
#include "kubelet/kubelet.h"

#include "api/config.h"
#include "api/meta.h"
#include "api/selector.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "kubelet/events.h"
#include "kubelet/images.h"
#include "kubelet/node.h"
#include "kubelet/node_status.h"
#include "kubelet/pod_worker.h"
#include "kubelet/recover.h"
#include "kubelet/static_pods.h"
#include "kubelet/streams.h"
#include "kubelet/usage.h"
#include "kubelet/volumes.h"
#include "proxy/proxy.h"

static int watch_pods(struct kubelet *k, struct error *err);

struct pod_worker *kubelet_find_uid(struct kubelet *k, const char *uid)
{
	struct pod_worker *w = NULL;

	HASH_FIND_STR(k->workers, uid, w);
	return w;
}

struct pod_worker *kubelet_find_pod(struct kubelet *k, const char *ns, const char *name)
{
	struct pod_worker *w = NULL, *next = NULL;

	HASH_ITER(hh, k->workers, w, next) {
		if (!w->gone && streq(w->pod->name, name) && streq(w->pod->ns, ns))
			return w;
	}
	return NULL;
}

char *kubelet_pod_dir(const struct kubelet *k, const char *uid)
{
	return str_printf("%s/pods/%s", k->dir, uid);
}

char *kubelet_log_dir(const struct kubelet *k, const struct pod *pod)
{
	return str_printf("%s/logs/%s_%s_%s", k->root, pod->ns, pod->name, pod->uid);
}

/* ---- what the runtime says ---- */

static void runtime_event(void *userdata, const struct runtime_event *event)
{
	struct kubelet *k = userdata;
	const char *uid = json_string_value(json_object_get(sandbox_labels(event->sandbox), "uid"));
	struct pod_worker *w = uid ? kubelet_find_uid(k, uid) : NULL;
	struct ctr *c;

	if (!w || w->sandbox != event->sandbox)
		return;
	if (event->type == SANDBOX_GONE) {
		pod_worker_sandbox_gone(w);
		return;
	}
	c = pod_worker_find_rt(w, event->container);
	if (c && event->type == CONTAINER_EXITED)
		ctr_exited(c);
	else if (c)
		c->oom = true;
}

/* ---- what the store says ---- */

static void pod_changed(struct kubelet *k, json_t *obj)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct pod_worker *w = kubelet_find_uid(k, meta_uid(obj));

	if (w) {
		pod_worker_update(w, obj);
	} else if (pod_worker_new(k, obj, &w, &err) < 0) {
		log_error("kubelet", "pod %s/%s: %s", meta_namespace(obj), meta_name(obj),
			  error_text(&err));
	} else {
		recover_status(w);
	}
}

static void pod_event_cb(void *userdata, const struct store_event *event)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct kubelet *k = userdata;
	struct pod_worker *w;

	if (static_pods_take(k->statics, k, event))
		return;
	switch (event->type) {
	case STORE_ADDED:
	case STORE_MODIFIED:
		pod_changed(k, event->object);
		break;
	case STORE_DELETED:
		w = kubelet_find_uid(k, meta_uid(event->object));
		if (w)
			pod_worker_object_gone(w);
		break;
	case STORE_ERROR:
		k->pod_watch = store_watch_free(k->pod_watch);
		if (watch_pods(k, &err) < 0)
			log_error("kubelet", "watch of pods: %s", error_text(&err));
		break;
	case STORE_BOOKMARK:
		break;
	}
}

static void config_changed(struct kubelet *k, bool secret, const struct store_event *event)
{
	struct pod_worker *w = NULL, *next = NULL;

	if (!event->object)
		return;
	HASH_ITER(hh, k->workers, w, next) {
		if (w->stage != WORKER_SYNC || !streq(w->pod->ns, meta_namespace(event->object)))
			continue;
		w->refresh_volumes |= volumes_use(w, secret, meta_name(event->object));
		for (size_t i = 0; i < w->n_ctrs; i++) {
			if (streq(w->ctrs[i].wait_reason, "CreateContainerConfigError"))
				w->ctrs[i].retry_ns = 0;
		}
		pod_worker_kick(w);
	}
}

static void configmap_event(void *userdata, const struct store_event *event)
{
	config_changed(userdata, false, event);
}

static void secret_event(void *userdata, const struct store_event *event)
{
	config_changed(userdata, true, event);
}

/* What is bound to this node. */
static int select_mine(const struct kubelet *k, struct field_selector **ret, struct error *err)
{
	_cleanup_free_ char *text = str_printf("spec.nodeName=%s", k->node_name);

	return field_selector_parse(&kind_pod, text, ret, err);
}

/* Those of today (from 0: the watch begins with them) and those to come. */
static int watch_pods(struct kubelet *k, struct error *err)
{
	struct field_selector *mine = NULL;
	struct store_list_opts opts = { 0 };
	int r = select_mine(k, &mine, err);

	if (r < 0)
		return r;
	opts.fields = mine;
	r = store_watch(k->store, &kind_pod, &opts, 0, pod_event_cb, k, &k->pod_watch, err);
	field_selector_free(mine);
	return r;
}

static int list_pods(struct kubelet *k, json_t **ret, struct error *err)
{
	struct field_selector *mine = NULL;
	struct store_list_opts opts = { 0 };
	uint64_t revision;
	int r = select_mine(k, &mine, err);

	if (r < 0)
		return r;
	opts.fields = mine;
	r = store_list(k->store, &kind_pod, &opts, ret, &revision, err);
	field_selector_free(mine);
	return r;
}

static int watch_configs(struct kubelet *k, struct error *err)
{
	struct store_list_opts all = { 0 };
	uint64_t now = store_revision(k->store);
	int r = store_watch(k->store, &kind_configmap, &all, now, configmap_event, k,
			    &k->configmap_watch, err);

	if (r == 0)
		r = store_watch(k->store, &kind_secret, &all, now, secret_event, k,
				&k->secret_watch, err);
	return r;
}

/* ---- life ---- */

static int begin_work(struct kubelet *k, struct error *err)
{
	_cleanup_json_ json_t *pods = NULL;
	struct proxy_config pc = {
		.store = k->store,
		.loop = k->loop,
		.clock = k->clock,
		.rt = k->rt,
		.node_name = k->node_name,
	};
	int r = node_status_new(k, &k->node, err);

	if (r == 0)
		r = proxy_new(&pc, &k->proxy, err);
	if (r == 0)
		r = list_pods(k, &pods, err);
	if (r == 0 && k->manifests)
		r = static_pods_new(k, k->manifests, &k->statics, err);
	if (r == 0) {
		static_pods_join(k->statics, pods);
		r = recover_pods(k, pods, err);
	}
	if (r == 0)
		r = watch_pods(k, err);
	if (r == 0)
		r = watch_configs(k, err);
	return r;
}

static void runtime_ready(void *userdata, const struct error *err)
{
	_cleanup_error_ struct error own = ERROR_INIT;
	struct kubelet *k = userdata;

	if (!err && begin_work(k, &own) != 0)
		err = &own;
	if (k->ready)
		k->ready(k->ready_userdata, err);
}

static int open_parts(struct kubelet *k, const struct kubelet_config *cfg, struct error *err)
{
	struct runtime_config rc = {
		.root = cfg->root,
		.shim_path = cfg->shim_path,
		.pause_path = cfg->pause_path,
		.pod_cidr = cfg->pod_cidr,
		.host_network = cfg->host_network,
		.uplink = cfg->uplink,
		.images = cfg->images,
		.loop = cfg->loop,
		.clock = cfg->clock,
	};
	int r = fs_mkdir_p(AT_FDCWD, k->dir, 0755, err);

	if (r == 0)
		r = http_client_new(k->loop, &k->http, err);
	if (r == 0)
		r = runtime_new(&rc, runtime_event, runtime_ready, k, &k->rt, err);
	return r;
}

int kubelet_new(const struct kubelet_config *cfg,
		void (*ready)(void *userdata, const struct error *err), void *userdata,
		struct kubelet **ret_k, struct error *err)
{
	struct kubelet *k = xnew(k);
	int r;

	k->store = cfg->store;
	k->loop = cfg->loop;
	k->clock = cfg->clock;
	k->root = xstrdup(cfg->root);
	k->dir = fs_join(cfg->root, "kubelet");
	k->node_name = xstrdup(cfg->node_name);
	k->host_root = xstrdup(cfg->host_root);
	k->manifests = xstrdup(cfg->manifests);
	k->version = xstrdup(cfg->version ? cfg->version : "");
	k->pod_cidr = xstrdup(cfg->pod_cidr);
	k->labels = xstrdup(cfg->labels);
	k->taints = xstrdup(cfg->taints);
	k->socket = xstrdup(cfg->socket);
	k->ready = ready;
	k->ready_userdata = userdata;
	k->events = event_recorder_new(k);
	k->usage = usage_meter_new(k);
	r = open_parts(k, cfg, err);
	if (r != 0) {
		kubelet_free(k);
		return r;
	}
	*ret_k = k;
	return 0;
}

struct kubelet *kubelet_free(struct kubelet *k)
{
	struct pod_worker *w = NULL, *next = NULL;

	if (!k)
		return NULL;
	store_watch_free(k->pod_watch);
	store_watch_free(k->configmap_watch);
	store_watch_free(k->secret_watch);
	streams_free_all(k);
	HASH_ITER(hh, k->workers, w, next)
		pod_worker_free(w);
	static_pods_free(k->statics);
	proxy_free(k->proxy);
	node_status_free(k->node);
	runtime_free(k->rt);
	http_client_free(k->http);
	event_recorder_free(k->events);
	usage_meter_free(k->usage);
	free(k->root);
	free(k->dir);
	free(k->node_name);
	free(k->host_root);
	free(k->manifests);
	free(k->version);
	free(k->pod_cidr);
	free(k->labels);
	free(k->taints);
	free(k->socket);
	free(k);
	return NULL;
}

/* ---- pass-through ---- */

int kubelet_image_import(struct kubelet *k, const char *path, json_t **ret_names, struct error *err)
{
	int r = image_import(k->rt, path, ret_names, err);

	if (r == 0)
		images_changed(k);
	return r;
}

int kubelet_image_list(struct kubelet *k, json_t **ret_array, struct error *err)
{
	return image_list(k->rt, ret_array, err);
}

int kubelet_image_remove(struct kubelet *k, const char *ref, struct error *err)
{
	return image_remove(k->rt, ref, err);
}

int kubelet_disrupt(struct kubelet *k, const char *what, const char *ns, const char *pod,
		    struct error *err)
{
	struct pod_worker *w = kubelet_find_pod(k, ns, pod);

	if (!streq(what, "kill-sandbox"))
		return error_set(err, ERR_BAD_REQUEST, NULL, "unknown disruption \"%s\"", what);
	if (!w || w->sandbox_state != SB_READY)
		return error_set(err, ERR_NOT_FOUND, NULL, "pod \"%s\" has no sandbox", pod);
	return sandbox_kill(w->sandbox, err);
}
