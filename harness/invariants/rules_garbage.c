/*
 * rules_garbage: owners that go, and what becomes of those whom they own.
 *
 * How an owner goes stands in its finalizers: foregroundDeletion or orphan. They are worked off before it vanishes, so that at the
 * revision of its end the store shows the result. In the background it vanishes first; then what it owned has half a minute to be
 * deleted: collecting is somebody's work, and no clock makes it faster.
 */
#include "invariants/owning.h"

#define COLLECTED_NS (30 * NSEC_PER_SEC)

static const json_t *ref_to(const struct version *v, const struct life *owner)
{
	json_t *ref;
	size_t i;

	json_array_foreach(json_path(v->object, "metadata.ownerReferences"), i, ref)
		if (streq(json_str(ref, "uid"), owner->uid))
			return ref;
	return NULL;
}

static bool has_finalizer(const struct version *v, const char *name)
{
	json_t *f;
	size_t i;

	json_array_foreach(json_path(v->object, "metadata.finalizers"), i, f)
		if (streq(json_string_value(f), name))
			return true;
	return false;
}

/* s->now is its end, and it went this way: the last version shows the finalizer, or the one before it. */
static bool went_by(const struct scene *s, const char *finalizer)
{
	const struct version *v = s->now;

	return v->gone &&
	       (has_finalizer(v, finalizer) ||
		(v > s->life->versions && has_finalizer(v - 1, finalizer))) &&
	       watch_is_past(s->c->lives, s->c->n_lives, "Pod", v->revision);
}

/* ---- owners ---- */

static void goes_after_its_dependents(struct scene *s)
{
	bool left = false;

	if (!went_by(s, "foregroundDeletion"))
		return;
	for (size_t i = 0; i < s->c->n_lives; i++) {
		const struct version *v = version_at(&s->c->lives[i], s->now->revision);

		left |= v && json_truth(ref_to(v, s->life), "blockOwnerDeletion", false);
	}
	judge(s, !left);
}

/* The revision at which its deletion began. */
static uint64_t deleted_at(const struct life *l)
{
	for (size_t i = 0; i < l->n; i++)
		if (json_path(l->versions[i].object, "metadata.deletionTimestamp"))
			return l->versions[i].revision;
	return 0;
}

/* A pod that was made a moment before may be overlooked: those count that ran when the deletion began. */
static void lets_go_first(struct scene *s)
{
	uint64_t began = deleted_at(s->life);

	if (!went_by(s, "orphan"))
		return;
	for (size_t i = 0; i < s->c->n_lives; i++) {
		const struct version *then = version_at(&s->c->lives[i], began),
				     *v = version_at(&s->c->lives[i], s->now->revision);

		if (then && v && ref_to(then, s->life) &&
		    streq(json_str(then->object, "status.phase"), "Running"))
			judge(s, !ref_to(v, s->life));
	}
}

/* ---- dependents ---- */

static const struct version *end_of(const struct life *l)
{
	const struct version *last = &l->versions[l->n - 1];

	return last->gone ? last : NULL;
}

/* Everyone whom this version names as an owner, as far as seen, has been gone since. 0: somebody is there, or may be. */
static int64_t alone_since(const struct scene *s)
{
	const json_t *refs = now_at(s, "metadata.ownerReferences");
	size_t found = 0;
	int64_t since = 0;

	for (size_t i = 0; i < s->c->n_owners; i++) {
		const struct version *end = end_of(&s->c->owners[i]);

		if (!ref_to(s->now, &s->c->owners[i]))
			continue;
		if (!end)
			return 0;
		found++;
		since = MAX(since, end->latest);
	}
	return found && found == json_array_size(refs) ? since : 0;
}

static void goes_after_its_owners(struct scene *s)
{
	int64_t since = alone_since(s);

	if (since && s->now->earliest > since)
		judge(s, s->now->gone || now_at(s, "metadata.deletionTimestamp") ||
				 s->now->earliest < since + COLLECTED_NS);
}

static const struct rule of_owners[] = {
	{ "GC-002", "foreground-owner-goes-last",
	  "an owner deleted in the foreground goes after the pods that block it", RULE_VERSION,
	  goes_after_its_dependents, SAMPLED | MEDDLED, "metadata", NULL },
	{ "GC-003", "orphans-are-let-go",
	  "when an owner that orphans has gone, no pod that ran names it any more", RULE_VERSION,
	  lets_go_first, SAMPLED | MEDDLED, "metadata", NULL },
};

static const struct rule of_dependents[] = {
	{ "GC-001", "owned-pod-follows-its-owner", "a pod whose owners are gone is soon deleted",
	  RULE_VERSION, goes_after_its_owners, SAMPLED, "metadata", NULL },
};

const struct rule_set rules_owner = { of_owners, ARRAY_SIZE(of_owners) };
const struct rule_set rules_dependent = { of_dependents, ARRAY_SIZE(of_dependents) };
