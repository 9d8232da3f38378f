/*
 * hpa: scales what a HorizontalPodAutoscaler names.
 *
 * Each object is looked at when it appears and then every 15 s of nominal time, by a timer of its own: metrics change
 * without anybody telling. A look gathers the facts (the target, the pods it selects, what they use), asks hpa_plan.h,
 * scales the target and writes the status. What has to be remembered between two looks is kept here by key, and lost with
 * podd: the windows begin anew then.
 *
 * A target is anything of the named group and kind that has a scale: spec.replicas and a selector are all that is
 * known of it.
 */
#include "controllers/hpa.h"

#include <uthash.h>

#include "api/hpa.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/selector.h"
#include "api/workload.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "controllers/control.h"
#include "controllers/hpa_plan.h"
#include "controllers/recorder.h"
#include "controllers/workqueue.h"

#define COMPONENT "horizontal-pod-autoscaler"
#define PERIOD_NS (15 * NSEC_PER_SEC)

struct past {
	char *key, *uid;
	struct hpa_memory memory;
	UT_hash_handle hh;
};

struct hpa_controller {
	struct control *c;
	struct informer *hpas, *pods;
	struct workqueue *queue;
	struct past *pasts;
};

/* What a look finds; all owned. */
struct look {
	json_t *hpa, *target, *pods, *metrics;
	const struct kind *kind; /* of the target */
	struct selector *selector;
	struct error no_target, no_metrics;
	char *selector_text, *rivals;
};

static void look_deinit(struct look *l)
{
	json_decref(l->hpa);
	json_decref(l->target);
	json_decref(l->pods);
	json_decref(l->metrics);
	selector_free(l->selector);
	error_clear(&l->no_target);
	error_clear(&l->no_metrics);
	free(l->selector_text);
	free(l->rivals);
}

/* ---- memory ---- */

static void past_free(struct hpa_controller *hc, struct past *p)
{
	if (!p)
		return;
	HASH_DEL(hc->pasts, p);
	hpa_memory_deinit(&p->memory);
	free(p->key);
	free(p->uid);
	free(p);
}

static struct past *past_find(struct hpa_controller *hc, const char *key)
{
	struct past *p = NULL;

	HASH_FIND_STR(hc->pasts, key, p);
	return p;
}

/* Of this very object, not of an earlier one of its name. */
static struct hpa_memory *memory_of(struct hpa_controller *hc, const char *key, const json_t *hpa)
{
	struct past *p = past_find(hc, key);

	if (p && !streq(p->uid, meta_uid(hpa))) {
		past_free(hc, p);
		p = NULL;
	}
	if (!p) {
		p = xnew(p);
		p->key = xstrdup(key);
		p->uid = xstrdup(meta_uid(hpa));
		HASH_ADD_KEYPTR(hh, hc->pasts, p->key, strlen(p->key), p);
	}
	return &p->memory;
}

/* ---- facts ---- */

/* The kind that a reference names, in whatever version is served. */
static int find_kind(const json_t *ref, const struct kind **ret, struct error *err)
{
	const char *api_version = json_str_or(ref, "apiVersion", ""),
		   *slash = strchr(api_version, '/');
	_cleanup_free_ char *group =
		xstrndup(api_version, slash ? (size_t)(slash - api_version) : 0);

	for (const struct kind *k = scheme_next_stored(NULL); k; k = scheme_next_stored(k)) {
		if (!streq(k->group, group) || !streq(k->kind, json_str(ref, "kind")))
			continue;
		if (!(k->subresources & SUB_SCALE))
			return error_set(err, ERR_NOT_FOUND, NULL,
					 "the server could not find the requested resource");
		*ret = k;
		return 0;
	}
	return error_set(err, ERR_NOT_FOUND, NULL, "no matches for kind \"%s\" in group \"%s\"",
			 json_str_or(ref, "kind", ""), group);
}

