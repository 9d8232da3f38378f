/*
 * pod_resources: QoS class and the sum of requests.
 *
 * Pod-level resources decide alone where there are any. Otherwise every container counts for the class, and
 * for the sum the larger of what runs together (apps and sidecars) and what any init step needs.
 */
#include "api/pod.h"
#include "base/defs.h"

/* What the containers seen so far have in common. */
struct qos_facts {
	bool any; /* some request or limit that is not zero */
	bool all_limited; /* cpu and memory limited everywhere, requests equal */
};

static void add_to_qos(const struct pod_resources *r, struct qos_facts *f)
{
	bool cpu = r->cpu_limit_milli > 0 &&
		   (r->cpu_request_milli < 0 || r->cpu_request_milli == r->cpu_limit_milli);
	bool memory = r->memory_limit > 0 &&
		      (r->memory_request < 0 || r->memory_request == r->memory_limit);

	f->any = f->any || r->cpu_limit_milli > 0 || r->cpu_request_milli > 0 ||
		 r->memory_limit > 0 || r->memory_request > 0;
	f->all_limited = f->all_limited && cpu && memory;
}

static bool has_pod_level(const struct pod *pod)
{
	const struct pod_resources *r = &pod->resources;

	return r->cpu_request_milli >= 0 || r->cpu_limit_milli >= 0 || r->memory_request >= 0 ||
	       r->memory_limit >= 0;
}

enum pod_qos pod_qos_class(const struct pod *pod)
{
	struct qos_facts f = { .all_limited = true };

	if (has_pod_level(pod)) {
		add_to_qos(&pod->resources, &f);
	} else {
		for (size_t i = 0; i < pod->n_init_containers; i++)
			add_to_qos(&pod->init_containers[i].resources, &f);
		for (size_t i = 0; i < pod->n_containers; i++)
			add_to_qos(&pod->containers[i].resources, &f);
	}
	if (!f.any)
		return POD_QOS_BEST_EFFORT;
	return f.all_limited ? POD_QOS_GUARANTEED : POD_QOS_BURSTABLE;
}

const char *pod_qos_name(enum pod_qos qos)
{
	static const char *const names[] = {
		[POD_QOS_GUARANTEED] = "Guaranteed",
		[POD_QOS_BURSTABLE] = "Burstable",
		[POD_QOS_BEST_EFFORT] = "BestEffort",
	};

	return names[qos];
}

typedef int64_t request_fn(const struct pod_resources *r);

static int64_t cpu_of(const struct pod_resources *r)
{
	return MAX(r->cpu_request_milli, (int64_t)0);
}

static int64_t memory_of(const struct pod_resources *r)
{
	return MAX(r->memory_request, (int64_t)0);
}

static int64_t sum(const struct pod *pod, request_fn *of)
{
	int64_t together = 0, sidecars = 0, most = 0;

	for (size_t i = 0; i < pod->n_init_containers; i++) {
		const struct pod_container *c = &pod->init_containers[i];

		if (c->kind == POD_CONTAINER_SIDECAR)
			sidecars += of(&c->resources);
		else
			most = MAX(most, sidecars + of(&c->resources));
	}
	for (size_t i = 0; i < pod->n_containers; i++)
		together += of(&pod->containers[i].resources);
	return MAX(most, together + sidecars);
}

void pod_requests(const struct pod *pod, int64_t *ret_cpu_milli, int64_t *ret_memory)
{
	const struct pod_resources *own = &pod->resources;

	*ret_cpu_milli = own->cpu_request_milli >= 0 ? own->cpu_request_milli : sum(pod, cpu_of);
	*ret_memory = own->memory_request >= 0 ? own->memory_request : sum(pod, memory_of);
}
