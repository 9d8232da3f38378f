/*
 * lint_case: the rules that a well-formed case must also keep.
 *
 * A cited requirement exists; there is at least one assertion; steps name manifests that are there, and manifests are
 * used; what is in no namespace bears its case's name; images are the build's own; nobody waits by `sleep`; names of events mean something. And the arithmetic of bounds: an upper
 * bound is timer / rate + lag, so on a fast clock a short timer drowns in its lag. Such an assertion still proves that the thing
 * happens, but not that it happens in time: it is told with the factor from which "too late" would be seen.
 */
#include "inspect/lint_rules.h"

#include "kinds.h"
#include "util/json.h"

#define IMAGES "localhost/podtest/"
/* An upper bound that lets a wait of this many times the timer pass is told. */
#define BLIND_FACTOR 3.0

static void check_reqs(struct lint *l, const struct fixture *f)
{
	if (!f->reqs[0])
		lint_fault(l, f, f->line, "asserts nothing: no step has a req");
	for (char **req = f->reqs; *req; req++)
		if (!catalog_find(l->catalog, *req))
			lint_fault(l, f, f->line, "%s is not in the catalogue", *req);
}

static void check_object(struct lint *l, const struct fixture *f, int line, const char *object)
{
	if (object && !strstr(object, "${") && !fixture_manifest(f->manifests, object))
		lint_fault(l, f, line, "%s has no manifest in this file", object);
}

static void check_objects(struct lint *l, const struct fixture *f)
{
	for (size_t i = 0; i < f->n_steps; i++) {
		const struct step *s = &f->steps[i];
		const json_t *objects = json_object_get(s->args, "objects");
		json_t *o;
		size_t j;

		if (s->kind == STEP_REJECT)
			check_object(l, f, s->line, json_str(s->args, "object"));
		if (s->kind != STEP_APPLY)
			continue;
		json_array_foreach((json_t *)objects, j, o)
			check_object(l, f, s->line, json_string_value(o));
	}
}

static bool step_uses(const struct step *s, const char *kind, const char *name)
{
	_cleanup_free_ char *text = json_line(s->args), *word = xasprintf("/%s\"", name);

	(void)kind;
	if (s->kind == STEP_APPLY && !json_object_get(s->args, "objects"))
		return true;
	return (s->kind == STEP_APPLY || s->kind == STEP_REJECT) && strstr(text, word);
}

static void check_used(struct lint *l, const struct fixture *f)
{
	json_t *m;
	size_t i;

	json_array_foreach(f->manifests, i, m) {
		const char *kind = json_str(m, "kind"), *name = json_str(m, "metadata.name");
		bool used = !kind || !name;

		for (size_t s = 0; s < f->n_steps; s++)
			used = used || step_uses(&f->steps[s], kind, name);
		if (!used)
			lint_fault(l, f, f->line, "%s %s is in the file, but no step applies it",
				   kind, name);
	}
}

/* Nobody else's pods may go to a node that a case makes. */
static bool keeps_away(const json_t *node)
{
	json_t *taint;
	size_t i;

	json_array_foreach(json_path(node, "spec.taints"), i, taint)
		if (streq(json_str(taint, "effect"), "NoSchedule") ||
		    streq(json_str(taint, "effect"), "NoExecute"))
			return true;
	return false;
}

static void check_outside(struct lint *l, const struct fixture *f)
{
	json_t *m;
	size_t i;

	json_array_foreach(f->manifests, i, m) {
		const char *kind = json_str(m, "kind"), *name = json_str(m, "metadata.name");

		if (!kind_is_outside(kind_find(kind)))
			continue;
		if (!name || !has_prefix(name, "${ns}"))
			lint_fault(l, f, f->line,
				   "%s %s is in no namespace: its name must begin with ${ns}", kind,
				   name ? name : "?");
		if (streq(kind, "Node") && !keeps_away(m))
			lint_fault(l, f, f->line,
				   "Node %s has no taint that keeps other cases' pods away", name);
	}
}

static void check_images(struct lint *l, const struct fixture *f, const json_t *o)
{
	const char *image = json_is_object(o) ? json_string_value(json_object_get(o, "image")) :
						NULL,
		   *key;
	json_t *child;
	size_t i;

	if (image && *image && strncmp(image, IMAGES, strlen(IMAGES)))
		lint_fault(l, f, f->line, "image %s is none of %s*", image, IMAGES);
	json_object_foreach((json_t *)o, key, child)
		check_images(l, f, child);
	json_array_foreach((json_t *)o, i, child)
		check_images(l, f, child);
}

/* ---- time ---- */

static void check_sleep(struct lint *l, const struct fixture *f, const struct step *s)
{
	const json_t *words = json_object_get(s->args, s->kind == STEP_TELL ? "args" : "command");
	json_t *w;
	size_t i;

	json_array_foreach((json_t *)words, i, w) {
		const char *text = json_is_string(w) ? json_string_value(w) : "";
		const char *hit = strstr(text, "sleep");

		/* what goes on in the background is not waited for */
		if (hit && !strchr(hit, '&') &&
		    (hit == text || !strchr("-_abcdefghijklmnopqrstuvwxyz", hit[-1])))
			lint_fault(l, f, s->line, "waits by sleep: wait for a fact instead");
	}
}

static void check_bound(struct lint *l, const struct fixture *f, int line, const json_t *bound,
			const char *clock)
{
	double timer = json_num(bound, "timer", 0), lag = MAX(1.0, 10.0 / l->rate), span;

	if (streq(json_str(bound, "lag"), "start"))
		lag *= 3;
	if (!streq(clock, "real"))
		timer /= l->rate;
	span = timer + lag;
	if (timer > 0 && span > BLIND_FACTOR * timer)
		lint_note(l, f, line,
			  "\"too late\" is seen only from %.1f times the timer (%.3g s, bound %.3g "
			  "s at rate %g)",
			  span / timer, timer, span, l->rate);
}

static void check_bounds(struct lint *l, const struct fixture *f, const struct step *s)
{
	const json_t *within = json_object_get(s->args, "within");
	json_t *r;
	size_t i;

	if (s->kind == STEP_EVENTUALLY && json_str(s->args, "req") && within)
		check_bound(l, f, s->line, within, json_str(within, "clock"));
	if (s->kind != STEP_HISTORY)
		return;
	json_array_foreach(s->args, i, r)
		if (json_path(r, "gap.max"))
			check_bound(l, f, s->line, json_path(r, "gap.max"),
				    json_str(r, "gap.clock"));
}

void lint_case(struct lint *l, const struct fixture *f)
{
	check_reqs(l, f);
	check_objects(l, f);
	check_used(l, f);
	check_outside(l, f);
	check_images(l, f, f->manifests);
	for (size_t i = 0; i < f->n_steps; i++) {
		check_bounds(l, f, &f->steps[i]);
		lint_events(l, f, &f->steps[i]);
		lint_without(l, f, &f->steps[i]);
		if (f->steps[i].kind == STEP_EXEC || f->steps[i].kind == STEP_TELL)
			check_sleep(l, f, &f->steps[i]);
	}
	lint_needs(l, f);
}
