/*
 * rules_owner: Deployments, ReplicaSets, ReplicationControllers, and what they and their pods say of each other.
 *
 * A controller acts on what it has last read, which may be older than what the store holds: so of the specs of a Deployment each
 * counts that it may still have acted upon, those since the generation that its status has observed.
 */
#include "invariants/owning.h"

static int64_t replicas_of(const struct version *v)
{
	return json_int(v->object, "spec.replicas", 1);
}

/* ---- a status by itself ---- */

static void counts_nest(struct scene *s)
{
	int64_t all = count_at(s->now, "status.replicas");
	int64_t ready = count_at(s->now, "status.readyReplicas");

	if (all || ready)
		judge(s, count_at(s->now, "status.availableReplicas") <= ready && ready <= all &&
				 count_at(s->now, "status.fullyLabeledReplicas") <= all &&
				 count_at(s->now, "status.updatedReplicas") <= all);
}

/* ---- pods and their owners ---- */

/* A count of pods is a count of pods that there were. */
static void counts_what_there_was(struct scene *s)
{
	if (count_at(s->now, "status.replicas") && is_born_here(s->life) &&
	    watch_is_past(s->c->lives, s->c->n_lives, "Pod", s->now->revision))
		judge(s, count_at(s->now, "status.replicas") <= pods_had(s));
}

/* A pod that a controller has made (it has its name from it). */
static void owner_was_there(struct scene *s)
{
	const json_t *ref = controller_ref(s->now->object);
	const char *kind = json_str(ref, "kind");
	const struct life *owner = owner_of(s, s->now, kind ? kind : "");

	if (s->now != &s->life->versions[0] || !json_str(s->now->object, "metadata.generateName") ||
	    !kind || !watch_is_past(s->c->owners, s->c->n_owners, kind, s->now->revision))
		return;
	judge(s, owner && owner->versions[0].revision < s->now->revision);
}

/* A ReplicaSet that a Deployment has made. */
static void named_by_its_hash(struct scene *s)
{
	const json_t *ref = controller_ref(s->now->object);
	const char *kind = json_str(ref, "kind"), *owner = json_str(ref, "name");
	const char *hash = json_str(s->now->object, "metadata.labels.pod-template-hash");
	size_t len = owner ? strlen(owner) : 0;

	if (s->now != &s->life->versions[0] || !is_born_here(s->life) || !kind ||
	    !streq(kind, "Deployment") || !hash)
		return;
	judge(s, !strncmp(s->life->name, owner, len) && s->life->name[len] == '-' &&
			 streq(s->life->name + len + 1, hash));
}

static bool always_recreates(const struct life *d)
{
	for (size_t i = 0; i < d->n; i++)
		if (!streq(json_str(d->versions[i].object, "spec.strategy.type"), "Recreate"))
			return false;
	return true;
}

/* A new pod of a Deployment that recreates finds no pod of another ReplicaSet that has not ended. */
static void recreate_ends_the_old_first(struct scene *s)
{
	const struct life *set = owner_of(s, s->now, "ReplicaSet"), *d;
	uint64_t r = s->now->revision;

	d = set ? owner_of(s, version_at(set, r), "Deployment") : NULL;
	if (s->now != &s->life->versions[0] || json_str(s->now->object, "spec.nodeName") || !d ||
	    !always_recreates(d))
		return;
	for (size_t i = 0; i < s->c->n_lives; i++) {
		const struct version *other = version_at(&s->c->lives[i], r);
		const struct life *its = owner_of(s, other, "ReplicaSet");

		if (its && its != set && owner_of(s, version_at(its, r), "Deployment") == d)
			judge(s, phase_is_final(json_str(other->object, "status.phase")));
	}
	judge(s, true);
}

/* ---- a Deployment's ReplicaSets together ---- */

static int64_t share(const json_t *value, int64_t whole, bool up)
{
	const char *text = json_string_value(value);

	if (!text)
		return json_integer_value(value);
	return (strtoll(text, NULL, 10) * whole + (up ? 99 : 0)) / 100;
}

