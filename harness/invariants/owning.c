/* owning: owners and versions, as the rules about them need them. */
#include "invariants/owning.h"

int64_t count_at(const struct version *v, const char *path)
{
	return json_int(v->object, path, 0);
}

const json_t *controller_ref(const json_t *object)
{
	json_t *ref;
	size_t i;

	json_array_foreach(json_path(object, "metadata.ownerReferences"), i, ref)
		if (json_truth(ref, "controller", false))
			return ref;
	return NULL;
}

bool is_owned_by(const struct version *v, const struct life *owner)
{
	return v && streq(json_str(controller_ref(v->object), "uid"), owner->uid);
}

const struct life *owner_of(const struct scene *s, const struct version *v, const char *kind)
{
	for (size_t i = 0; v && i < s->c->n_owners; i++)
		if (streq(s->c->owners[i].kind, kind) && is_owned_by(v, &s->c->owners[i]))
			return &s->c->owners[i];
	return NULL;
}

const struct version *version_at(const struct life *l, uint64_t revision)
{
	const struct version *v = NULL;

	for (size_t i = 0; i < l->n && l->versions[i].revision <= revision; i++)
		v = &l->versions[i];
	return v && !v->gone ? v : NULL;
}

bool is_born_here(const struct life *l)
{
	const json_t *status = json_path(l->versions[0].object, "status");

	return count_at(&l->versions[0], "metadata.generation") == 1 &&
	       !json_object_get(status, "observedGeneration") &&
	       !json_object_get(status, "startTime"); /* a Job observes no generation */
}

bool watch_is_past(const struct life *lives, size_t n, const char *kind, uint64_t revision)
{
	for (size_t i = 0; i < n; i++)
		if (streq(lives[i].kind, kind) &&
		    lives[i].versions[lives[i].n - 1].revision > revision)
			return true;
	return false;
}

int64_t pods_had(const struct scene *s)
{
	int64_t had = 0;

	for (size_t i = 0; i < s->c->n_lives; i++) {
		const struct life *pod = &s->c->lives[i];
		bool its = false;

		for (size_t k = 0; k < pod->n && pod->versions[k].revision <= s->now->revision; k++)
			its = its || is_owned_by(&pod->versions[k], s->life);
		had += its;
	}
	return had;
}

void observed_is_not_ahead(struct scene *s)
{
	if (now_at(s, "status.observedGeneration"))
		judge(s, count_at(s->now, "status.observedGeneration") <=
				 count_at(s->now, "metadata.generation"));
}

void observed_never_falls(struct scene *s)
{
	if (before_at(s, "status.observedGeneration"))
		judge(s, count_at(s->now, "status.observedGeneration") >=
				 count_at(s->before, "status.observedGeneration"));
}
