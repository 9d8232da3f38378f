/*
 * resources: the formulas of the field: shares from requests, quota from limits, and whom the kernel
 * kills first.
 */
#include "kubelet/resources.h"

#include "base/defs.h"

#define PERIOD_US 100000
#define MIN_QUOTA_US 1000
#define MIN_SHARES 2
#define MAX_SHARES 262144

static int64_t shares(int64_t milli)
{
	int64_t s = milli > 0 ? milli * 1024 / 1000 : 0;

	return MIN(MAX(s, MIN_SHARES), MAX_SHARES);
}

static struct resource_limits limits_of(int64_t cpu_request, int64_t cpu_limit, int64_t memory)
{
	struct resource_limits l = { .cpu_shares = shares(cpu_request) };

	if (cpu_limit > 0) {
		l.cpu_period_us = PERIOD_US;
		l.cpu_quota_us = MAX(cpu_limit * PERIOD_US / 1000, MIN_QUOTA_US);
	}
	if (memory > 0)
		l.memory_bytes = memory;
	return l;
}

struct resource_limits resources_container(const struct pod_container *c)
{
	const struct pod_resources *r = &c->resources;
	int64_t request = r->cpu_request_milli >= 0 ? r->cpu_request_milli : r->cpu_limit_milli;

	return limits_of(request, r->cpu_limit_milli, r->memory_limit);
}

struct sums {
	int64_t cpu_limit, memory_limit;
	bool cpu_open, memory_open; /* a container has no limit */
};

static void add(struct sums *s, const struct pod_container *c)
{
	if (c->resources.cpu_limit_milli > 0)
		s->cpu_limit += c->resources.cpu_limit_milli;
	else
		s->cpu_open = true;
	if (c->resources.memory_limit > 0)
		s->memory_limit += c->resources.memory_limit;
	else
		s->memory_open = true;
}

/* Regular init containers run alone, beside the sidecars: the largest of them may need more than the sum. */
static void raise_for_init(struct sums *s, const struct pod_container *c)
{
	s->cpu_open |= c->resources.cpu_limit_milli <= 0;
	s->memory_open |= c->resources.memory_limit <= 0;
	s->cpu_limit = MAX(s->cpu_limit, c->resources.cpu_limit_milli);
	s->memory_limit = MAX(s->memory_limit, c->resources.memory_limit);
}

struct resource_limits resources_pod(const struct pod *pod)
{
	int64_t cpu_request = 0, memory_request = 0, cpu, memory;
	struct sums s = { 0 };

	for (size_t i = 0; i < pod->n_containers; i++)
		add(&s, &pod->containers[i]);
	for (size_t i = 0; i < pod->n_init_containers; i++) {
		if (pod->init_containers[i].kind == POD_CONTAINER_SIDECAR)
			add(&s, &pod->init_containers[i]);
	}
	for (size_t i = 0; i < pod->n_init_containers; i++) {
		if (pod->init_containers[i].kind == POD_CONTAINER_INIT)
			raise_for_init(&s, &pod->init_containers[i]);
	}
	cpu = s.cpu_open ? 0 : s.cpu_limit;
	memory = s.memory_open ? 0 : s.memory_limit;
	if (pod->resources.cpu_limit_milli > 0)
		cpu = pod->resources.cpu_limit_milli;
	if (pod->resources.memory_limit > 0)
		memory = pod->resources.memory_limit;
	pod_requests(pod, &cpu_request, &memory_request);
	return limits_of(cpu_request, cpu, memory);
}

static int burstable_adj(int64_t request, int64_t node_memory)
{
	int64_t adj = 1000;

	if (request > 0 && node_memory > 0)
		adj = 1000 - 1000 * (request / 1024) / MAX(node_memory / 1024, 1);
	return MIN(MAX(adj, 2), 999);
}

/* A sidecar is not killed before the app container that asked for least. */
static int64_t least_app_request(const struct pod *pod)
{
	int64_t least = pod->containers[0].resources.memory_request;

	for (size_t i = 1; i < pod->n_containers; i++)
		least = MIN(least, pod->containers[i].resources.memory_request);
	return least;
}

int resources_oom_score_adj(const struct pod *pod, const struct pod_container *c,
			    int64_t node_memory)
{
	int adj;

	switch (pod_qos_class(pod)) {
	case POD_QOS_GUARANTEED:
		return -997;
	case POD_QOS_BEST_EFFORT:
		return 1000;
	case POD_QOS_BURSTABLE:
		break;
	}
	adj = burstable_adj(c->resources.memory_request, node_memory);
	if (c->kind == POD_CONTAINER_SIDECAR)
		adj = MIN(adj, burstable_adj(least_app_request(pod), node_memory));
	return adj;
}
