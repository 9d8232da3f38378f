/*
 * rules_object: the pod as an object of the API: its identity, its spec and what counts its changes.
 */
#include "invariants/rules.h"

/* Another object under this name comes only after the one before was seen to go. */
static void uid_is_kept(struct scene *s)
{
	const struct life *before = NULL;

	if (s->now != &s->life->versions[0])
		return;
	for (const struct life *l = s->c->lives; l < s->life; l++)
		if (streq(l->name, s->life->name))
			before = l;
	if (before)
		judge(s, before->versions[before->n - 1].gone);
}

/* What a spec may never change: all but the keys that the API lets be changed, and what the control plane fills in. */
static json_t *fixed_part(const json_t *spec)
{
	static const char *const loose[] = {
		"nodeName",
		"activeDeadlineSeconds",
		"tolerations",
		"schedulingGates",
		"nodeSelector",
		"terminationGracePeriodSeconds",
		"affinity",
		"resources",
		"ephemeralContainers",
	};
	static const char *const lists[] = { "containers", "initContainers" };
	json_t *fixed = json_copy((json_t *)spec), *container;
	size_t i;

	for (size_t k = 0; k < ARRAY_SIZE(loose); k++)
		json_object_del(fixed, loose[k]);
	for (size_t k = 0; k < ARRAY_SIZE(lists); k++) {
		json_t *copies = json_array();

		json_array_foreach(json_object_get(spec, lists[k]), i, container) {
			json_t *copy = json_copy(container);

			json_object_del(copy, "image");
			json_object_del(copy, "resources");
			json_array_append_new(copies, copy);
		}
		json_object_set_new(fixed, lists[k], copies);
	}
	return fixed;
}

static bool spec_is_same(const struct scene *s)
{
	return json_same(before_at(s, "spec"), now_at(s, "spec"));
}

static void spec_stays(struct scene *s)
{
	if (spec_is_same(s)) {
		judge(s, true);
		return;
	}
	_cleanup_json_ json_t *before = fixed_part(before_at(s, "spec")),
			      *now = fixed_part(now_at(s, "spec"));

	judge(s, json_equal(before, now));
}

static void node_stays(struct scene *s)
{
	const char *node = json_str(s->before->object, "spec.nodeName");

	if (node && *node)
		judge(s, streq(json_str(s->now->object, "spec.nodeName"), node));
}

static void qos_stays(struct scene *s)
{
	if (before_at(s, "status.qosClass") || now_at(s, "status.qosClass"))
		judge(s, json_same(before_at(s, "status.qosClass"), now_at(s, "status.qosClass")));
}

/* ---- generations ---- */

static int64_t generation(const struct version *v)
{
	return json_int(v->object, "metadata.generation", -1);
}

static bool deletion_begins(const struct scene *s)
{
	return now_at(s, "metadata.deletionTimestamp") &&
	       !before_at(s, "metadata.deletionTimestamp");
}

/* Binding is no change of what is wanted. */
static bool spec_changes(const struct scene *s)
{
	if (spec_is_same(s))
		return false;
	_cleanup_json_ json_t *before = json_copy((json_t *)before_at(s, "spec")),
			      *now = json_copy((json_t *)now_at(s, "spec"));

	json_object_del(before, "nodeName");
	json_object_del(now, "nodeName");
	return !json_equal(before, now);
}

static void generation_follows_spec(struct scene *s)
{
	int64_t before = generation(s->before), now = generation(s->now);
	bool due = spec_changes(s) || deletion_begins(s);

	if (before >= 0 && now >= 0)
		judge(s, due ? now > before : now == before);
}

static void deletion_raises_generation(struct scene *s)
{
	if (deletion_begins(s) && !spec_changes(s) && generation(s->before) >= 0)
		judge(s, generation(s->now) == generation(s->before) + 1);
}

/* A request comes after the creation, so its end lies a grace after that at least; stamps have whole seconds. */
static void deletion_adds_the_grace(struct scene *s)
{
	int64_t made = stamp_seconds(s->now->object, "metadata.creationTimestamp"),
		end = stamp_seconds(s->now->object, "metadata.deletionTimestamp"),
		grace = json_int(s->now->object, "metadata.deletionGracePeriodSeconds", -1);

	if (made >= 0 && end >= 0 && grace >= 0)
		judge(s, end - grace >= made - 1);
}

