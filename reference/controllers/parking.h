/*
 * parking: the pods that fitted nowhere, until something happens that may help one of them.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "controllers/node_usage.h"
#include "controllers/workqueue.h"

struct parking;

/* Who is woken goes to queue, which is borrowed. */
struct parking *parking_new(struct workqueue *queue);
struct parking *parking_free(struct parking *p); /* takes NULL, returns NULL */

/* cares: about other pods, so that what happens to them may help. The pod is referred to, not copied. */
void parking_put(struct parking *p, const char *key, json_t *pod, bool cares);
void parking_drop(struct parking *p, const char *key);

/* Something changed on node, where usage is taken now: wakes who would fit there, and who cares about others. */
void parking_node_changed(struct parking *p, const json_t *node, const struct usage *usage);
/* Something changed with other pods: wakes who cares. */
void parking_pods_changed(struct parking *p);
