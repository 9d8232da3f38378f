/*
 * eviction: an emptyDir on the disk that outgrows its sizeLimit ends its pod: Failed, reason Evicted.
 *
 * Writing goes on past the limit: nobody is told when a directory grows, so it is measured every now and then, as in
 * the field; only pods that have such a volume pay for it. One in memory is bounded by its own size.
 * The pressure of the node itself is not looked at, so no pod gets the condition DisruptionTarget here.
 */
#include "kubelet/eviction.h"

#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"
#include "kubelet/events.h"
#include "kubelet/pod_worker.h"
#include "kubelet/volumes.h"

#define MEASURE_NS (10 * NSEC_PER_SEC) /* nominal */
#define GRACE_NS NSEC_PER_SEC

static bool is_limited(const struct pod_volume *v)
{
	return v->type == VOLUME_EMPTY_DIR && (!v->medium || !*v->medium) && v->size_limit > 0;
}

static bool is_over(const struct pod_worker *w, const struct pod_volume *v)
{
	_cleanup_free_ char *dir = volume_dir(w, v->name);

	return is_limited(v) && fs_tree_bytes(AT_FDCWD, dir, v->size_limit) > v->size_limit;
}

/* As the manifest says it. */
static const char *limit_text(const struct pod_worker *w, const char *volume)
{
	const json_t *v = json_find(json_arr(w->pod->object, "spec.volumes"), "name", volume);

	return json_str_or(v, "emptyDir.sizeLimit", "");
}

static void evict(struct pod_worker *w, const struct pod_volume *v)
{
	_cleanup_free_ char *text =
		str_printf("Usage of EmptyDir volume \"%s\" exceeds the limit \"%s\". ", v->name,
			   limit_text(w, v->name));

	pod_event(w, "Warning", "Evicted", "%s", text);
	pod_terminate_begin(w, GRACE_NS, "Evicted", text);
}

static void arm(struct pod_worker *w)
{
	loop_timer_set(w->eviction, clock_scale_delay_ns(w->k->clock, MEASURE_NS));
}

static void measure(void *userdata)
{
	struct pod_worker *w = userdata;

	if (w->stage != WORKER_SYNC)
		return;
	arm(w);
	for (size_t i = 0; w->volumes_ready && i < w->pod->n_volumes; i++) {
		if (!is_over(w, &w->pod->volumes[i]))
			continue;
		evict(w, &w->pod->volumes[i]);
		return;
	}
}

void eviction_init(struct pod_worker *w)
{
	bool limited = false;

	for (size_t i = 0; i < w->pod->n_volumes; i++)
		limited |= is_limited(&w->pod->volumes[i]);
	if (!limited)
		return;
	w->eviction = loop_timer_new(w->k->loop, measure, w);
	arm(w);
}

void eviction_deinit(struct pod_worker *w)
{
	loop_timer_free(w->eviction);
	w->eviction = NULL;
}
