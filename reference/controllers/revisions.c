/*
 * revisions: which template an owner has now, which it had, and in what order.
 *
 * A revision is found again by what it holds: a template that was there before is the same revision, whose number
 * rises above all others, so its pods need not be replaced. Its name and the hash by which pods are told apart come
 * from the template and from how often such a name was taken by something else (status.collisionCount); both stay
 * as they are for good.
 */
#include "controllers/revisions.h"

#include "api/meta.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/name_hash.h"

json_t *revision_data(const json_t *owner)
{
	json_t *template = json_dup(json_obj(owner, "spec.template"));

	json_set_str(template, "$patch", "replace");
	return json_pack("{s{so}}", "spec", "template", template);
}

int64_t revision_number(const json_t *revision)
{
	return json_int(revision, "revision", 0);
}

json_t *revision_new(const json_t *owner, const char *hash_label, int64_t number)
{
	static const char *const template_labels = "spec.template.metadata.labels";
	json_t *data = revision_data(owner), *labels = json_dup(json_obj(owner, template_labels));
	_cleanup_free_ char *hash = name_hash(data, json_int(owner, "status.collisionCount", 0));
	_cleanup_free_ char *name = str_printf("%s-%s", meta_name(owner), hash);
	json_t *revision = json_pack("{s:s,s:s,s:o,s:I}", "apiVersion", "apps/v1", "kind",
				     "ControllerRevision", "data", data, "revision",
				     (json_int_t)number);
	json_t *meta = meta_ensure(revision);

	if (!labels)
		labels = json_object();
	json_object_set_new(labels, hash_label, json_string(hash));
	meta_set(revision, "name", name);
	meta_set(revision, "namespace", meta_namespace(owner));
	json_object_set_new(meta, "labels", labels);
	if (meta_annotations(owner))
		json_object_set_new(meta, "annotations", json_dup(meta_annotations(owner)));
	json_object_set_new(meta, "ownerReferences",
			    json_pack("[o]", meta_controller_ref_new(owner)));
	return revision;
}

/* ---- the plan ---- */

/* By number; by age where numbers are equal. */
static bool is_before(const json_t *a, const json_t *b)
{
	int64_t x = revision_number(a), y = revision_number(b);

	return x != y ? x < y :
			strcmp(meta_creation_timestamp(a) ?: "", meta_creation_timestamp(b) ?: "") <
				0;
}

static json_t *by_number(const json_t *revisions)
{
	json_t *out = json_array(), *r;
	size_t i;

	json_array_foreach((json_t *)revisions, i, r) {
		size_t at = json_array_size(out);

		while (at > 0 && is_before(r, json_array_get(out, at - 1)))
			at--;
		json_array_insert(out, at, r);
	}
	return out;
}

/* Takes the newest one that holds data out of the list; NULL: none does. */
static json_t *take_equal(json_t *revisions, const json_t *data)
{
	for (size_t i = json_array_size(revisions); i-- > 0;) {
		json_t *r = json_array_get(revisions, i);

		if (!json_same(json_object_get(r, "data"), data))
			continue;
		json_incref(r);
		json_array_remove(revisions, i);
		return r;
	}
	return NULL;
}

void revision_plan_make(const json_t *owner, const char *hash_label, const json_t *revisions,
			struct revision_plan *ret)
{
	_cleanup_json_ json_t *data = revision_data(owner), *found = NULL;
	int64_t next = 1;
	json_t *r;
	size_t i;

	*ret = (struct revision_plan){ .old = by_number(revisions) };
	found = take_equal(ret->old, data);
	json_array_foreach(ret->old, i, r)
		next = MAX(next, revision_number(r) + 1);
	if (!found) {
		ret->step = REVISION_IS_NEW;
		ret->current = revision_new(owner, hash_label, next);
	} else if (revision_number(found) < next) {
		ret->step = REVISION_RISES;
		ret->current = json_dup(found);
		json_set_int(ret->current, "revision", next);
	} else {
		ret->step = REVISION_STAYS;
		ret->current = take_ptr(found);
	}
}

void revision_plan_deinit(struct revision_plan *p)
{
	json_decref(p->current);
	json_decref(p->old);
	*p = (struct revision_plan){ 0 };
}

static bool is_used(const json_t *revision, const char *hash_label, const json_t *in_use)
{
	const char *hash = meta_label(revision, hash_label);

	return json_object_get(in_use, meta_name(revision)) ||
	       (hash && json_object_get(in_use, hash));
}

json_t *revision_plan_surplus(const struct revision_plan *p, const json_t *owner,
			      const char *hash_label, const json_t *in_use)
{
	int64_t limit = json_int(owner, "spec.revisionHistoryLimit", 10);
	int64_t surplus = (int64_t)json_array_size(p->old) - limit;
	json_t *out = json_array(), *r;
	size_t i;

	json_array_foreach(p->old, i, r)
		if ((int64_t)json_array_size(out) < surplus && !is_used(r, hash_label, in_use))
			json_array_append(out, r);
	return out;
}
