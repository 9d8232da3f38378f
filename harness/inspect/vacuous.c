/*
 * vacuous: assertions that prove nothing.
 *
 * An assertion that was never evaluated cannot have failed: its case was not run or does not apply, its step was not reached. One that
 * was evaluated and failed under no mutant may be one that cannot fail. An assertion is known by its case and the requirement; in
 * several rounds it is enough that one evaluated it.
 */
#include "inspect/vacuous.h"

#include "doc.h"
#include "util/json.h"

static bool is_evaluated(const char *verdict)
{
	return !streq(verdict, "broken") && !streq(verdict, "not-applicable");
}

/* The set of "AREA/NAME REQ" that a run evaluated. */
static json_t *evaluated(const json_t *root)
{
	json_t *set = json_object(), *c, *a;
	size_t i, k;

	json_array_foreach(json_object_get(root, "cases"), i, c)
		json_array_foreach(json_object_get(c, "assertions"), k, a) {
			_cleanup_free_ char *key = xasprintf("%s/%s %s", json_str(c, "area"),
							     json_str(c, "name"),
							     json_str(a, "req"));

			if (is_evaluated(json_str(a, "verdict")))
				json_object_set_new(set, key, json_true());
		}
	return set;
}

static int print_unevaluated(const struct selection *s, const json_t *root)
{
	_cleanup_json_ json_t *set = evaluated(root);
	int n = 0;

	for (size_t i = 0; i < s->n; i++)
		for (char **req = s->chosen[i]->reqs; *req; req++) {
			const struct fixture *f = s->chosen[i];
			_cleanup_free_ char *key = xasprintf("%s/%s %s", f->area, f->name, *req);

			if (json_object_get(set, key))
				continue;
			printf("never evaluated: %s\n", key);
			n++;
		}
	return n;
}

static int print_idle_rules(const json_t *root)
{
	json_t *rule;
	size_t i;
	int n = 0;

	json_array_foreach(json_object_get(root, "invariants"), i, rule) {
		if (json_int(rule, "judged", 0))
			continue;
		printf("nothing to judge: rule %s %s\n", json_str(rule, "name"),
		       json_str(rule, "req"));
		n++;
	}
	return n;
}

static int print_never_failing(const struct selection *s, const json_t *root)
{
	_cleanup_json_ json_t *set = json_object();
	json_t *m;
	size_t i;
	int n = 0;

	json_array_foreach(json_object_get(root, "mutants"), i, m)
		if (streq(json_str(m, "verdict"), "killed"))
			json_object_set_new(set, json_str(m, "kills"), json_true());
	for (i = 0; i < s->n; i++)
		for (char **req = s->chosen[i]->reqs; *req; req++) {
			if (json_object_get(set, *req))
				continue;
			printf("never seen failing: %s, of %s/%s\n", *req, s->chosen[i]->area,
			       s->chosen[i]->name);
			json_object_set_new(set, *req, json_true()); /* told once */
			n++;
		}
	return n;
}

int vacuous_print(const struct selection *s, const char *results, const char *mutants,
		  struct error *err)
{
	_cleanup_json_ json_t *run = NULL, *killed = NULL;
	int n;

	if (doc_load(results, &run, NULL, err) || (mutants && doc_load(mutants, &killed, NULL, err)))
		return -1;
	n = print_unevaluated(s, json_array_get(run, 0)) + print_idle_rules(json_array_get(run, 0));
	if (killed)
		n += print_never_failing(s, json_array_get(killed, 0));
	printf("%d vacuous%s\n", n, killed ? "" : "; no report of mutants was looked at");
	return n;
}
