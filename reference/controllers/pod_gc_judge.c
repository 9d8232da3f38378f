/*
 * pod_gc_judge: orphans, abandoned pods, and the surplus of terminated ones.
 *
 * What has ended is kept for whoever wants to look at it, up to a count: an age plays no part. Evicted pods are the least
 * worth looking at.
 */
#include "controllers/pod_gc_judge.h"

#include <stdlib.h>

#include "api/meta.h"
#include "api/pod_status.h"
#include "base/defs.h"
#include "base/json.h"
#include "controllers/node_health.h"

enum pod_gc_verdict pod_gc_judge(const json_t *pod, const json_t *node)
{
	if (pod_node_name(pod) && !node)
		return POD_GC_ORPHAN;
	if (!meta_deletion_timestamp(pod))
		return POD_GC_KEEP;
	if (!pod_node_name(pod) || (!node_is_ready(node) && node_is_out_of_service(node)))
		return POD_GC_ABANDONED;
	return POD_GC_KEEP;
}

static bool is_evicted(const json_t *pod)
{
	return streq(pod_phase(pod), "Failed") && streq(json_str(pod, "status.reason"), "Evicted");
}

static int by_worth(const void *pa, const void *pb)
{
	const json_t *a = *(json_t *const *)pa, *b = *(json_t *const *)pb;
	int r = is_evicted(b) - is_evicted(a);

	if (r == 0)
		r = strcmp(meta_creation_timestamp(a) ?: "", meta_creation_timestamp(b) ?: "");
	return r ? r : strcmp(meta_name(a), meta_name(b));
}

json_t *pod_gc_surplus(const json_t *pods, size_t keep)
{
	json_t **ended = xcalloc(json_array_size(pods) + 1, sizeof(json_t *)), *pod;
	json_t *surplus = json_array();
	size_t n = 0, i;

	json_array_foreach((json_t *)pods, i, pod)
		if (pod_is_terminal(pod))
			ended[n++] = pod;
	qsort(ended, n, sizeof(json_t *), by_worth);
	for (i = 0; i + keep < n; i++)
		json_array_append(surplus, ended[i]);
	free(ended);
	return surplus;
}
