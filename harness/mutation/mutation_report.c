/*
 * mutation_report: what a run of the mutants proved.
 *
 * The score is over the real denominator: whatever was not killed counts against it, for whatever reason, and stands there by
 * name; mutants that no case can tell from the reference are told apart and not in it. Controls are not in the score; they say whether it means anything. A control with the wrong fate, a mutant that does not
 * compile, or no mutant at all make the report void.
 */
#include "doc.h"
#include "mutation/mutation.h"
#include "report/report_text.h"
#include "util/json.h"

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
		s.total += t->fate != FATE_EQUIVALENT;
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

		if (t->fate == FATE_KILLED || t->fate == FATE_EQUIVALENT ||
		    (t->mutant->control && control_holds(t)))
			continue;
		printf("\n%s %s (%s)\n  %s\n  %s\n", fate_name(t->fate), t->mutant->id,
		       t->mutant->kills, t->mutant->why, t->message ? t->message : "");
	}
	printf("\n%zu of %zu mutants killed", s->of[FATE_KILLED], s->total);
	for (int f = 0; f < N_FATES; f++)
		if (f != FATE_KILLED && s->of[f])
			printf(", %zu %s", s->of[f], fate_name(f));
	putchar('\n');
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

json_t *mutation_earlier(const char *path, const struct mutant_list *tree,
			 const struct mutant_list *now)
{
	_cleanup_json_ json_t *docs = NULL;
	json_t *kept = json_array(), *entry;
	size_t i;

	if (access(path, R_OK) || doc_load(path, &docs, NULL, NULL))
		return kept;
	json_array_foreach(json_path(docs, "0.mutants"), i, entry) {
		const char *id = json_str(entry, "id");
		const struct mutant *m = id ? mutant_list_find(tree, id) : NULL;

		if (m && streq(m->kills, json_str(entry, "kills")) && !mutant_list_find(now, id))
			json_array_append(kept, entry);
	}
	return kept;
}

static void count_earlier(const json_t *earlier, size_t *killed, size_t *total)
{
	const json_t *entry;
	size_t i;

	json_array_foreach((json_t *)earlier, i, entry) {
		const char *verdict = json_str(entry, "verdict");

		if (json_object_get(entry, "control"))
			continue;
		*killed += streq(verdict, fate_name(FATE_KILLED));
		*total += !streq(verdict, fate_name(FATE_EQUIVALENT));
	}
}

int mutation_write(const char *path, const struct trial *trials, size_t n, const json_t *earlier,
		   const struct score *s, struct error *err)
{
	_cleanup_json_ json_t *o = json_object();
	size_t killed = s->of[FATE_KILLED], total = s->total;
	json_t *list = json_array();
	struct report_file f;

	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, trial_json(&trials[i]));
	json_array_extend(list, (json_t *)earlier);
	count_earlier(earlier, &killed, &total);
	json_object_set_new(o, "schema", json_integer(1));
	json_object_set_new(o, "killed", json_integer((json_int_t)killed));
	json_object_set_new(o, "total", json_integer((json_int_t)total));
	json_object_set_new(o, "void", text_or_null(s->void_reason));
	json_object_set_new(o, "mutants", list);
	if (report_file_begin(&f, path, err))
		return -1;
	json_dumpf(o, f.out, JSON_INDENT(1) | JSON_REAL_PRECISION(6));
	fputc('\n', f.out);
	return report_file_end(&f, err);
}
