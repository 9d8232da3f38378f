/*
 * rules_daemon: DaemonSets and their pods: one a node, and counts of nodes that fit together.
 *
 * A pod is on the node that it is bound to or, before that, on the one that its affinity names. Two at once are right only for a set
 * that starts the new pod first (maxSurge); and what was there is judged when the controller makes a pod, not when somebody else
 * puts one beside it.
 */
#include "invariants/owning.h"

/* ---- one pod a node ---- */

static const char *node_of(const json_t *pod)
{
	const char *bound = json_str(pod, "spec.nodeName");
	json_t *term, *field;
	size_t i, k;

	if (bound && *bound)
		return bound;
	json_array_foreach(json_path(pod, "spec.affinity.nodeAffinity."
					  "requiredDuringSchedulingIgnoredDuringExecution."
					  "nodeSelectorTerms"),
			   i, term)
		json_array_foreach(json_object_get(term, "matchFields"), k, field)
			if (streq(json_str(field, "key"), "metadata.name"))
				return json_str(field, "values.0");
	return NULL;
}

static bool never_surges(const struct life *set)
{
	for (size_t i = 0; i < set->n; i++) {
		const json_t *surge = json_path(set->versions[i].object,
						"spec.updateStrategy.rollingUpdate.maxSurge");

		if (json_is_string(surge) ? strtoll(json_string_value(surge), NULL, 10) :
					    json_integer_value(surge))
			return false;
	}
	return true;
}

static void old_pod_has_ended(struct scene *s)
{
	const struct life *set = owner_of(s, s->now, "DaemonSet");
	const char *node = node_of(s->now->object);

	if (s->now != &s->life->versions[0] || s->now->gone || !set || !node ||
	    !json_str(s->now->object, "metadata.generateName") || !never_surges(set))
		return;
	for (size_t i = 0; i < s->c->n_lives; i++) {
		const struct life *other = &s->c->lives[i];
		const struct version *v = version_at(other, s->now->revision);

		if (other != s->life && is_owned_by(v, set) && streq(node_of(v->object), node))
			judge(s, phase_is_final(json_str(v->object, "status.phase")));
	}
	judge(s, true);
}

/* ---- the counts ---- */

static void daemon_counts_nest(struct scene *s)
{
	int64_t wanted = count_at(s->now, "status.desiredNumberScheduled");
	int64_t current = count_at(s->now, "status.currentNumberScheduled");
	int64_t ready = count_at(s->now, "status.numberReady");
	int64_t available = count_at(s->now, "status.numberAvailable");

	if (wanted || current || ready)
		judge(s, available <= ready && ready <= current && current <= wanted &&
				 count_at(s->now, "status.updatedNumberScheduled") <= current &&
				 count_at(s->now, "status.numberUnavailable") == wanted - available);
}

static const struct rule of_pods[] = {
	{ "DS-006", "old-daemon-has-ended",
	  "a DaemonSet without surge makes a node's pod when the one before has ended",
	  RULE_VERSION, old_pod_has_ended, SAMPLED, "spec.nodeName", NULL },
};

static const struct rule of_daemonsets[] = {
	{ "DS-010", "daemonset-observed-is-not-ahead",
	  "a DaemonSet observes no generation yet to come", RULE_VERSION, observed_is_not_ahead,
	  STATUS_WRITTEN, "status", NULL },
	{ "DS-010", "daemonset-observed-never-falls",
	  "observedGeneration of a DaemonSet never falls", RULE_STEP, observed_never_falls,
	  STATUS_WRITTEN, "status", NULL },
	{ "DS-010", "daemonset-counts-nest",
	  "available nodes of a DaemonSet are ready ones, these have a pod and are to have one, "
	  "and "
	  "the rest is unavailable",
	  RULE_VERSION, daemon_counts_nest, STATUS_WRITTEN, "status", NULL },
};

const struct rule_set rules_daemon = { of_pods, ARRAY_SIZE(of_pods) };
const struct rule_set rules_daemonset = { of_daemonsets, ARRAY_SIZE(of_daemonsets) };
