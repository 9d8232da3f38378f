/*
 * retired: the old groups and versions, by kind.
 *
 * They are not served and nothing of them is understood: who still writes them is told what to write instead. The
 * spec has often changed in between (a selector is asked for now), so nothing is translated.
 */
#include "api/retired.h"

#include "base/defs.h"
#include "base/str.h"

static const struct retired {
	const char *group_version, *kind, *plural, *since, *instead;
} all[] = {
	{ "extensions/v1beta1", "Deployment", "deployments", "1.16", "apps/v1, kind Deployment" },
	{ "extensions/v1beta1", "ReplicaSet", "replicasets", "1.16", "apps/v1, kind ReplicaSet" },
	{ "extensions/v1beta1", "DaemonSet", "daemonsets", "1.16", "apps/v1, kind DaemonSet" },
	{ "extensions/v1beta1", "Job", "jobs", "1.6", "batch/v1, kind Job" },
	{ "extensions/v1beta1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "1.6",
	  "autoscaling/v2, kind HorizontalPodAutoscaler" },
	{ "extensions/v1beta1", "Ingress", "ingresses", "1.22",
	  "networking.k8s.io/v1, kind Ingress" },
	{ "extensions/v1beta1", "NetworkPolicy", "networkpolicies", "1.16",
	  "networking.k8s.io/v1, kind NetworkPolicy" },
	{ "extensions/v1beta1", "PodSecurityPolicy", "podsecuritypolicies", "1.16",
	  "the Pod Security Standards" },
	{ "apps/v1alpha1", "PetSet", "petsets", "1.5", "apps/v1, kind StatefulSet" },
	{ "apps/v1beta1", "Deployment", "deployments", "1.16", "apps/v1, kind Deployment" },
	{ "apps/v1beta1", "StatefulSet", "statefulsets", "1.16", "apps/v1, kind StatefulSet" },
	{ "apps/v1beta2", "Deployment", "deployments", "1.16", "apps/v1, kind Deployment" },
	{ "apps/v1beta2", "ReplicaSet", "replicasets", "1.16", "apps/v1, kind ReplicaSet" },
	{ "apps/v1beta2", "DaemonSet", "daemonsets", "1.16", "apps/v1, kind DaemonSet" },
	{ "apps/v1beta2", "StatefulSet", "statefulsets", "1.16", "apps/v1, kind StatefulSet" },
	{ "batch/v2alpha1", "ScheduledJob", "scheduledjobs", "1.8", "batch/v1, kind CronJob" },
	{ "batch/v2alpha1", "CronJob", "cronjobs", "1.21", "batch/v1, kind CronJob" },
	{ "batch/v1beta1", "CronJob", "cronjobs", "1.25", "batch/v1, kind CronJob" },
	{ "autoscaling/v2beta1", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "1.25",
	  "autoscaling/v2, kind HorizontalPodAutoscaler" },
	{ "autoscaling/v2beta2", "HorizontalPodAutoscaler", "horizontalpodautoscalers", "1.26",
	  "autoscaling/v2, kind HorizontalPodAutoscaler" },
	{ "policy/v1beta1", "PodDisruptionBudget", "poddisruptionbudgets", "1.25",
	  "policy/v1, kind PodDisruptionBudget" },
	{ "settings.k8s.io/v1alpha1", "PodPreset", "podpresets", "1.20",
	  "a mutating admission policy" },
};

char *retired_advice(const char *group_version, const char *word)
{
	for (size_t i = 0; i < ARRAY_SIZE(all); i++)
		if (streq(all[i].group_version, group_version) &&
		    (streq(all[i].kind, word) || streq(all[i].plural, word)))
			return str_printf("Kubernetes serves it no more since %s: use %s",
					  all[i].since, all[i].instead);
	return NULL;
}