static int find_target(struct hpa_controller *hc, const json_t *hpa, const struct kind **ret_kind,
		       json_t **ret, struct error *err)
{
	const json_t *ref = json_obj(hpa, "spec.scaleTargetRef");
	const char *name = json_str_or(ref, "name", "");
	struct informer *inf;
	int r = find_kind(ref, ret_kind, err);

	if (r == 0)
		r = informer_get(hc->c->informers, *ret_kind, &inf, err);
	if (r < 0)
		return r;
	*ret = json_incref(informer_find(inf, meta_namespace(hpa), name));
	return *ret ? 0 :
		      error_set(err, ERR_NOT_FOUND, NULL, "%s \"%s\" not found",
				kind_resource_name(*ret_kind), name);
}

static json_t *select_pods(struct hpa_controller *hc, const char *ns, const struct selector *sel)
{
	_cleanup_json_ json_t *all = informer_list(hc->pods, ns ? ns : "");
	json_t *chosen = json_array(), *pod;
	size_t i;

	json_array_foreach(all, i, pod)
		if (selector_matches(sel, meta_labels(pod)))
			json_array_append(chosen, pod);
	return chosen;
}

static bool scales_any(struct hpa_controller *hc, const json_t *hpa, const json_t *pods)
{
	_cleanup_(selector_freep) struct selector *sel = NULL;
	_cleanup_json_ json_t *target = NULL;
	const struct kind *k;
	json_t *pod;
	size_t i;

	if (find_target(hc, hpa, &k, &target, NULL) < 0 || workload_selector(target, &sel, NULL) < 0)
		return false;
	json_array_foreach(pods, i, pod)
		if (selector_matches(sel, meta_labels(pod)))
			return true;
	return false;
}

/* "[ns/a ns/b]" when another one scales the same pods. */
static char *find_rivals(struct hpa_controller *hc, const struct look *l)
{
	_cleanup_json_ json_t *all = informer_list(hc->hpas, meta_namespace(l->hpa) ?: "");
	_cleanup_strbuf_ struct strbuf names = STRBUF_INIT;
	size_t i, n = 0;
	json_t *hpa;

	json_array_foreach(all, i, hpa) {
		if (!streq(meta_uid(hpa), meta_uid(l->hpa)) && !scales_any(hc, hpa, l->pods))
			continue;
		strbuf_addf(&names, "%s%s/%s", n++ ? " " : "", meta_namespace(hpa), meta_name(hpa));
	}
	return n > 1 ? str_printf("[%s]", strbuf_str(&names)) : NULL;
}

static bool asks_for_resources(const json_t *hpa)
{
	json_t *metric;
	size_t i;

	json_each(hpa, "spec.metrics", i, metric)
		if (json_has(metric, "resource") || json_has(metric, "containerResource"))
			return true;
	return false;
}

/* Who is asked begins to measure: that is left alone where nobody would look at it. */
static void look_at_metrics(struct hpa_controller *hc, struct look *l)
{
	const struct metrics_source *source = &hc->c->metrics;

	if (workload_replicas(l->target) == 0 || !asks_for_resources(l->hpa))
		return;
	if (source->pods)
		(void)source->pods(source->ctx, meta_namespace(l->hpa), &l->metrics, &l->no_metrics);
	else
		error_set(&l->no_metrics, ERR_NOT_FOUND, NULL,
			  "unable to fetch metrics from resource metrics API: the server could not "
			  "find the requested resource (get pods.metrics.k8s.io)");
}

static void look(struct hpa_controller *hc, struct look *l)
{
	if (find_target(hc, l->hpa, &l->kind, &l->target, &l->no_target) < 0)
		return;
	if (workload_selector(l->target, &l->selector, &l->no_target) < 0) {
		json_decref(l->target);
		l->target = NULL;
		return;
	}
	l->selector_text = selector_format(l->selector);
	l->pods = select_pods(hc, meta_namespace(l->hpa), l->selector);
	l->rivals = find_rivals(hc, l);
	look_at_metrics(hc, l);
}

/* ---- doing ---- */

static int scale(struct hpa_controller *hc, const struct look *l, int64_t replicas,
		 struct error *err)
{
	_cleanup_json_ json_t *edited = json_dup(l->target), *as = workload_scale_get(l->target);
	int r;