struct bounds {
	int64_t most, least;
};

/* Widens b by what one spec of the Deployment allows. */
static void allow(struct bounds *b, const json_t *d)
{
	int64_t want = json_int(d, "spec.replicas", 1);
	const json_t *rolling = json_path(d, "spec.strategy.rollingUpdate");
	int64_t surge = share(json_object_get(rolling, "maxSurge"), want, true);
	int64_t missing = share(json_object_get(rolling, "maxUnavailable"), want, false);

	if (rolling && !surge && !missing)
		missing = 1;
	b->most = MAX(b->most, want + (rolling ? surge : 0));
	b->least = MIN(b->least, rolling ? MAX(want - missing, (int64_t)0) : 0);
}

static struct bounds bounds_at(const struct scene *s, const struct life *d, uint64_t revision)
{
	struct bounds b = { .most = 0, .least = INT64_MAX };
	const struct version *now = version_at(d, revision);
	const json_t *known = chronicle_object(s->c, "Deployment", d->name);
	int64_t observed = now ? count_at(now, "status.observedGeneration") : 0;

	for (size_t i = 0; i < d->n && d->versions[i].revision <= revision; i++)
		if (count_at(&d->versions[i], "metadata.generation") >= observed)
			allow(&b, d->versions[i].object);
	if (known && object_revision(known) <= revision) /* an answer that is ahead of the watch */
		allow(&b, known);
	return b;
}

static int64_t sum_at(const struct scene *s, const struct life *d, uint64_t revision)
{
	int64_t sum = 0;

	for (size_t i = 0; i < s->c->n_owners; i++) {
		const struct version *v = version_at(&s->c->owners[i], revision);

		if (streq(s->c->owners[i].kind, "ReplicaSet") && is_owned_by(v, d))
			sum += replicas_of(v);
	}
	return sum;
}

/* How many more this version wants than the one before; a set that was made wants all of its pods more. */
static int64_t growth(const struct scene *s)
{
	if (s->now != &s->life->versions[0])
		return replicas_of(s->now) - replicas_of(s->now - 1);
	return is_born_here(s->life) ? replicas_of(s->now) : 0;
}

static void not_too_many_are_wanted(struct scene *s)
{
	const struct life *d = owner_of(s, s->now, "Deployment");

	if (d && !s->now->gone && growth(s) > 0)
		judge(s, sum_at(s, d, s->now->revision) <= bounds_at(s, d, s->now->revision).most);
}

static void enough_are_wanted(struct scene *s)
{
	const struct life *d = owner_of(s, s->now, "Deployment");

	if (d && !s->now->gone && growth(s) < 0)
		judge(s, sum_at(s, d, s->now->revision) >= bounds_at(s, d, s->now->revision).least);
}

static const struct rule of_pods[] = {
	{ "RS-001", "owner-was-there", "a pod made by a controller has an owner that was there",
	  RULE_VERSION, owner_was_there, SAMPLED, "metadata.ownerReferences", NULL },
	{ "DEPLOY-005", "recreate-ends-the-old-first",
	  "Recreate makes a pod when all of other ReplicaSets have ended", RULE_VERSION,
	  recreate_ends_the_old_first, SAMPLED, "metadata.ownerReferences", NULL },
};

