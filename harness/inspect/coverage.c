/*
 * coverage: `podtest coverage`: which requirements are asserted, and which of those assertions have been seen failing.
 *
 * A requirement is cited when a case, a rule for every history, or a script or C case under conformance/ names it; it is proven when
 * mutants.json says that a mutant of it was killed. An area that calls itself finished must have every `must` requirement cited (and
 * proven, when a report of mutants is there): a hole in it makes the exit code 1. Other areas are only counted.
 */
#include <ftw.h>
#include <strings.h>
#include <sys/stat.h>

#include "commands.h"
#include "doc.h"
#include "inspect/words.h"
#include "invariants.h"
#include "util/json.h"
#include "util/paths.h"
#include "verdict.h"

static const char usage[] =
	"usage: podtest coverage [--area A] [--holes] [--mutants FILE] [-o table|json]\n\n"
	"Per area: requirements, those that a case asserts, those whose assertion a mutant has "
	"made fail.\n"
	"--holes names the requirements of level must that no case asserts.\n";

struct coverage {
	struct catalog *catalog;
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
	const char *text;

	for (size_t i = 0; (text = invariants_req(i)); i++) {
		_cleanup_free_ char *id = strndup(text, strcspn(text, ": "));

		cite(c, id);
	}
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
		t.must += r->level == LEVEL_MUST;
		t.cited += cited;
		t.must_cited += cited && r->level == LEVEL_MUST;
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

/* Returns how many; prints with print only. */
static size_t holes(const struct coverage *c, const char *area, bool print)
{
	size_t n = 0;

	for (size_t i = 0; i < catalog_size(c->catalog); i++) {
		const struct requirement *r = catalog_at(c->catalog, i);
		bool cited = json_object_get(c->cited, r->id) != NULL;
		bool proven = !c->have_mutants || json_object_get(c->proven, r->id);

		if (!in_area(r, area) || r->level != LEVEL_MUST || (cited && proven))
			continue;
		n++;
		if (print)
			printf("  %-12s %-11s %s\n", r->id, cited ? "not proven" : "no case",
			       r->statement);
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

static int print_table(const struct coverage *c, const char *only, bool with_holes)
{
	const char *area = NULL;
	struct tally total = tally_area(c, NULL);
	size_t at = 0;
	int code = EXIT_GOOD;

	printf("%-10s %6s %6s %6s %10s %8s\n", "area", "total", "must", "cited", "must cited",
	       "proven");
	while ((area = next_area(c, area, &at))) {
		bool finished = catalog_area_finished(c->catalog, area);
		struct tally t = tally_area(c, area);

		if (only && strcasecmp(only, area))
			continue;
		print_tally(c, &t, finished);
		if (holes(c, area, with_holes || finished) && finished)
			code = EXIT_FAILED;
	}
	if (!only)
		print_tally(c, &total, false);
	return code;
}

static void print_json(const struct coverage *c)
{
	_cleanup_json_ json_t *list = json_array();

	for (size_t i = 0; i < catalog_size(c->catalog); i++) {
		const struct requirement *r = catalog_at(c->catalog, i);

		json_array_append_new(list,
				      json_pack("{s:s, s:s, s:b, s:b, s:b}", "id", r->id, "area",
						r->area, "must", r->level == LEVEL_MUST, "cited",
						json_object_get(c->cited, r->id) != NULL, "proven",
						json_object_get(c->proven, r->id) != NULL));
	}
	json_dumpf(list, stdout, JSON_INDENT(1));
	putchar('\n');
}

static int gather(struct coverage *c, struct selection *s, const char *mutants, struct error *err)
{
	c->catalog = s->catalog;
	for (size_t i = 0; i < s->fixtures.n; i++)
		for (char **req = s->fixtures.items[i].reqs; *req; req++)
			cite(c, *req);
	cite_invariants(c);
	cite_scripts(c);
	return load_mutants(c, mutants, err);
}

int cmd_coverage(int argc, char **argv)
{
	const char *with_holes = NULL, *mutants = NULL, *format = NULL;
	const struct word words[] = { { "holes", 0, true, &with_holes },
				      { "mutants", 0, false, &mutants },
				      { "output", 'o', false, &format } };
	_cleanup_json_ json_t *cited = json_object(), *proven = json_object();
	_cleanup_(selection_clear) struct selection s = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;
	struct coverage c = { .cited = cited, .proven = proven };

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (words_take(&argc, argv, words, ARRAY_SIZE(words), &err) ||
	    selection_load(&s, argc, argv, &err))
		return words_fault("coverage", &err, EXIT_BAD_USAGE);
	if (gather(&c, &s, mutants, &err))
		return words_fault("coverage", &err, EXIT_VOID);
	if (streq(format, "json"))
		return print_json(&c), EXIT_GOOD;
	return print_table(&c, s.options.area, with_holes != NULL);
}
