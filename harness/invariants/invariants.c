/*
 * invariants: rules that hold for every pod and for those who own pods, whatever the case is about.
 *
 * The rules are tables, one per idea (rules_*.c). Each pod and owner is set up as a scene once: its versions, its containers with their
 * events, and what the case itself did to it, about which some rules then keep silent. Each rule is walked over what its kind is
 * shown. A rule that speaks only of guests has nothing to judge in a history without their lines.
 */
#include "invariants/owning.h"
#include "kinds.h"

/* The kind is whose versions a rule of the set is shown (NULL: everybody's who owns); owner: the history must tell of owners, too. */
static const struct {
	const struct rule_set *set;
	const char *kind;
	bool owner;
} sets[] = {
	{ &rules_object, "Pod", false },
	{ &rules_phase, "Pod", false },
	{ &rules_conditions, "Pod", false },
	{ &rules_status, "Pod", false },
	{ &rules_restart, "Pod", false },
	{ &rules_sandbox, "Pod", false },
	{ &rules_order, "Pod", false },
	{ &rules_probe, "Pod", false },
	{ &rules_stop, "Pod", false },
	{ &rules_owned, "Pod", true },
	{ &rules_replicaset, "ReplicaSet", true },
	{ &rules_rc, "ReplicationController", true },
	{ &rules_deployment, "Deployment", true },
	{ &rules_daemon, "Pod", true },
	{ &rules_daemonset, "DaemonSet", true },
	{ &rules_job, "Job", true },
	{ &rules_job_pod, "Pod", true },
	{ &rules_owner, NULL, true },
	{ &rules_dependent, "Pod", true },
	{ &rules_ordinal, "Pod", true },
	{ &rules_statefulset, "StatefulSet", true },
};

/* The i-th rule, and the number of its set. */
static const struct rule *rule_at(size_t i, size_t *ret_set)
{
	for (size_t k = 0; k < ARRAY_SIZE(sets); k++) {
		*ret_set = k;
		if (i < sets[k].set->n)
			return &sets[k].set->rules[i];
		i -= sets[k].set->n;
	}
	return NULL;
}

bool invariant_at(size_t i, struct invariant *ret)
{
	size_t set;
	const struct rule *r = rule_at(i, &set);

	if (!r || i >= MAX_INVARIANTS)
		return false;
	*ret = (struct invariant){ .req = r->req,
				   .name = r->name,
				   .sentence = r->sentence,
				   .needs_guest = r->kind <= RULE_CONTAINER,
				   .needs_owner = sets[set].owner };
	return true;
}

/* Rules compare events with each other; a history of a container that crashes in a loop for minutes would take hours. */
#define TOO_MANY_EVENTS 6000

/* ---- what the case did itself ---- */

/* name: of a pod, or "rs/web". */
static bool concerns(const struct hist_event *did, const char *name)
{
	const char *what = did->words[0] ? did->words[1] : NULL;
	size_t len = strlen(name);

	if (!what)
		return false;
	if (has_prefix(what, "pod/"))
		what += 4;
	return !strncmp(what, name, len) && (!what[len] || what[len] == '/');
}

/* A pod that sees the processes of the machine may meddle with any other. */
static bool sees_all(const struct chronicle *c)
{
	for (size_t i = 0; i < c->n_lives; i++)
		if (json_truth(c->lives[i].versions[0].object, "spec.hostPID", false))
			return true;
	return false;
}

static unsigned did_reasons(const struct history *h, const char *name, bool reaches_all)
{
	unsigned reasons = 0, deletes = 0;

	for (size_t i = 0; i < h->n; i++) {
		const struct hist_event *e = h->events[i];

		if (e->source != SOURCE_DID)
			continue;
		if (streq(e->words[0], "disrupt") &&
		    (concerns(e, name) || streq(e->words[1], "stop-node")))
			reasons |= NEW_SANDBOX | MEDDLED;
		if ((streq(e->words[0], "exec") || strv_has(e->words, "kill")) &&
		    (reaches_all || concerns(e, name)))
			reasons |= MEDDLED;
		if (streq(e->words[0], "patch") && strv_has(e->words, "status") && concerns(e, name))
			reasons |= STATUS_WRITTEN;
		deletes += streq(e->words[0], "delete") && concerns(e, name);
	}
	return reasons | (deletes > 1 ? DELETED_TWICE : 0);
}

static bool restarts_all(const json_t *spec)
{
	_cleanup_free_ char *text = json_line(spec);

	return strstr(text, "RestartAllContainers") != NULL;
}

/* image and resources: what a running pod lets be changed and restarts a container for. */
static bool containers_changed(const struct life *l)
{
	const json_t *first = json_path(l->versions[0].object, "spec"), *spec;

	for (size_t i = 1; i < l->n; i++) {
		spec = json_path(l->versions[i].object, "spec");
		if (spec != first && (!json_same(json_object_get(spec, "containers"),
						 json_object_get(first, "containers")) ||
				      !json_same(json_object_get(spec, "initContainers"),
						 json_object_get(first, "initContainers"))))
			return true;
	}
	return false;
}