static const struct rule of_sets[] = {
	{ "DEPLOY-001", "named-by-its-hash",
	  "a Deployment's ReplicaSet has its name from the Deployment and the hash of the template",
	  RULE_VERSION, named_by_its_hash, SAMPLED, "metadata.ownerReferences", NULL },
	{ "RS-008", "set-observed-is-not-ahead", "a ReplicaSet observes no generation yet to come",
	  RULE_VERSION, observed_is_not_ahead, STATUS_WRITTEN, "status", NULL },
	{ "RS-008", "set-observed-never-falls", "observedGeneration of a ReplicaSet never falls",
	  RULE_STEP, observed_never_falls, STATUS_WRITTEN, "status", NULL },
	{ "RS-008", "set-counts-nest",
	  "available pods of a ReplicaSet are ready ones, and these are counted", RULE_VERSION,
	  counts_nest, STATUS_WRITTEN, "status", NULL },
	{ "RS-008", "set-counts-what-there-was", "a ReplicaSet counts no more pods than it has had",
	  RULE_VERSION, counts_what_there_was, STATUS_WRITTEN | SAMPLED, "status", NULL },
	{ "DEPLOY-004", "not-too-many-are-wanted",
	  "when a ReplicaSet grows, all of its Deployment want no more pods than replicas + "
	  "maxSurge",
	  RULE_VERSION, not_too_many_are_wanted, SAMPLED, "spec.replicas", NULL },
	{ "DEPLOY-004", "enough-are-wanted",
	  "when a ReplicaSet shrinks, all of its Deployment want no fewer pods than replicas - "
	  "maxUnavailable",
	  RULE_VERSION, enough_are_wanted, SAMPLED, "spec.replicas", NULL },
};

static const struct rule of_rcs[] = {
	{ "RC-001", "rc-observed-is-not-ahead",
	  "a ReplicationController observes no generation yet to come", RULE_VERSION,
	  observed_is_not_ahead, STATUS_WRITTEN, "status", NULL },
	{ "RC-001", "rc-observed-never-falls",
	  "observedGeneration of a ReplicationController never falls", RULE_STEP,
	  observed_never_falls, STATUS_WRITTEN, "status", NULL },
	{ "RC-001", "rc-counts-nest",
	  "available pods of a ReplicationController are ready ones, and these are counted",
	  RULE_VERSION, counts_nest, STATUS_WRITTEN, "status", NULL },
	{ "RC-001", "rc-counts-what-there-was",
	  "a ReplicationController counts no more pods than it has had", RULE_VERSION,
	  counts_what_there_was, STATUS_WRITTEN | SAMPLED, "status", NULL },
};

static const struct rule of_deployments[] = {
	{ "DEPLOY-015", "deployment-observed-is-not-ahead",
	  "a Deployment observes no generation yet to come", RULE_VERSION, observed_is_not_ahead,
	  STATUS_WRITTEN, "status", NULL },
	{ "DEPLOY-015", "deployment-observed-never-falls",
	  "observedGeneration of a Deployment never falls", RULE_STEP, observed_never_falls,
	  STATUS_WRITTEN, "status", NULL },
	{ "DEPLOY-015", "deployment-counts-nest",
	  "available pods of a Deployment are ready ones, and these and the updated ones are "
	  "counted",
	  RULE_VERSION, counts_nest, STATUS_WRITTEN, "status", NULL },
};

static const struct rule of_statefulsets[] = {
	{ "STS-014", "statefulset-observed-is-not-ahead",
	  "a StatefulSet observes no generation yet to come", RULE_VERSION, observed_is_not_ahead,
	  STATUS_WRITTEN, "status", NULL },
	{ "STS-014", "statefulset-observed-never-falls",
	  "observedGeneration of a StatefulSet never falls", RULE_STEP, observed_never_falls,
	  STATUS_WRITTEN, "status", NULL },
	{ "STS-014", "statefulset-counts-nest",
	  "available pods of a StatefulSet are ready ones, and these and the updated ones are "
	  "counted",
	  RULE_VERSION, counts_nest, STATUS_WRITTEN, "status", NULL },
};

const struct rule_set rules_owned = { of_pods, ARRAY_SIZE(of_pods) };
const struct rule_set rules_replicaset = { of_sets, ARRAY_SIZE(of_sets) };
const struct rule_set rules_rc = { of_rcs, ARRAY_SIZE(of_rcs) };
const struct rule_set rules_deployment = { of_deployments, ARRAY_SIZE(of_deployments) };
const struct rule_set rules_statefulset = { of_statefulsets, ARRAY_SIZE(of_statefulsets) };
