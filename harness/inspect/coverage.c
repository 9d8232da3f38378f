/*
 * coverage: `podtest coverage`: which requirements are asserted, and which of those assertions have been seen failing.
 *
 * A requirement is cited when a case, a rule for every history, or a script or C case under conformance/ names it; it is proven when
 * mutants.json says that a mutant of its own was killed: then an assertion of it was evaluated, passed without the mutant and failed
 * with it. A hole is a binding requirement (must, dropped) that is not cited and proven, or one that is neither cited nor has the
 * reason written beside it: of a should, or of a must of tier 3. A hole makes the exit code 1 in the areas that are named by --area, and in those that call themselves
 * finished; other areas are only counted. Without a report of mutants nothing can be proven: then a named area cannot be judged,
 * and a finished one is judged by what is cited.
 */
#include <ftw.h>
#include <sys/stat.h>

#include "commands.h"
#include "doc.h"
#include "inspect/vacuous.h"
#include "inspect/words.h"
#include "invariants/invariants.h"
#include "select.h"
#include "util/json.h"
#include "util/paths.h"
#include "verdict.h"

static const char usage[] =
	"usage: podtest coverage [--area A] [--holes] [--mutants FILE | --cited] [-o "
	"table|json]\n"
	"       podtest coverage --vacuous [--results FILE] [--mutants FILE] [--area A] [CASE…]\n\n"
	"Per area: requirements, those that a case asserts, those whose assertion a mutant has "
	"made fail.\n"
	"--area: these areas (several with commas) must have no hole: each must is asserted and "
	"its "
	"assertion was seen\n"
	"failing under a mutant of its own (out/report/mutants.json, or --mutants), each should is "
	"asserted or has its reason.\n"
	"--cited leaves out whether an assertion was ever seen failing. --holes names the holes of "
	"every area.\n"
	"--vacuous lists assertions that results.json (out/report, or --results) never evaluated, "
	"rules that had nothing\n"
	"to judge there, and requirements whose assertions failed under no mutant; any makes the "
	"exit code 1.\n";

struct coverage {
	struct catalog *catalog;
	const char *areas; /* as --area names them; NULL: all */
	json_t *cited, *proven; /* sets of ids */
	bool have_mutants;
};

struct tally {
	const char *area;
	size_t total, must, cited, must_cited, proven;
};

/* ---- who cites what ---- */

static void cite(struct coverage *c, const char *id)
{
	if (catalog_find(c->catalog, id))
		json_object_set_new(c->cited, id, json_true());
}

static void cite_invariants(struct coverage *c)
{
	struct invariant rule;

	for (size_t i = 0; invariant_at(i, &rule); i++)
		cite(c, rule.req);
}

static bool is_id_char(char ch)
{
	return (ch >= 'A' && ch <= 'Z') || (ch >= '0' && ch <= '9') || (ch >= 'a' && ch <= 'z') ||
	       ch == '-';
}

/* nftw() has no argument for its callback. */
static struct coverage *scanning;

static int scan_file(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	const char *dot = strrchr(path, '.');
	_cleanup_free_ char *text = NULL;

	(void)st;
	(void)ftw;
	if (type != FTW_F || (!streq(dot, ".bats") && !streq(dot, ".c")) ||
	    doc_read_text(path, &text, NULL, NULL))
		return 0;
	for (char *p = text; *p;) {
		size_t len = 0;

		while (is_id_char(p[len]))
			len++;
		if (len > 4) {
			_cleanup_free_ char *word = strndup(p, len);

			cite(scanning, word);
		}
		p += len ? len : 1;
	}
	return 0;
}

static void cite_scripts(struct coverage *c)
{
	_cleanup_free_ char *dir = paths_data("conformance");

	scanning = c;
	if (dir)
		nftw(dir, scan_file, 16, FTW_PHYS);
	scanning = NULL;
}

