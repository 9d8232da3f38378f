/*
 * mutation_report: what a run of the mutants proved.
 *
 * The score is over the real denominator: whatever was not killed counts against it, for whatever reason, and stands there by
 * name. Controls are not in the score; they say whether it means anything. A control with the wrong fate, a mutant that does not
 * compile, or no mutant at all make the report void.
 */
#include "mutation/mutation.h"
#include "report/report_text.h"

static bool control_holds(const struct trial *t)
{
	if (t->mutant->control == CONTROL_MUST_SURVIVE)
		return t->fate == FATE_SURVIVED;
	/* a runtime so wrong that cases cannot even be set up is noticed as well */
	return t->fate == FATE_KILLED || t->fate == FATE_BROKEN;
}

struct score mutation_score(const struct trial *trials, size_t n)
{
	struct score s = { 0 };

	for (size_t i = 0; i < n; i++) {
		const struct trial *t = &trials[i];

		if (t->fate == FATE_WAITING)
			s.void_reason = "interrupted";
		else if (t->fate == FATE_UNBUILT && !s.void_reason)
			s.void_reason = "a mutant could not be built";
		else if (t->mutant->control && !control_holds(t))
			s.void_reason = t->mutant->control == CONTROL_MUST_DIE ?
						"a control that must die lives" :
						"a control that must survive does not";
		if (t->mutant->control)
			continue;
		s.total++;
		s.of[t->fate]++;
	}
	if (!s.total && !s.void_reason)
		s.void_reason = "there is no mutant besides the controls";
	return s;
}

void mutation_print(const struct trial *trials, size_t n, const struct score *s)
{
	for (size_t i = 0; i < n; i++) {
		const struct trial *t = &trials[i];

		if (t->fate == FATE_KILLED || (t->mutant->control && control_holds(t)))
			continue;
		printf("\n%s %s (%s)\n  %s\n  %s\n", fate_name(t->fate), t->mutant->id,
		       t->mutant->kills, t->mutant->why, t->message ? t->message : "");
	}
	printf("\n%zu of %zu mutants killed\n", s->of[FATE_KILLED], s->total);
	if (s->void_reason)
		printf("VOID: %s\n", s->void_reason);
}

static json_t *text_or_null(const char *s)
{
	return s ? json_string(s) : json_null();
}

static json_t *trial_json(const struct trial *t)
{
	json_t *o = json_object();

	json_object_set_new(o, "id", json_string(t->mutant->id));
	json_object_set_new(o, "kills", json_string(t->mutant->kills));
	json_object_set_new(o, "verdict", json_string(fate_name(t->fate)));
	json_object_set_new(o, "case", text_or_null(t->case_name));
	json_object_set_new(o, "message", text_or_null(t->message));
	json_object_set_new(o, "seconds", json_real(t->seconds));
	if (t->mutant->control)
		json_object_set_new(o, "control",
				    json_string(t->mutant->control == CONTROL_MUST_DIE ?
							"must-die" :
							"must-survive"));
	return o;
}

int mutation_write(const char *path, const char *area, const struct trial *trials, size_t n,
		   const struct score *s, struct error *err)
{
	_cleanup_json_ json_t *o = json_object();
	json_t *list = json_array();
	struct report_file f;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, trial_json(&trials[i]));
	json_object_set_new(o, "schema", json_integer(1));
	json_object_set_new(o, "area", text_or_null(area));
	json_object_set_new(o, "killed", json_integer((json_int_t)s->of[FATE_KILLED]));
	json_object_set_new(o, "total", json_integer((json_int_t)s->total));
	json_object_set_new(o, "void", text_or_null(s->void_reason));
	json_object_set_new(o, "mutants", list);
	if (report_file_begin(&f, path, err))
		return -1;
	json_dumpf(o, f.out, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
	fputc('\n', f.out);
	return report_file_end(&f, err);
}
