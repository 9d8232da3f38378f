/*
 * An entry per other node, by name: its last answer, and the question that is under way. A question is asked when somebody wants
 * to know and the answer is older than a few seconds of nominal time; so nobody is asked while nobody asks. Answers that
 * are too old, or of nodes that are gone, are not told.
 */
#include "cmd/podd_usage.h"

#include <uthash.h>

#include "api/cluster.h"
#include "api/meta.h"
#include "base/json.h"
#include "base/strbuf.h"
#include "cmd/podd_route.h"
#include "kubelet/kubelet.h"
#include "nodelink/link_client.h"

#define FRESH_NS (60 * NSEC_PER_SEC) /* nominal: windows longer than this say nothing about now */
#define ASK_NS (5 * NSEC_PER_SEC) /* nominal */
#define KEPT_NS (90 * NSEC_PER_SEC) /* nominal */

struct remote {
	struct podd_usage *usage;
	char *node;
	struct node_stream *question; /* NULL: none is under way */
	struct strbuf text; /* of its answer */
	json_t *answer; /* {pods, nodes}, or NULL */
	int64_t asked_ns, answered_ns; /* nominal */
	UT_hash_handle hh;
};

struct podd_usage {
	struct podd_usage_config cfg;
	char *node_name;
	struct remote *remotes;
};

/* ---- other nodes ---- */

static void on_data(void *userdata, int stream _unused_, const char *data, size_t len)
{
	struct remote *r = userdata;

	strbuf_add(&r->text, data, len);
}

static void on_done(void *userdata, int exit_code, const struct error *err _unused_)
{
	struct remote *r = userdata;
	json_t *answer = NULL;

	r->question = NULL;
	if (exit_code == 0 && json_parse(strbuf_str(&r->text), r->text.len, &answer, NULL) == 0) {
		json_decref(r->answer);
		r->answer = answer;
		r->answered_ns = clock_nominal_ns(r->usage->cfg.clock);
	}
	strbuf_deinit(&r->text);
	r->text = (struct strbuf)STRBUF_INIT;
}

static void ask(struct remote *r, const char *socket)
{
	static const struct node_stream_events events = { on_data, on_done };
	const struct podd_usage *u = r->usage;
	struct link_target target = { .loop = u->cfg.loop, .path = socket };
	int64_t now_ns = clock_nominal_ns(u->cfg.clock);

	if (r->question || (r->asked_ns && now_ns < r->asked_ns + ASK_NS))
		return;
	r->asked_ns = now_ns;
	if (link_metrics(&target, &events, r, &r->question, NULL) < 0)
		r->question = NULL;
}

static struct remote *remote_of(struct podd_usage *u, const char *node)
{
	struct remote *r = NULL;

	HASH_FIND_STR(u->remotes, node, r);
	if (r)
		return r;
	r = xnew(r);
	r->usage = u;
	r->node = xstrdup(node);
	r->text = (struct strbuf)STRBUF_INIT;
	HASH_ADD_KEYPTR(hh, u->remotes, r->node, strlen(r->node), r);
	return r;
}

static bool is_told(const json_t *metrics, const char *ns, int64_t max_window_ns)
{
	double window = strtod(json_str_or(metrics, "window", "0"), NULL) * NSEC_PER_SEC;

	return (!ns || streq(ns, meta_namespace(metrics))) &&
	       (!max_window_ns || window <= (double)max_window_ns);
}

/* What the others have said, key "pods" or "nodes"; and a new question to each of them. */
static void add_remotes(struct podd_usage *u, const char *key, const char *ns,
			int64_t max_window_ns, json_t *items)
{
	struct store_list_opts all = { 0 };
	_cleanup_json_ json_t *nodes = NULL;
	int64_t oldest_ns = clock_nominal_ns(u->cfg.clock) - KEPT_NS;
	json_t *node, *metrics;
	uint64_t revision;
	size_t i, j;

	if (store_list(u->cfg.store, &kind_node, &all, &nodes, &revision, NULL) != 0)
		return;
	json_array_foreach(nodes, i, node) {
		const char *socket = podd_route_socket(node);
		struct remote *r;

		if (!socket || streq(meta_name(node), u->node_name))
			continue;
		r = remote_of(u, meta_name(node));
		ask(r, socket);
		if (!r->answer || r->answered_ns < oldest_ns)
			continue;
		json_array_foreach(json_arr(r->answer, key), j, metrics)
			if (is_told(metrics, ns, max_window_ns))
				json_array_append(items, metrics);
	}
}

/* ---- what is asked ---- */

static int pods(struct podd_usage *u, const char *ns, int64_t max_window_ns, json_t **ret_items,
		struct error *err)
{
	int r = kubelet_pod_metrics(u->cfg.kubelet, ns, max_window_ns, ret_items, err);

	if (r == 0)
		add_remotes(u, "pods", ns, max_window_ns, *ret_items);
	return r;
}

int podd_usage_pods(struct podd_usage *u, const char *ns, json_t **ret_items, struct error *err)
{
	return pods(u, ns, 0, ret_items, err);
}

int podd_usage_nodes(struct podd_usage *u, json_t **ret_items, struct error *err)
{
	int r = kubelet_node_metrics(u->cfg.kubelet, ret_items, err);

	if (r == 0)
		add_remotes(u, "nodes", NULL, 0, *ret_items);
	return r;
}

static int fresh_pods(void *ctx, const char *ns, json_t **ret_items, struct error *err)
{
	return pods(ctx, ns, FRESH_NS, ret_items, err);
}

void podd_usage_source(struct podd_usage *u, struct metrics_source *ret)
{
	*ret = (struct metrics_source){ .ctx = u, .pods = fresh_pods };
}

/* ---- life ---- */

struct podd_usage *podd_usage_new(const struct podd_usage_config *cfg)
{
	struct podd_usage *u = xnew(u);

	u->cfg = *cfg;
	u->node_name = xstrdup(cfg->node_name);
	return u;
}

struct podd_usage *podd_usage_free(struct podd_usage *u)
{
	struct link_target none = { .loop = NULL };
	struct remote *r, *next;

	if (!u)
		return NULL;
	HASH_ITER(hh, u->remotes, r, next) {
		HASH_DEL(u->remotes, r);
		if (r->question)
			link_node_ops(&none).cancel(r->question);
		strbuf_deinit(&r->text);
		json_decref(r->answer);
		free(r->node);
		free(r);
	}
	free(u->node_name);
	free(u);
	return NULL;
}
