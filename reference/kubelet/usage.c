/*
 * usage: readings of the cgroups, and the rates between them.
 *
 * An idle kubelet reads nothing. Who asks (a client of metrics.k8s.io, a HorizontalPodAutoscaler) makes it read now and
 * then once a period, until nobody has asked for a while. A rate is the CPU time between two readings of one run; the
 * first reading of a run, which does not wait for the period, is compared with its start. A pod is told about when all of its running containers have one,
 * and the node is the sum of its pods.
 *
 * The period is nominal, for it only waits; but CPU time is real, and over a few hundredths of a second it says nothing:
 * so a fast clock does not bring the period below a second.
 */
#include "kubelet/usage.h"

#include "api/meta.h"
#include "api/metrics.h"
#include "base/json.h"
#include "base/log.h"
#include "kubelet/pod_worker.h"

#define PERIOD_NS (15 * NSEC_PER_SEC) /* nominal */
#define PERIOD_REAL_NS NSEC_PER_SEC /* at least */
#define INTEREST_NS (120 * NSEC_PER_SEC) /* nominal: goes on so long after the last question */
#define WINDOW_MIN_NS (NSEC_PER_SEC / 2) /* real */

struct usage_meter {
	struct kubelet *k;
	struct loop_timer *timer;
	int64_t wanted_ns; /* nominal, until */
};

void ctr_usage_take(struct ctr_usage *u, int64_t run_ns, int64_t cpu_ns, int64_t memory,
		    int64_t real_ns, int64_t now_ns, double rate)
{
	int64_t window;

	if (u->run_ns != run_ns)
		*u = (struct ctr_usage){
			.run_ns = run_ns,
			.read_ns = real_ns - (int64_t)((double)(now_ns - run_ns) / rate),
		};
	window = real_ns - u->read_ns;
	if (window < WINDOW_MIN_NS)
		return;
	u->nano = (int64_t)((double)MAX(cpu_ns - u->cpu_ns, INT64_C(0)) * NSEC_PER_SEC /
			    (double)window);
	u->memory = memory;
	u->at_ns = now_ns;
	u->window_ns = (int64_t)((double)window * rate);
	u->cpu_ns = cpu_ns;
	u->read_ns = real_ns;
}

static void read_ctr(struct ctr *c)
{
	const struct clock *clock = c->w->k->clock;
	struct container_status st = { 0 };
	int64_t cpu, memory;

	if (c->rt)
		container_get_status(c->rt, &st);
	if (st.state != CONTAINER_RUNNING || container_usage(c->rt, &cpu, &memory, NULL) < 0) {
		c->usage = (struct ctr_usage){ 0 };
		return;
	}
	ctr_usage_take(&c->usage, st.started_ns, cpu, memory, clock_mono_ns(clock),
		       clock_nominal_ns(clock), clock_rate(clock));
}

/* unknown_only: those that have no rate yet. */
static void read_all(struct kubelet *k, bool unknown_only)
{
	struct pod_worker *w = NULL, *next = NULL;

	HASH_ITER(hh, k->workers, w, next) {
		for (size_t i = 0; i < w->n_ctrs; i++)
			if (!unknown_only || !w->ctrs[i].usage.window_ns)
				read_ctr(&w->ctrs[i]);
	}
}

static void arm(struct usage_meter *m)
{
	loop_timer_set(m->timer, MAX(clock_scale_delay_ns(m->k->clock, PERIOD_NS), PERIOD_REAL_NS));
}

static void on_timer(void *userdata)
{
	struct usage_meter *m = userdata;

	if (clock_nominal_ns(m->k->clock) >= m->wanted_ns)
		return;
	read_all(m->k, false);
	arm(m);
}

static void want(struct usage_meter *m)
{
	m->wanted_ns = clock_nominal_ns(m->k->clock) + INTEREST_NS;
	read_all(m->k, loop_timer_is_set(m->timer));
	if (!loop_timer_is_set(m->timer))
		arm(m);
}

/* ---- what is told ---- */

/* The array of a pod's containers; NULL: one of them is not known yet, or none runs. */
static json_t *containers_of(const struct pod_worker *w, int64_t max_window_ns, int64_t *ret_at_ns,
			     int64_t *ret_window_ns)
{
	_cleanup_json_ json_t *list = json_array();

	*ret_at_ns = INT64_MAX;
	*ret_window_ns = 0;
	for (size_t i = 0; i < w->n_ctrs; i++) {
		const struct ctr *c = &w->ctrs[i];
		const struct ctr_usage *u = &c->usage;

		if (!ctr_is_live(c))
			continue;
		if (u->window_ns == 0 || (max_window_ns && u->window_ns > max_window_ns))
			return NULL;
		json_take_append(list, json_pack("{ss, so}", "name", c->spec->name, "usage",
						 metrics_usage_new(u->nano, u->memory)));
		*ret_at_ns = MIN(*ret_at_ns, u->at_ns);
		*ret_window_ns = MAX(*ret_window_ns, u->window_ns);
	}
	return json_array_size(list) ? take_ptr(list) : NULL;
}

int kubelet_pod_metrics(struct kubelet *k, const char *ns, int64_t max_window_ns,
			json_t **ret_items, struct error *err _unused_)
{
	json_t *items = json_array();
	struct pod_worker *w = NULL, *next = NULL;

	want(k->usage);
	HASH_ITER(hh, k->workers, w, next) {
		int64_t at, window;
		json_t *containers, *obj;

		if (w->gone || (ns && !streq(ns, w->pod->ns)))
			continue;
		containers = containers_of(w, max_window_ns, &at, &window);
		if (!containers)
			continue;
		obj = metrics_new(&kind_pod_metrics, w->pod->ns, w->pod->name,
				  meta_labels(w->object), at, window);
		json_object_set_new(obj, "containers", containers);
		json_take_append(items, obj);
	}
	*ret_items = items;
	return 0;
}

int kubelet_node_metrics(struct kubelet *k, json_t **ret_items, struct error *err _unused_)
{
	int64_t nano = 0, memory = 0, window = 0;
	struct pod_worker *w = NULL, *next = NULL;
	json_t *obj;

	want(k->usage);
	HASH_ITER(hh, k->workers, w, next) {
		for (size_t i = 0; i < w->n_ctrs; i++) {
			const struct ctr_usage *u = &w->ctrs[i].usage;

			nano += u->nano;
			memory += u->memory;
			window = MAX(window, u->window_ns);
		}
	}
	obj = metrics_new(&kind_node_metrics, NULL, k->node_name, NULL, clock_nominal_ns(k->clock),
			  window ? window : PERIOD_NS);
	json_object_set_new(obj, "usage", metrics_usage_new(nano, memory));
	*ret_items = json_array();
	json_take_append(*ret_items, obj);
	return 0;
}

/* ---- life ---- */

struct usage_meter *usage_meter_new(struct kubelet *k)
{
	struct usage_meter *m = xnew(m);

	m->k = k;
	m->timer = loop_timer_new(k->loop, on_timer, m);
	return m;
}

struct usage_meter *usage_meter_free(struct usage_meter *m)
{
	if (!m)
		return NULL;
	loop_timer_free(m->timer);
	free(m);
	return NULL;
}
