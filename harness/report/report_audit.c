/*
 * report_audit: the audit of declared features as reports show it.
 *
 * results.json has every row; the summary only those that somebody should read: a feature that is declared and does not work, one
 * that works and is not declared, fields that are taken without effect, and how many cases were not run for want of a feature.
 */
#include "report/report_audit.h"

#define TOLD 12 /* features in one line */

/* ---- results.json ---- */

static json_t *feature_json(const struct audit_feature *f)
{
	return json_pack("{s:s, s:b, s:s, s:s, s:I, s:I}", "feature", f->name, "declared",
			 f->declared, "state", audit_state_name(f->state), "claim",
			 audit_claim_name(f->claim), "cases", (json_int_t)f->cases, "passed",
			 (json_int_t)f->passed);
}

static json_t *field_json(const struct audit_field *f)
{
	json_t *o = json_pack("{s:s, s:s, s:I}", "field", f->path, "state",
			      audit_state_name(f->state), "assertions", (json_int_t)f->assertions);

	for (enum audit_state s = AUDIT_HONOURED; s < N_AUDIT_STATES; s++)
		json_object_set_new(o, audit_state_name(s), json_integer((json_int_t)f->seen[s]));
	return o;
}

void audit_json(json_t *o, const struct audit *a)
{
	json_t *features = json_array(), *fields = json_array(), *lacking = json_object();

	for (size_t i = 0; i < a->n_features; i++) {
		const struct audit_feature *f = &a->features[i];

		json_array_append_new(features, feature_json(f));
		if (f->not_run)
			json_object_set_new(lacking, f->name, json_integer((json_int_t)f->not_run));
	}
	for (size_t i = 0; i < a->n_fields; i++)
		json_array_append_new(fields, field_json(&a->fields[i]));
	json_object_set_new(o, "audit", features);
	json_object_set_new(o, "fields", fields);
	json_object_set_new(o, "not_run",
			    json_pack("{s:I, s:o}", "cases", (json_int_t)a->not_run, "features",
				      lacking));
}

/* ---- the summary ---- */

static int by_cases(const void *a, const void *b)
{
	const struct audit_feature *x = *(const struct audit_feature *const *)a,
				   *y = *(const struct audit_feature *const *)b;

	if (x->not_run != y->not_run)
		return x->not_run < y->not_run ? 1 : -1;
	return strcmp(x->name, y->name);
}

static void print_not_run(FILE *out, const struct audit *a)
{
	_cleanup_free_ const struct audit_feature **lacking =
		xcalloc(a->n_features + 1, sizeof(*lacking));
	size_t n = 0;

	for (size_t i = 0; i < a->n_features; i++)
		if (a->features[i].not_run)
			lacking[n++] = &a->features[i];
	if (!n)
		return;
	qsort(lacking, n, sizeof(*lacking), by_cases);
	fprintf(out,
		"%zu cases were not run for want of a feature that is not declared:", a->not_run);
	for (size_t i = 0; i < MIN(n, (size_t)TOLD); i++)
		fprintf(out, "%s %s (%zu)", i ? "," : "", lacking[i]->name, lacking[i]->not_run);
	if (n > TOLD)
		fprintf(out, ", and %zu more", n - TOLD);
	fputc('\n', out);
}

/* Those of the features that `is` names, in one line behind `head`. */
static void print_features(FILE *out, const struct audit *a,
			   bool (*is)(const struct audit_feature *f), const char *head)
{
	const char *before = head;

	for (size_t i = 0; i < a->n_features; i++) {
		const struct audit_feature *f = &a->features[i];

		if (!is(f))
			continue;
		fprintf(out, "%s%s", before, f->name);
		before = ", ";
		if (f->claim == CLAIM_OVER)
			fprintf(out, " (%s in %zu)", audit_state_name(f->state), f->cases);
	}
	if (before != head)
		fputc('\n', out);
}

static bool is_over(const struct audit_feature *f)
{
	return f->claim == CLAIM_OVER;
}

static bool is_under(const struct audit_feature *f)
{
	return f->claim == CLAIM_UNDER;
}

static void print_ignored(FILE *out, const struct audit *a)
{
	const char *head = "taken, but without effect: ", *before = head;

	for (size_t i = 0; i < a->n_fields; i++) {
		if (a->fields[i].state != AUDIT_IGNORED)
			continue;
		fprintf(out, "%s%s", before, a->fields[i].path);
		before = ", ";
	}
	if (before != head)
		fputc('\n', out);
}

void audit_print(FILE *out, const struct audit *a)
{
	print_not_run(out, a);
	print_features(out, a, is_over, "declared, but nothing of it works: ");
	print_features(out, a, is_under, "not declared, but it works: ");
	print_ignored(out, a);
}