static int load_mutants(struct coverage *c, const char *path, struct error *err)
{
	_cleanup_free_ char *file = path ? xstrdup(path) : paths_data("out/report/mutants.json");
	_cleanup_json_ json_t *docs = NULL;
	json_t *m;
	size_t i;

	if (!file)
		return 0;
	if (doc_load(file, &docs, NULL, err))
		return -1;
	if (json_str(docs, "0.void"))
		return error_set(err, "%s is void: %s", file, json_str(docs, "0.void"));
	c->have_mutants = true;
	json_array_foreach(json_path(docs, "0.mutants"), i, m)
		if (streq(json_str(m, "verdict"), "killed") && json_str(m, "kills"))
			json_object_set_new(c->proven, json_str(m, "kills"), json_true());
	return 0;
}

/* ---- the table ---- */

static bool in_area(const struct requirement *r, const char *area)
{
	return !area || streq(r->area, area);
}

static struct tally tally_area(const struct coverage *c, const char *area)
{
	struct tally t = { .area = area ? area : "total" };

	for (size_t i = 0; i < catalog_size(c->catalog); i++) {
		const struct requirement *r = catalog_at(c->catalog, i);
		bool cited = json_object_get(c->cited, r->id) != NULL;

		if (!in_area(r, area))
			continue;
		t.total++;
		t.must += level_is_binding(r->level);
		t.cited += cited;
		t.must_cited += cited && level_is_binding(r->level);
		t.proven += cited && json_object_get(c->proven, r->id);
	}
	return t;
}

static void print_tally(const struct coverage *c, const struct tally *t, bool finished)
{
	printf("%-10s %6zu %6zu %6zu %10zu ", t->area, t->total, t->must, t->cited, t->must_cited);
	if (c->have_mutants)
		printf("%8zu", t->proven);
	else
		printf("%8s", "-");
	printf("  %s\n", finished ? "finished" : "");
}

/* What is missing for this requirement, or NULL. */
static const char *hole(const struct coverage *c, const struct requirement *r)
{
	bool cited = json_object_get(c->cited, r->id) != NULL;
	bool proven = !c->have_mutants || json_object_get(c->proven, r->id);

	if (level_is_binding(r->level) && (cited || !r->unasserted))
		return !cited ? "no case" : !proven ? "not proven" : NULL;
	return r->level == LEVEL_SHOULD && !cited && !r->unasserted ? "no reason" : NULL;
}

/* Returns how many; prints with print only. */
static size_t holes(const struct coverage *c, const char *area, bool print)
{
	size_t n = 0;

	for (size_t i = 0; i < catalog_size(c->catalog); i++) {
		const struct requirement *r = catalog_at(c->catalog, i);
		const char *missing = in_area(r, area) ? hole(c, r) : NULL;

		if (missing && print)
			printf("  %-12s %-11s %s\n", r->id, missing, r->statement);
		n += missing != NULL;
	}
	return n;
}

/* Calls in the order of the catalogue's files, each area once. */
static const char *next_area(const struct coverage *c, const char *area, size_t *at)
{
	while (*at < catalog_size(c->catalog)) {
		const char *next = catalog_at(c->catalog, (*at)++)->area;

		if (!streq(next, area))
			return next;
	}
	return NULL;
}

static int print_table(const struct coverage *c, bool with_holes)
{
	const char *area = NULL;
	struct tally total = tally_area(c, NULL);
	size_t at = 0;
	int code = EXIT_GOOD;

	printf("%-10s %6s %6s %6s %10s %8s\n", "area", "total", "must", "cited", "must cited",
	       "proven");
	while ((area = next_area(c, area, &at))) {
		bool finished = catalog_area_finished(c->catalog, area);
		bool judged = finished || c->areas;
		struct tally t = tally_area(c, area);

		if (c->areas && !select_any(c->areas, area))
			continue;
		print_tally(c, &t, finished);
		if (holes(c, area, with_holes || judged) && judged)
			code = EXIT_FAILED;
	}
	if (!c->areas)
		print_tally(c, &total, false);
	return code;
}