/* A shorter grace counts from the first request; what that has left behind is 1 or 0, from now. */
static void shorter_grace_moves_the_end(struct scene *s)
{
	int64_t before = json_int(s->before->object, "metadata.deletionGracePeriodSeconds", -1),
		now = json_int(s->now->object, "metadata.deletionGracePeriodSeconds", -1);

	if (now > 1 && now < before)
		judge(s,
		      stamp_seconds(s->before->object, "metadata.deletionTimestamp") -
				      stamp_seconds(s->now->object, "metadata.deletionTimestamp") ==
			      before - now);
}

static void observed_is_not_ahead(struct scene *s)
{
	int64_t now = generation(s->now);
	json_t *condition;
	size_t i;

	if (now < 0)
		return;
	if (now_at(s, "status.observedGeneration"))
		judge(s, json_int(s->now->object, "status.observedGeneration", 0) <= now);
	json_array_foreach(now_at(s, "status.conditions"), i, condition)
		if (json_object_get(condition, "observedGeneration"))
			judge(s, json_int(condition, "observedGeneration", 0) <= now);
}

static void observed_never_falls(struct scene *s)
{
	int64_t before = json_int(s->before->object, "status.observedGeneration", -1);

	if (before >= 0)
		judge(s, json_int(s->now->object, "status.observedGeneration", -1) >= before);
}

/* ---- deletion ---- */

static void deletion_stays(struct scene *s)
{
	if (before_at(s, "metadata.deletionTimestamp"))
		judge(s, now_at(s, "metadata.deletionTimestamp") != NULL);
}

static void grace_never_grows(struct scene *s)
{
	int64_t before = json_int(s->before->object, "metadata.deletionGracePeriodSeconds", -1);

	if (before >= 0)
		judge(s,
		      json_int(s->now->object, "metadata.deletionGracePeriodSeconds", 0) <= before);
}

static const struct rule rules[] = {
	{ "API-002", "uid-is-kept",
	  "another uid under a name comes only when the old object has gone", RULE_VERSION,
	  uid_is_kept, SAMPLED, "metadata.uid", NULL },
	{ "API-006", "spec-stays", "only what the API lets be changed changes in a spec", RULE_STEP,
	  spec_stays, 0, "spec", NULL },
	{ "SCHED-001", "node-stays", "a pod once bound stays on its node", RULE_STEP, node_stays, 0,
	  "spec.nodeName", NULL },
	{ "PHASE-032", "qos-stays", "qosClass is there from creation on and never changes",
	  RULE_STEP, qos_stays, STATUS_WRITTEN, "status.qosClass", NULL },
	{ "PHASE-022", "generation-follows-spec",
	  "generation grows exactly when the spec changes or deletion begins", RULE_STEP,
	  generation_follows_spec, 0, "metadata.generation", "api.generation" },
	{ "TERM-030", "deletion-raises-generation", "a request to delete raises generation by one",
	  RULE_STEP, deletion_raises_generation, SAMPLED, "metadata.generation", "api.generation" },
	{ "TERM-001", "deletion-adds-the-grace",
	  "deletionTimestamp is the time of the request and the grace", RULE_VERSION,
	  deletion_adds_the_grace, 0, "metadata", NULL },
	{ "TERM-014", "shorter-grace-moves-the-end",
	  "a shorter grace brings deletionTimestamp forward by as much", RULE_STEP,
	  shorter_grace_moves_the_end, SAMPLED, "metadata", NULL },
	{ "PHASE-022", "observed-is-not-ahead", "observedGeneration is never above generation",
	  RULE_VERSION, observed_is_not_ahead, STATUS_WRITTEN, "status.observedGeneration", NULL },
	{ "PHASE-022", "observed-never-falls", "observedGeneration never falls", RULE_STEP,
	  observed_never_falls, STATUS_WRITTEN, "status.observedGeneration", NULL },
	{ "TERM-015", "deletion-stays", "deletionTimestamp is never taken back", RULE_STEP,
	  deletion_stays, 0, "metadata", NULL },
	{ "TERM-014", "grace-never-grows", "deletionGracePeriodSeconds never grows", RULE_STEP,
	  grace_never_grows, 0, "metadata.deletionGracePeriodSeconds", NULL },
};

const struct rule_set rules_object = { rules, ARRAY_SIZE(rules) };
