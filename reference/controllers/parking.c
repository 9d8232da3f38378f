/*
 * parking: who waits for what.
 *
 * A change on one node can only help a pod that fits on that node, since all others are as they were; so it alone is asked, and who does
 * not fit sleeps on, with the reasons that were true when it was looked at. That keeps a hundred waiting pods from being looked at on
 * every node whenever something ends anywhere. What a pod demands of other pods may come true on another node than the one that
 * changed: who has such demands is woken by everything.
 */
#include "controllers/parking.h"

#include "base/str.h"
#include "controllers/fit.h"

struct parking {
	struct workqueue *queue;
	json_t *pods; /* by key */
	json_t *caring; /* keys of those who care about others */
};

struct parking *parking_new(struct workqueue *queue)
{
	struct parking *p = xnew(p);

	p->queue = queue;
	p->pods = json_object();
	p->caring = json_object();
	return p;
}

struct parking *parking_free(struct parking *p)
{
	if (!p)
		return NULL;
	json_decref(p->pods);
	json_decref(p->caring);
	free(p);
	return NULL;
}

void parking_put(struct parking *p, const char *key, json_t *pod, bool cares)
{
	json_object_set(p->pods, key, pod);
	if (cares)
		json_object_set_new(p->caring, key, json_true());
}

void parking_drop(struct parking *p, const char *key)
{
	json_object_del(p->pods, key);
	json_object_del(p->caring, key);
}

static bool would_fit(const json_t *pod, const json_t *node, const struct usage *usage)
{
	_cleanup_strv_ char **reasons = NULL;

	return fit_node(pod, node, usage, NULL, &reasons);
}

static void wake(struct parking *p, const json_t *node, const struct usage *usage)
{
	const char *key;
	json_t *pod;
	void *next;

	json_object_foreach_safe(p->pods, next, key, pod) {
		if (!json_object_get(p->caring, key) && (!node || !would_fit(pod, node, usage)))
			continue;
		workqueue_add(p->queue, key);
		json_object_del(p->caring, key);
		json_object_del(p->pods, key);
	}
}

void parking_node_changed(struct parking *p, const json_t *node, const struct usage *usage)
{
	wake(p, node, usage);
}

void parking_pods_changed(struct parking *p)
{
	wake(p, NULL, NULL);
}
