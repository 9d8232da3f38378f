/*
 * explain_req: `podtest explain ID`: everything that is known about one requirement.
 *
 * The sentence and its source, how it is observed, what a real node showed, what is disputed, which cases assert it and which wrong
 * behaviour they must catch. An area's name instead of an id prints all of its requirements in short.
 */
#include "commands.h"
#include "inspect/words.h"
#include "invariants/invariants.h"
#include "util/json.h"
#include "verdict.h"

#include <strings.h>

static const char usage[] =
	"usage: podtest explain ID… | AREA…\n\n"
	"A requirement: its sentence, source, and the cases that assert it; or an area's list.\n";

static const char *const level_names[] = {
	[LEVEL_MUST] = "must", [LEVEL_SHOULD] = "should", [LEVEL_MAY] = "may", [LEVEL_DROPPED] = "dropped"
};

static void print_field(const char *label, const char *text)
{
	if (text && *text)
		printf("  %-10s %s\n", label, text);
}

static void print_cases(const struct selection *s, const char *id)
{
	bool any = false;

	for (size_t i = 0; i < s->n; i++) {
		if (!strv_has(s->chosen[i]->reqs, id))
			continue;
		printf("  %-10s %s: %s\n", any ? "" : "cases", s->chosen[i]->name,
		       s->chosen[i]->title);
		any = true;
	}
	if (!any)
		puts("  cases      none yet");
}

static void print_rules(const char *id)
{
	struct invariant rule;

	for (size_t i = 0; invariant_at(i, &rule); i++)
		if (streq(rule.req, id))
			printf("  every history %s: %s\n", rule.name, rule.sentence);
}

static void print_requirement(const struct selection *s, const struct requirement *r)
{
	printf("%s (%s)\n  %s\n", r->id, level_names[r->level], r->statement);
	print_field("observed", r->observe);
	print_field("source", r->source);
	print_field("since", r->since);
	print_field("disputed", r->disputed);
	print_field("checked", r->checked);
	print_field("seen", r->seen);
	print_field("confirmed", r->confirmed);
	print_field("note", r->note);
	print_field("unasserted", r->unasserted);
	print_field("mutant", r->mutant);
	print_cases(s, r->id);
	print_rules(r->id);
}

static bool print_area(const struct catalog *c, const char *area)
{
	bool any = false;

	for (size_t i = 0; i < catalog_size(c); i++) {
		const struct requirement *r = catalog_at(c, i);

		if (strcasecmp(r->area, area))
			continue;
		printf("%-12s %-7s %s\n", r->id, level_names[r->level], r->statement);
		any = true;
	}
	return any;
}

static int explain_all(const struct selection *s, char *const *names, struct error *err)
{
	if (!*names)
		return error_set(err, "which requirement? (e.g. podtest explain TERM-005)");
	for (; *names; names++) {
		const struct requirement *r = catalog_find(s->catalog, *names);

		if (r)
			print_requirement(s, r);
		else if (!print_area(s->catalog, *names))
			return error_set(err, "%s is no requirement and no area", *names);
	}
	return 0;
}

int cmd_explain(int argc, char **argv)
{
	_cleanup_(selection_clear) struct selection s = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_strv_ char **names = NULL;
	_cleanup_json_ json_t *list = json_array();
	int kept = 1;

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	for (int i = 1; i < argc; i++) {
		if (argv[i][0] != '-' &&
		    (i == 1 || strncmp(argv[i - 1], "--", 2) || strchr(argv[i - 1], '=')))
			json_array_append_new(list, json_string(argv[i]));
		else
			argv[kept++] = argv[i];
	}
	argv[kept] = NULL;
	names = json_strv(list);
	if (selection_load(&s, kept, argv, &err) || explain_all(&s, names, &err))
		return words_fault("explain", &err, EXIT_BAD_USAGE);
	return EXIT_GOOD;
}
