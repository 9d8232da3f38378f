/*
 * pod_gc_judge: which pods does nobody but the control plane end? Pure.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>

enum pod_gc_verdict {
	POD_GC_KEEP,
	POD_GC_ORPHAN, /* its node does not exist */
	POD_GC_ABANDONED, /* it is being deleted, and there is no agent that could end it */
};

/* node: that of the pod; NULL when it does not exist (or the pod has none). */
enum pod_gc_verdict pod_gc_judge(const json_t *pod, const json_t *node);

/*
 * The pods that are Succeeded or Failed beyond `keep` of them: evicted ones first, then by age, the oldest first. A new array of the
 * same objects. pods: any, in any order.
 */
json_t *pod_gc_surplus(const json_t *pods, size_t keep);
