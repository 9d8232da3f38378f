/*
 * kube: the built-in driver: Kubernetes' REST API over a unix socket or as a kubeconfig says.
 *
 * Opening asks, one after the other: /version, podd's own /info (not there on others), the nodes. Only a podd is watched as a whole
 * (one stream per kind for the run); in somebody's cluster each case watches its own namespace and nothing else. While
 * open, a small read is sent every 50 ms (250 ms to a cluster) to feed the revision clock (revclock.h).
 */
#include "kinds.h"
#include "subject/drivers.h"
#include "subject/kube_ops.h"
#include "util/clock.h"
#include "util/json.h"

#define INFO_PATH "/apis/podd.podtest/v1/info"

static void kube_cancel(struct call *c)
{
	kube_call_free((struct kube_call *)c);
}

static void kube_free(struct subject *s)
{
	struct kube *k = (struct kube *)s;

	while (k->calls)
		kube_call_free(k->calls);
	timer_free(k->beat);
	http_free(k->http);
	kubeconfig_clear(&k->config);
	free(k);
}

static const struct subject_ops kube_ops = {
	.request = kube_request,
	.follow = kube_follow,
	.watch = kube_watch,
	.cancel = kube_cancel,
	.free = kube_free,
};

static void opened(struct kube *k, const char *fault)
{
	k->opening = NULL;
	k->opened(k->opened_userdata, &k->base, fault);
}

static void on_beat_done(void *userdata, const struct http_reply *reply)
{
	struct kube *k = userdata;
	_cleanup_json_ json_t *body = json_read(reply->body, reply->len);

	k->beating = NULL;
	if (reply->status == 200)
		revclock_note(&k->revisions, reply->sent,
			      json_str(body, "metadata.resourceVersion"));
	timer_in(k->beat, (k->whole_cluster ? 50 : 250) * NSEC_PER_MSEC);
}

static void on_beat(void *userdata)
{
	struct kube *k = userdata;
	struct http_request req = { .path = "/api/v1/namespaces/podtest-no-such/secrets?limit=1",
				    .timeout_ms = 10000 };

	k->beating = http_start(k->http, &k->target, &req, NULL, on_beat_done, k);
}

static void on_watching(void *userdata, const struct reply *reply)
{
	struct kube *k = userdata;

	opened(k, reply->code == REPLY_OK ? NULL : reply->message);
}

/* Whether any pod may be placed there: a taint keeps most away, a cordon all. */
static bool node_is_open(const json_t *node)
{
	json_t *taint;
	size_t i;

	if (json_truth(json_object_get(node, "spec"), "unschedulable", false))
		return false;
	json_array_foreach(json_path(node, "spec.taints"), i, taint) {
		const char *effect = json_str(taint, "effect");

		if (streq(effect, "NoSchedule") || streq(effect, "NoExecute"))
			return false;
	}
	return true;
}

/* The first that takes any pod, else the first. Nodes to spare are for those cases alone that ask for them. */
static const json_t *first_node(const json_t *list, unsigned *ret_spares)
{
	const json_t *first = NULL, *open = NULL;
	json_t *node;
	size_t i;

	json_array_foreach(json_object_get(list, "items"), i, node) {
		if (json_object_get(json_path(node, "metadata.labels"), "podtest/spare")) {
			++*ret_spares;
			continue;
		}
		if (!first)
			first = node;
		if (!open && node_is_open(node))
			open = node;
	}
	return open ? open : first;
}

static void on_nodes(void *userdata, const struct http_reply *in)
{
	struct kube *k = userdata;
	_cleanup_json_ json_t *body = NULL;
	struct reply reply;
	const json_t *node;
	const char *pods;

	kube_reply(k, in, &reply, &body);
	node = first_node(body, &k->base.spares);
	k->base.node = xstrdup(json_str(node, "metadata.name"));
	pods = json_str(node, "status.allocatable.pods");
	if (!k->base.capacity)
		k->base.capacity = pods && k->whole_cluster ? (unsigned)atoi(pods) : 20;
	timer_soon(k->beat);
	if (k->whole_cluster)
		kube_watch_all(k, on_watching, k);
	else
		opened(k, NULL);
}

