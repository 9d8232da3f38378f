/*
 * lint: `podtest lint`: check every case without a subject.
 *
 * Form first (the loader names file and line of each fault), then the rules of lint_case.c, then what needs all cases at once: no
 * two of one name in an area. Faults make the exit code 1. Notes (bounds in which "too late" drowns) are counted, and printed with --notes.
 */
#include "commands.h"
#include "inspect/lint_rules.h"
#include "inspect/words.h"
#include "select.h"
#include "util/json.h"
#include "verdict.h"

static const char usage[] = "usage: podtest lint [--notes] [--rate N] [--fixtures DIR] "
			    "[--catalogue DIR] [--area A] [CASE…]\n\n"
			    "Checks every case: form, requirements, manifests, images, events, "
			    "features, bounds. --notes also prints\n"
			    "the bounds in which \"too late\" could not be seen on a clock that "
			    "runs N times as fast (20).\n";

/* A directory that cannot be loaded whole is still linted as far as it was. */
static size_t load_faults(const struct options *o, struct fixture_list *list)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	size_t n = 1;

	if (!select_load(o, list, &err))
		return 0;
	puts(error_text(&err));
	for (const char *p = error_text(&err); *p; p++)
		n += *p == '\n';
	return n;
}

static void check_names(struct lint *l, const struct fixture_list *list)
{
	_cleanup_json_ json_t *seen = json_object();

	for (size_t i = 0; i < list->n; i++) {
		const struct fixture *f = &list->items[i];
		_cleanup_free_ char *key = xasprintf("%s/%s", f->area, f->name);
		const char *file = json_string_value(json_object_get(seen, key));

		if (file)
			lint_fault(l, f, f->line, "%s has a case of this name too", file);
		json_object_set_new(seen, key, json_string(f->file));
	}
}

static int lint_all(struct lint *l, const struct options *o, struct error *err)
{
	_cleanup_(fixture_list_clear) struct fixture_list list = { 0 };
	_cleanup_free_ const struct fixture **chosen = NULL;
	struct catalog *catalog = NULL;
	size_t n = 0;

	if (catalog_load_found(o, &catalog, err))
		return -1;
	l->catalog = catalog;
	l->faults = load_faults(o, &list);
	chosen = select_fixtures(&list, o, &n);
	for (size_t i = 0; i < n; i++)
		lint_case(l, chosen[i]);
	check_names(l, &list);
	catalog_free(catalog);
	if (!n && !l->faults)
		return error_set(err, "no case fits the selection");
	printf("%zu cases, %zu faults, %zu notes%s\n", n, l->faults, l->told,
	       l->told && !l->notes ? " (--notes prints them)" : "");
	return 0;
}

int cmd_lint(int argc, char **argv)
{
	const char *notes = NULL, *rate = NULL;
	const struct word words[] = { { "notes", 0, true, &notes }, { "rate", 0, false, &rate } };
	_cleanup_error_ struct error err = ERROR_INIT;
	struct options options;
	struct lint l = { .rate = 20 };

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (words_take(&argc, argv, words, ARRAY_SIZE(words), &err) ||
	    options_parse(&options, argc, argv, &err))
		return words_fault("lint", &err, EXIT_BAD_USAGE);
	if (rate && (l.rate = strtod(rate, NULL)) < 1)
		return error_set(&err, "--rate %s: must be 1 or more", rate),
		       words_fault("lint", &err, EXIT_BAD_USAGE);
	l.notes = notes != NULL;
	if (lint_all(&l, &options, &err))
		return words_fault("lint", &err, EXIT_VOID);
	return l.faults ? EXIT_FAILED : EXIT_GOOD;
}
