/*
 * lint_without: can an assertion tell a field that has no effect?
 *
 * `field` names what stands in a manifest of the case: a path from its root in which lists are passed over. A name that stands
 * nowhere would be a row of the audit that means nothing. `without` needs the field that it is about and the assertion that fails by
 * it; and since only one question is asked at a time, what has to be asked for must be what the assertion itself asks for.
 */
#include "inspect/lint_rules.h"

#include "kinds.h"
#include "util/json.h"

static bool stands_in(const json_t *o, const char *path)
{
	size_t len = strcspn(path, "."), i;
	_cleanup_free_ char *word = strndup(path, len);
	json_t *child;

	if (!*path)
		return o != NULL;
	json_array_foreach((json_t *)o, i, child)
		if (stands_in(child, path))
			return true;
	child = json_is_object(o) ? json_object_get(o, word) : NULL;
	return child && stands_in(child, path + len + (path[len] == '.'));
}

static bool in_a_manifest(const struct fixture *f, const char *field)
{
	json_t *m;
	size_t i;

	json_array_foreach(f->manifests, i, m)
		if (stands_in(m, field))
			return true;
	return false;
}

/* What the fact has to be asked for, or NULL: a log, a path, a kind that is not watched. */
static const char *question(const json_t *fact)
{
	static const char *const keys[] = { "log", "api", "objects", "object", "absent" };
	const char *what = NULL;

	for (size_t i = 0; !what && i < ARRAY_SIZE(keys); i++) {
		_cleanup_free_ char *word = NULL;
		const struct kind *kind;

		what = json_str(fact, keys[i]);
		word = what ? strndup(what, strcspn(what, "/")) : NULL;
		kind = i >= 2 && word ? kind_find(word) : NULL;
		if (kind && kind->watched)
			return NULL;
	}
	return what;
}

static void check(struct lint *l, const struct fixture *f, int line, const json_t *args)
{
	const json_t *without = json_object_get(args, "without");
	const char *field = json_str(args, "field"), *asked = without ? question(without) : NULL;

	if (without && (!field || !json_str(args, "req")))
		lint_fault(l, f, line, "without goes with field and req");
	if (field && !in_a_manifest(f, field))
		lint_fault(l, f, line, "field %s stands in no manifest of this file", field);
	if (asked && !streq(asked, question(args)))
		lint_fault(l, f, line, "without: %s would have to be asked for beside the fact",
			   asked);
}

void lint_without(struct lint *l, const struct fixture *f, const struct step *s)
{
	json_t *relation;
	size_t i;

	if (s->kind == STEP_REJECT || json_truth(s->args, "refused", false))
		return;
	if (s->kind != STEP_HISTORY)
		check(l, f, s->line, s->args);
	else
		json_array_foreach(s->args, i, relation)
			check(l, f, s->line, relation);
}
