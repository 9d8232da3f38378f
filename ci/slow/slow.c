/*
 * slow: a node as slow as a real one, linked into podd by VARIANT=slow alone.
 *
 * A case must not lean on how fast podd is. Here statuses come up to two seconds late and several changes at once, an exit is noticed up
 * to a second after it, and a back-off is drawn out by up to a half: what a real node was measured to do, and all of it allowed. The
 * functions stand in front of podd's own (the linker's --wrap), so that no source knows of them. `make check-slow` runs
 * the whole suite so, at a clock rate of 1.
 */
#include <stdlib.h>

#include "base/clock.h"
#include "base/defs.h"
#include "base/loop.h"
#include "kubelet/kubelet.h"
#include "kubelet/pod_worker.h"

#define EXIT_LATE_MS 1000
#define STATUS_EARLIEST_MS 50
#define STATUS_LATE_MS 500
#define STATUS_VERY_LATE_MS 2000 /* one in four */

struct late {
	struct kubelet *k;
	char *uid;
	struct container *rt; /* NULL: a status */
	struct loop_timer *timer;
	struct late *next;
};

static struct late *pending;

void __real_pod_publish(struct pod_worker *w);
void __real_ctr_exited(struct ctr *c);
int64_t __real_crash_backoff_until(const struct crash_backoff *b, int64_t exit_ns);
void __wrap_pod_publish(struct pod_worker *w);
void __wrap_ctr_exited(struct ctr *c);
int64_t __wrap_crash_backoff_until(const struct crash_backoff *b, int64_t exit_ns);

static struct late *find(const char *uid, const struct container *rt)
{
	struct late *l = pending;

	while (l && (!streq(l->uid, uid) || l->rt != rt))
		l = l->next;
	return l;
}

static void forget(struct late *l)
{
	struct late **at = &pending;

	while (*at != l)
		at = &(*at)->next;
	*at = l->next;
	loop_timer_free(l->timer);
	free(l->uid);
	free(l);
}

/* The pod may be gone by now, or the run another. */
static void happen(void *userdata)
{
	struct late *l = userdata;
	struct pod_worker *w = kubelet_find_uid(l->k, l->uid);
	struct ctr *c = w && l->rt ? pod_worker_find_rt(w, l->rt) : NULL;
	bool is_status = !l->rt;

	forget(l);
	if (c)
		__real_ctr_exited(c);
	else if (w && is_status)
		__real_pod_publish(w);
}

static void put_off(struct pod_worker *w, struct container *rt, int ms)
{
	struct late *l;

	if (find(w->uid, rt))
		return;
	l = xnew(l);
	l->k = w->k;
	l->uid = xstrdup(w->uid);
	l->rt = rt;
	l->timer = loop_timer_new(w->k->loop, happen, l);
	l->next = pending;
	pending = l;
	loop_timer_set(l->timer, ms * NSEC_PER_MSEC);
}

void __wrap_pod_publish(struct pod_worker *w)
{
	int latest = rand() % 4 ? STATUS_LATE_MS : STATUS_VERY_LATE_MS;

	put_off(w, NULL, STATUS_EARLIEST_MS + rand() % latest);
}

void __wrap_ctr_exited(struct ctr *c)
{
	if (c->rt)
		put_off(c->w, c->rt, rand() % EXIT_LATE_MS);
}

/* The same for one exit however often it is asked. */
int64_t __wrap_crash_backoff_until(const struct crash_backoff *b, int64_t exit_ns)
{
	int64_t until = __real_crash_backoff_until(b, exit_ns), delay = until - exit_ns;

	return until + delay * (exit_ns / 1000 % 100) / 200;
}
