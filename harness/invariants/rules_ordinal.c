/*
 * rules_ordinal: the pods of a StatefulSet, each of which has a name that is its own.
 *
 * Both rules look at the first version of a pod and at what there was before it. A name's earlier bearer must be gone: one that is
 * only being deleted still is that member. And with OrderedReady each lower member that is wanted must have been seen ready by
 * then; it may have lost that since, for the controller acts on what it has last read.
 */
#include "invariants/owning.h"

/* Its number among the members of the set; -1: it is none. */
static int64_t ordinal_of(const struct life *pod, const char *set)
{
	size_t len = strlen(set);
	const char *rest = strncmp(pod->name, set, len) ? "" : pod->name + len;
	char *end;
	long n;

	if (*rest != '-' || !rest[1])
		return -1;
	n = strtol(rest + 1, &end, 10);
	return *end ? -1 : n;
}

static bool is_first(const struct scene *s)
{
	return s->now == &s->life->versions[0] && !json_str(s->now->object, "spec.nodeName") &&
	       !json_str(s->now->object, "metadata.deletionTimestamp");
}

static bool is_of_statefulset(const struct version *v)
{
	const char *kind = json_str(controller_ref(v->object), "kind");

	return kind && streq(kind, "StatefulSet");
}

/* The name had another bearer: that one was gone. */
static void earlier_bearer_is_gone(struct scene *s)
{
	if (!is_first(s) || !is_of_statefulset(s->now))
		return;
	for (size_t i = 0; i < s->c->n_lives; i++) {
		const struct life *l = &s->c->lives[i];
		const struct version *last = &l->versions[l->n - 1];

		if (l == s->life || !streq(l->name, s->life->name) ||
		    l->versions[0].revision > s->now->revision)
			continue;
		judge(s, last->gone && last->revision < s->now->revision);
	}
}

static bool was_ready_before(const struct life *l, uint64_t revision)
{
	for (size_t i = 0; i < l->n && l->versions[i].revision < revision; i++) {
		const char *ready = condition_is(&l->versions[i], "Ready");

		if (ready && streq(ready, "True"))
			return true;
	}
	return false;
}

/* The member of that number that was there last before the revision. */
static const struct life *member_before(const struct scene *s, const char *set, int64_t ordinal,
					uint64_t revision)
{
	const struct life *found = NULL;

	for (size_t i = 0; i < s->c->n_lives; i++) {
		const struct life *l = &s->c->lives[i];

		if (ordinal_of(l, set) == ordinal && is_of_statefulset(&l->versions[0]) &&
		    l->versions[0].revision < revision &&
		    (!found || found->versions[0].revision < l->versions[0].revision))
			found = l;
	}
	return found;
}

/* The highest number with which the set has ever begun; -1: it was not always in order. */
static int64_t start_of(const struct life *set)
{
	int64_t start = 0;

	for (size_t i = 0; i < set->n; i++) {
		const json_t *o = set->versions[i].object;
		const char *policy = json_str(o, "spec.podManagementPolicy");

		if (!policy || !streq(policy, "OrderedReady"))
			return -1;
		start = MAX(start, json_int(o, "spec.ordinals.start", 0));
	}
	return start;
}

static void lower_ones_were_ready(struct scene *s)
{
	const struct life *set = owner_of(s, s->now, "StatefulSet");
	int64_t start = set ? start_of(set) : -1;

	if (!is_first(s) || start < 0)
		return;
	for (int64_t i = ordinal_of(s->life, set->name) - 1; i >= start; i--) {
		const struct life *lower = member_before(s, set->name, i, s->now->revision);

		judge(s, lower && was_ready_before(lower, s->now->revision));
	}
}

static const struct rule rules[] = {
	{ "STS-012", "earlier-bearer-is-gone",
	  "a StatefulSet's pod is made when the one that had its name is gone", RULE_VERSION,
	  earlier_bearer_is_gone, SAMPLED, "metadata.ownerReferences", NULL },
	{ "STS-002", "lower-ones-were-ready",
	  "with OrderedReady a pod is made when those below it have been ready", RULE_VERSION,
	  lower_ones_were_ready, SAMPLED, "metadata.ownerReferences", NULL },
};

const struct rule_set rules_ordinal = { rules, ARRAY_SIZE(rules) };
