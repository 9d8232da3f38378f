/*
 * workqueue: the pump of every controller.
 *
 * A key is in one of three states: absent, ready (in the FIFO), or waiting for its timer; a key may be ready
 * and waiting at once. Each turn of the loop runs keys for two milliseconds at most (at least one), so that a
 * hundred objects do not keep the API server waiting, nor a busy loop the objects. Delays are nominal: the clock's rate shortens them. The first delay of a key that is not
 * the longest one wins, as in the field.
 *
 * The queue owns its items. An item lives while it is ready or waiting; its failures are kept by the back-off
 * table, which forgets on workqueue_forget().
 */
#include "controllers/workqueue.h"

#include <uthash.h>
#include <utlist.h>

#include "base/backoff.h"
#include "base/clock.h"
#include "base/loop.h"
#include "base/str.h"

struct item {
	struct workqueue *queue;
	char *key;
	bool ready;
	struct loop_timer *timer; /* NULL until delayed once */
	struct item *prev, *next; /* the FIFO, while ready */
	UT_hash_handle hh;
};

struct workqueue {
	struct loop *loop;
	struct clock *clock;
	workqueue_fn fn;
	void *userdata;
	struct loop_defer *pump;
	struct backoff *backoff;
	struct item *items; /* by key */
	struct item *fifo;
	size_t n_ready;
};

#define TURN_NS (2 * NSEC_PER_MSEC)

static const struct backoff_params retry = {
	.initial_ns = 5 * NSEC_PER_MSEC,
	.max_ns = 1000 * NSEC_PER_SEC,
	.reset_after_ns = INT64_MAX / 4,
};

static struct item *item_make(struct workqueue *q, const char *key)
{
	struct item *i = NULL;

	HASH_FIND_STR(q->items, key, i);
	if (!i) {
		i = xnew(i);
		i->queue = q;
		i->key = xstrdup(key);
		HASH_ADD_KEYPTR(hh, q->items, i->key, strlen(i->key), i);
	}
	return i;
}

static void item_free(struct item *i)
{
	HASH_DEL(i->queue->items, i);
	loop_timer_free(i->timer);
	free(i->key);
	free(i);
}

static void item_make_ready(struct item *i)
{
	struct workqueue *q = i->queue;

	if (i->ready)
		return;
	i->ready = true;
	DL_APPEND(q->fifo, i);
	q->n_ready++;
	loop_defer_schedule(q->pump);
}

static void on_timer(void *userdata)
{
	item_make_ready(userdata);
}

static void run_first(struct workqueue *q)
{
	struct item *i = q->fifo;
	_cleanup_free_ char *key = xstrdup(i->key);

	DL_DELETE(q->fifo, i);
	i->ready = false;
	q->n_ready--;
	if (!i->timer || !loop_timer_is_set(i->timer))
		item_free(i);
	q->fn(q->userdata, key);
}

static void on_pump(void *userdata)
{
	struct workqueue *q = userdata;
	int64_t end_ns = clock_now_mono_ns() + TURN_NS;

	while (q->fifo) {
		run_first(q);
		if (clock_now_mono_ns() >= end_ns)
			break;
	}
	if (q->fifo)
		loop_defer_schedule(q->pump);
}

struct workqueue *workqueue_new(struct loop *loop, struct clock *clock, workqueue_fn fn,
				void *userdata)
{
	struct workqueue *q = xnew(q);

	q->loop = loop;
	q->clock = clock;
	q->fn = fn;
	q->userdata = userdata;
	q->pump = loop_defer_new(loop, on_pump, q);
	q->backoff = backoff_new(&retry);
	return q;
}

struct workqueue *workqueue_free(struct workqueue *q)
{
	struct item *i, *next;

	if (!q)
		return NULL;
	loop_defer_free(q->pump);
	HASH_ITER(hh, q->items, i, next)
		item_free(i);
	backoff_free(q->backoff);
	free(q);
	return NULL;
}

void workqueue_add(struct workqueue *q, const char *key)
{
	item_make_ready(item_make(q, key));
}

void workqueue_add_name(struct workqueue *q, const char *ns, const char *name)
{
	_cleanup_free_ char *key = str_printf("%s/%s", ns ? ns : "", name);

	workqueue_add(q, key);
}

void workqueue_add_after(struct workqueue *q, const char *key, int64_t delay_ns)
{
	int64_t real_ns = clock_scale_delay_ns(q->clock, delay_ns);
	struct item *i = item_make(q, key);

	if (!i->timer)
		i->timer = loop_timer_new(q->loop, on_timer, i);
	if (!loop_timer_is_set(i->timer) || loop_timer_left(i->timer) > real_ns)
		loop_timer_set(i->timer, real_ns);
}

void workqueue_add_failed(struct workqueue *q, const char *key)
{
	int64_t delay_ns = backoff_next(q->backoff, key, clock_nominal_ns(q->clock));

	workqueue_add_after(q, key, delay_ns);
}

void workqueue_forget(struct workqueue *q, const char *key)
{
	backoff_reset(q->backoff, key);
}

size_t workqueue_len(const struct workqueue *q)
{
	return q->n_ready;
}

char *workqueue_split(char *key, const char **ret_ns)
{
	char *slash = strchr(key, '/');

	if (!slash) {
		*ret_ns = "";
		return key;
	}
	*slash = 0;
	*ret_ns = key;
	return slash + 1;
}
