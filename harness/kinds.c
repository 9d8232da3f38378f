/*
 * kinds: the words of fixtures and what Kubernetes calls them.
 *
 * One row per kind that a fixture may name. A kind that is not here can be applied by no step, so `lint` finds it.
 */
#include "kinds.h"

#include <strings.h>

#define ROW(word_, kind_, group_, version_, plural_, cluster_, watched_)          \
	{                                                                         \
		.word = word_, .kind = kind_, .group = group_, .plural = plural_, \
		.api_version = version_, .cluster = cluster_, .watched = watched_ \
	}

/* What is posted to a pod and kept by nobody. */
#define POSTED(word_, kind_, version_)                                              \
	{                                                                           \
		.word = word_, .kind = kind_, .group = "/api/v1", .plural = "pods", \
		.api_version = version_, .part = word_                              \
	}

static const struct kind kinds[] = {
	ROW("pod", "Pod", "/api/v1", "v1", "pods", false, true),
	ROW("event", "Event", "/api/v1", "v1", "events", false, true),
	ROW("rc", "ReplicationController", "/api/v1", "v1", "replicationcontrollers", false, true),
	ROW("rs", "ReplicaSet", "/apis/apps/v1", "apps/v1", "replicasets", false, true),
	ROW("configmap", "ConfigMap", "/api/v1", "v1", "configmaps", false, false),
	ROW("secret", "Secret", "/api/v1", "v1", "secrets", false, false),
	ROW("service", "Service", "/api/v1", "v1", "services", false, true),
	ROW("endpoints", "Endpoints", "/api/v1", "v1", "endpoints", false, false),
	ROW("endpointslice", "EndpointSlice", "/apis/discovery.k8s.io/v1", "discovery.k8s.io/v1",
	    "endpointslices", false, true),
	ROW("node", "Node", "/api/v1", "v1", "nodes", true, false),
	ROW("pv", "PersistentVolume", "/api/v1", "v1", "persistentvolumes", true, false),
	ROW("namespace", "Namespace", "/api/v1", "v1", "namespaces", true, false),
	ROW("deployment", "Deployment", "/apis/apps/v1", "apps/v1", "deployments", false, true),
	ROW("daemonset", "DaemonSet", "/apis/apps/v1", "apps/v1", "daemonsets", false, true),
	ROW("controllerrevision", "ControllerRevision", "/apis/apps/v1", "apps/v1",
	    "controllerrevisions", false, false),
	ROW("statefulset", "StatefulSet", "/apis/apps/v1", "apps/v1", "statefulsets", false, true),
	ROW("pvc", "PersistentVolumeClaim", "/api/v1", "v1", "persistentvolumeclaims", false, true),
	ROW("job", "Job", "/apis/batch/v1", "batch/v1", "jobs", false, true),
	ROW("cronjob", "CronJob", "/apis/batch/v1", "batch/v1", "cronjobs", false, true),
	ROW("hpa", "HorizontalPodAutoscaler", "/apis/autoscaling/v2", "autoscaling/v2",
	    "horizontalpodautoscalers", false, true),
	ROW("lease", "Lease", "/apis/coordination.k8s.io/v1", "coordination.k8s.io/v1", "leases",
	    false, false),
	POSTED("binding", "Binding", "v1"),
	POSTED("eviction", "Eviction", "policy/v1"),
};

const struct kind *kind_find(const char *name)
{
	for (size_t i = 0; name && i < ARRAY_SIZE(kinds); i++)
		if (!strcasecmp(kinds[i].word, name) || !strcasecmp(kinds[i].kind, name) ||
		    !strcasecmp(kinds[i].plural, name))
			return &kinds[i];
	return NULL;
}

bool kind_is_outside(const struct kind *k)
{
	return k && k->cluster && !streq(k->kind, "Namespace");
}

const struct kind *kind_at(size_t i)
{
	return i < ARRAY_SIZE(kinds) ? &kinds[i] : NULL;
}