static void take_info(struct kube *k, const json_t *info)
{
	struct subject *s = &k->base;

	if (json_object_get(info, "features"))
		s->features = json_strv(json_object_get(info, "features"));
	s->rate = json_num(info, "clockRate", 1);
	s->has_rate = true;
	s->local = json_truth(info, "local", false);
	s->boot_id = xstrdup(json_str(info, "bootID"));
	s->capacity = (unsigned)json_int(info, "capacity", 0);
	if (json_str(info, "name")) {
		free(s->name);
		s->name = xstrdup(json_str(info, "name"));
	}
	if (json_str(info, "version")) {
		free(s->version);
		s->version = xstrdup(json_str(info, "version"));
	}
	k->whole_cluster = true;
}

static void ask(struct kube *k, const char *path, http_done_fn done)
{
	struct http_request req = { .path = path, .timeout_ms = (long)(k->base.patience * 1000) };

	k->opening = http_start(k->http, &k->target, &req, NULL, done, k);
}

static void on_metrics(void *userdata, const struct http_reply *in)
{
	struct kube *k = userdata;

	k->base.no_metrics = in->status != 200;
	ask(k, "/api/v1/nodes", on_nodes);
}

static void on_info(void *userdata, const struct http_reply *in)
{
	struct kube *k = userdata;
	_cleanup_json_ json_t *info = json_read(in->body, in->len);

	if (in->status == 200 && json_is_object(info))
		take_info(k, info);
	if (k->base.features)
		ask(k, "/api/v1/nodes", on_nodes);
	else
		ask(k, "/apis/metrics.k8s.io/v1beta1", on_metrics);
}

static void on_version(void *userdata, const struct http_reply *in)
{
	struct kube *k = userdata;
	_cleanup_json_ json_t *body = NULL;
	_cleanup_free_ char *fault = NULL;
	struct reply reply;

	kube_reply(k, in, &reply, &body);
	if (reply.code != REPLY_OK) {
		fault = xasprintf("%s: %s",
				  k->target.unix_socket ? k->target.unix_socket : k->target.base,
				  reply.message);
		opened(k, fault);
		return;
	}
	k->base.name = xstrdup("kubernetes");
	k->base.version = xstrdup(json_str(body, "gitVersion") ? json_str(body, "gitVersion") : "");
	ask(k, INFO_PATH, on_info);
}

static struct kube *kube_new(struct loop *loop, double patience, opened_fn fn, void *userdata)
{
	struct kube *k = xcalloc(1, sizeof(*k));

	k->base.ops = &kube_ops;
	k->base.loop = loop;
	k->base.rate = 1;
	k->base.patience = patience;
	k->opened = fn;
	k->opened_userdata = userdata;
	k->http = http_new(loop);
	k->beat = timer_new(loop, on_beat, k);
	return k;
}

int kube_open_unix(struct loop *loop, const char *socket, double patience, opened_fn fn,
		   void *userdata, struct subject **ret, struct error *err)
{
	struct kube *k;

	if (!*socket)
		return error_set(err, "unix: needs the path of a socket");
	k = kube_new(loop, patience, fn, userdata);
	k->config.unix_socket = xstrdup(socket);
	k->target =
		(struct http_target){ .unix_socket = k->config.unix_socket, .base = "http://podd" };
	ask(k, "/version", on_version);
	*ret = &k->base;
	return 0;
}

int kube_open_kubeconfig(struct loop *loop, const char *file, double patience, opened_fn fn,
			 void *userdata, struct subject **ret, struct error *err)
{
	struct kubeconfig c = { 0 };
	struct kube *k;

	if (kubeconfig_load(file, &c, err))
		return -1;
	k = kube_new(loop, patience, fn, userdata);
	k->config = c;
	k->target = (struct http_target){ .base = c.server,
					  .ca = c.ca,
					  .cert = c.cert,
					  .key = c.key,
					  .token = c.token,
					  .insecure = c.insecure };
	ask(k, "/version", on_version);
	*ret = &k->base;
	return 0;
}