static unsigned reasons_of(const struct chronicle *c, const struct life *l, const char *who,
			   const json_t *spec)
{
	unsigned reasons = did_reasons(c->history, who, sees_all(c));
	size_t lives = 0;

	for (size_t i = 0; i < c->n_lives; i++)
		lives += streq(c->lives[i].name, l->name);
	for (size_t i = 0; i < l->n; i++)
		reasons |= l->versions[i].sampled ? SAMPLED : 0;
	return reasons | (lives > 1 ? TWO_LIVES : 0) | (restarts_all(spec) ? NEW_SANDBOX : 0) |
	       (containers_changed(l) ? SPEC_CHANGED : 0);
}

/* ---- setting up ---- */

static void gather_events(struct actor *a, const struct history *h)
{
	a->events = xcalloc(h->n + 1, sizeof(*a->events));
	for (size_t i = 0; i < h->n; i++)
		if (streq(h->events[i]->who, a->who))
			a->events[a->n++] = h->events[i];
}

static void add_actors(struct scene *s, const char *list, bool init)
{
	json_t *container;
	size_t i;

	json_array_foreach(json_object_get(s->spec, list), i, container) {
		struct actor *a = &s->actors[s->n_actors++];

		a->container = container;
		a->init = init;
		snprintf(a->who, sizeof(a->who), "%s/%s", s->life->name,
			 json_str(container, "name"));
		gather_events(a, s->h);
	}
}

static void scene_set(struct scene *s, const struct life *l)
{
	s->life = l;
	s->spec = json_path(l->versions[l->n - 1].object, "spec");
	s->actors = xcalloc(json_array_size(json_object_get(s->spec, "initContainers")) +
				    json_array_size(json_object_get(s->spec, "containers")) + 1,
			    sizeof(*s->actors));
	s->n_actors = 0;
	add_actors(s, "initContainers", true);
	add_actors(s, "containers", false);
	s->pod = (struct actor){ 0 };
	if (streq(l->kind, "Pod"))
		snprintf(s->pod.who, sizeof(s->pod.who), "%s", l->name);
	else
		snprintf(s->pod.who, sizeof(s->pod.who), "%s/%s", kind_find(l->kind)->word, l->name);
	gather_events(&s->pod, s->h);
	s->reasons = reasons_of(s->c, l, s->pod.who, s->spec);
}

static void scene_clear(struct scene *s)
{
	for (size_t i = 0; i < s->n_actors; i++)
		free(s->actors[i].events);
	free(s->actors);
	free(s->pod.events);
}

/* ---- walking ---- */

static void walk_containers(struct scene *s)
{
	for (size_t i = 0; i < s->n_actors; i++) {
		s->actor = &s->actors[i];
		s->container = s->actor->container;
		s->init = s->actor->init;
		s->rule->check(s);
	}
}

static void walk_statuses(struct scene *s)
{
	for (size_t i = 0; i < s->n_actors; i++) {
		const char *name = json_str(s->actors[i].container, "name");

		s->container = s->actors[i].container;
		s->init = s->actors[i].init;
		s->status = status_of(s->now, name);
		s->old = s->before ? status_of(s->before, name) : NULL;
		if (s->status && (s->old || s->rule->kind == RULE_STATUS))
			s->rule->check(s);
	}
}

static void walk_versions(struct scene *s)
{
	enum rule_kind kind = s->rule->kind;
	bool steps = kind == RULE_STEP || kind == RULE_STATUS_STEP;

	for (size_t i = steps; i < s->life->n; i++) {
		s->now = &s->life->versions[i];
		s->before = steps ? s->now - 1 : NULL;
		if (kind == RULE_STATUS || kind == RULE_STATUS_STEP)
			walk_statuses(s);
		else
			s->rule->check(s);
	}
}

static void ask(struct scene *s)
{
	s->told = false;
	s->actor = NULL;
	s->before = s->now = NULL;
	s->status = s->old = s->container = NULL;
	if (s->rule->kind == RULE_POD)
		s->rule->check(s);
	else if (s->rule->kind == RULE_CONTAINER)
		walk_containers(s);
	else
		walk_versions(s);
}

static bool is_shown(size_t set, const char *kind)
{
	return sets[set].kind ? streq(sets[set].kind, kind) : !streq(kind, "Pod");
}

static void check_life(struct scene *s, char *const *features, struct invariant_marks *marks)
{
	size_t set;

	for (size_t i = 0; (s->rule = rule_at(i, &set)); i++) {
		const char *needs = s->rule->needs;

		s->judged = &marks->judged[i];
		s->broken = &marks->broken[i];
		if (s->h->n > TOO_MANY_EVENTS && s->rule->kind <= RULE_CONTAINER)
			continue;
		if (is_shown(set, s->life->kind) && !(s->rule->silent & s->reasons) &&
		    (!needs || !features || strv_has(features, needs)))
			ask(s);
	}
}

void invariants_check(const struct chronicle *c, char *const *features, violation_fn fn,
		      void *userdata, struct invariant_marks *marks)
{
	struct invariant_marks own = { 0 };
	struct scene s = { .c = c, .h = c->history, .fn = fn, .userdata = userdata };

	for (size_t i = 0; i < c->n_lives + c->n_owners; i++) {
		scene_set(&s, i < c->n_lives ? &c->lives[i] : &c->owners[i - c->n_lives]);
		check_life(&s, features, marks ? marks : &own);
		scene_clear(&s);
	}
}