	json_set_int(as, "spec.replicas", replicas);
	r = workload_scale_apply(edited, as, err);
	return r < 0 ? r : control_update(hc->c, l->kind, STORE_SPEC, edited, err);
}

static void carry_out(struct hpa_controller *hc, const struct look *l, struct hpa_memory *m,
		      struct hpa_plan *p)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int64_t now_ns = store_now_ns(hc->c->store);
	json_t *ev;
	size_t i;

	if (p->rescale && scale(hc, l, p->to, &err) == 0) {
		hpa_memory_note(m, l->hpa, p->from, p->to, now_ns);
		hpa_plan_done(p, now_ns);
	} else if (p->rescale) {
		hpa_plan_failed(p, error_text(&err), now_ns);
	}
	json_array_foreach(p->events, i, ev)
		recorder_event(hc->c->recorder, l->hpa, COMPONENT, json_str(ev, "type"),
			       json_str(ev, "reason"), "%s", json_str(ev, "message"));
}

static int reconcile(struct hpa_controller *hc, const char *key, struct look *l, struct error *err)
{
	_cleanup_(hpa_plan_deinit) struct hpa_plan plan = { 0 };
	struct hpa_memory *memory = memory_of(hc, key, l->hpa);
	struct hpa_facts facts;

	look(hc, l);
	facts = (struct hpa_facts){
		.hpa = l->hpa,
		.target = l->target,
		.why_no_target = l->target ? NULL : error_text(&l->no_target),
		.selector = l->selector_text,
		.pods = l->pods,
		.metrics = l->metrics,
		.why_no_metrics = l->metrics ? NULL : error_text(&l->no_metrics),
		.rivals = l->rivals,
		.now_ns = store_now_ns(hc->c->store),
	};
	hpa_plan_make(&facts, memory, &plan);
	carry_out(hc, l, memory, &plan);
	return control_write_status(hc->c, &kind_hpa, l->hpa, plan.status, err);
}

static void on_key(void *userdata, const char *key)
{
	struct hpa_controller *hc = userdata;
	_cleanup_free_ char *copy = xstrdup(key);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_(look_deinit) struct look l = { .no_target = ERROR_INIT, .no_metrics = ERROR_INIT };
	const char *ns, *name = workqueue_split(copy, &ns);

	l.hpa = json_incref(informer_find(hc->hpas, ns, name));
	if (!l.hpa) {
		past_free(hc, past_find(hc, key));
		return;
	}
	if (reconcile(hc, key, &l, &err) < 0)
		log_debug("controllers", "hpa %s: %s", key, error_text(&err));
	workqueue_add_after(hc->queue, key, PERIOD_NS);
}

/* ---- life ---- */

/* Changes wait for the next look; only what is new, or gone, is looked at now. */
static void on_hpa(void *userdata, const struct kind *k _unused_, json_t *was, json_t *now)
{
	struct hpa_controller *hc = userdata;

	if (!was || !now)
		workqueue_add_name(hc->queue, meta_namespace(now ?: was), meta_name(now ?: was));
}

DEFINE_CLEANUP_FUNC(struct hpa_controller *, hpa_controller_free)

int hpa_controller_new(struct control *c, struct hpa_controller **ret, struct error *err)
{
	_cleanup_(hpa_controller_freep) struct hpa_controller *hc = xnew(hc);
	int r;

	hc->c = c;
	hc->queue = workqueue_new(c->loop, c->clock, on_key, hc);
	r = informer_get(c->informers, &kind_hpa, &hc->hpas, err);
	if (r == 0)
		r = informer_get(c->informers, &kind_pod, &hc->pods, err);
	if (r < 0)
		return r;
	informer_subscribe(hc->hpas, on_hpa, hc);
	*ret = take_ptr(hc);
	return 0;
}

struct hpa_controller *hpa_controller_free(struct hpa_controller *hc)
{
	struct past *p, *next;

	if (!hc)
		return NULL;
	HASH_ITER(hh, hc->pasts, p, next)
		past_free(hc, p);
	workqueue_free(hc->queue);
	free(hc);
	return NULL;
}