/* Every name of --area must be one: a slip would judge nothing, and nothing has no hole. */
static int check_areas(const struct coverage *c, struct error *err)
{
	_cleanup_strv_ char **names = c->areas ? strv_split(c->areas, ",") : NULL;

	for (char **name = names; name && *name; name++) {
		bool known = false;

		for (size_t i = 0; i < catalog_size(c->catalog); i++)
			known |= select_any(*name, catalog_at(c->catalog, i)->area);
		if (!known)
			return error_set(err, "--area %s: there is no such area", *name);
	}
	return 0;
}

static void print_json(const struct coverage *c)
{
	_cleanup_json_ json_t *list = json_array();

	for (size_t i = 0; i < catalog_size(c->catalog); i++) {
		const struct requirement *r = catalog_at(c->catalog, i);

		json_array_append_new(
			list, json_pack("{s:s, s:s, s:b, s:b, s:b}", "id", r->id, "area", r->area,
					"must", level_is_binding(r->level), "cited",
					json_object_get(c->cited, r->id) != NULL, "proven",
					json_object_get(c->proven, r->id) != NULL));
	}
	json_dumpf(list, stdout, JSON_INDENT(1));
	putchar('\n');
}

static void gather(struct coverage *c, struct selection *s)
{
	c->catalog = s->catalog;
	c->areas = s->options.area;
	for (size_t i = 0; i < s->fixtures.n; i++)
		for (char **req = s->fixtures.items[i].reqs; *req; req++)
			cite(c, *req);
	cite_invariants(c);
	cite_scripts(c);
}

static int vacuous(const struct selection *s, const char *results, const char *mutants)
{
	_cleanup_free_ char *found = paths_data("out/report/results.json"),
			    *killed = paths_data("out/report/mutants.json");
	_cleanup_error_ struct error err = ERROR_INIT;
	int n = -1;

	if (!results && !found)
		error_set(&err, "no results.json: give --results FILE");
	else
		n = vacuous_print(s, results ? results : found, mutants ? mutants : killed, &err);
	return n < 0 ? words_fault("coverage", &err, EXIT_VOID) : n ? EXIT_FAILED : EXIT_GOOD;
}

int cmd_coverage(int argc, char **argv)
{
	const char *with_holes = NULL, *mutants = NULL, *format = NULL, *cited_only = NULL,
		   *empty = NULL, *results = NULL;
	const struct word words[] = {
		{ "holes", 0, true, &with_holes }, { "mutants", 0, false, &mutants },
		{ "cited", 0, true, &cited_only }, { "vacuous", 0, true, &empty },
		{ "results", 0, false, &results }, { "output", 'o', false, &format }
	};
	_cleanup_json_ json_t *cited = json_object(), *proven = json_object();
	_cleanup_(selection_clear) struct selection s = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;
	struct coverage c = { .cited = cited, .proven = proven };

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (words_take(&argc, argv, words, ARRAY_SIZE(words), &err) ||
	    selection_load(&s, argc, argv, &err))
		return words_fault("coverage", &err, EXIT_BAD_USAGE);
	if (empty)
		return vacuous(&s, results, mutants);
	gather(&c, &s);
	if (!cited_only && load_mutants(&c, mutants, &err))
		return words_fault("coverage", &err, EXIT_VOID);
	if (check_areas(&c, &err))
		return words_fault("coverage", &err, EXIT_BAD_USAGE);
	if (streq(format, "json"))
		return print_json(&c), EXIT_GOOD;
	if (c.areas && !c.have_mutants && !cited_only)
		return error_set(&err, "no report of mutants to judge an area by: make mutants "
				       "writes out/report/mutants.json"),
		       words_fault("coverage", &err, EXIT_VOID);
	return print_table(&c, with_holes != NULL);
}
