/*
 * diff: `podtest diff A B`: what became of A's cases in B: two runs, two versions of a runtime, two runtimes.
 *
 * Cases are compared by name; one that was repeated takes its worst verdict, and so does a requirement that a case asserts several times.
 * What changed is sorted into worse (held in A and does not in B), better, otherwise (neither: evaluated on one side only, or fails in
 * another way), new and gone; below a case stand the requirements that made the difference, with B's message. Exit code as diff(1) has it: 0 nothing differs, 1 something does, 2 a file cannot be read.
 */
#include "commands.h"
#include "inspect/words.h"
#include "report/results.h"
#include "util/json.h"
#include "verdict.h"

static const char usage[] = "usage: podtest diff [--worse] A B\n\n"
			    "What differs between two results.json, from A to B: what became "
			    "worse, better, is new or gone.\n"
			    "Exit code 0: nothing differs, 1: something does; with --worse only "
			    "what became worse or is gone.\n";

enum difference { SAME, WORSE, BETTER, OTHERWISE, NEW, GONE, N_DIFFERENCES };

static const char *const difference_names[] = {
	[WORSE] = "worse", [BETTER] = "better", [OTHERWISE] = "otherwise", [NEW] = "new", [GONE] = "gone"
};

/* ---- what a file says of each case ---- */

static const char *verdict_in(const json_t *entry)
{
	return json_str(entry, "verdict");
}

/* Into map[key]: {verdict, message}, the worse of what is there and this. Answers the entry. */
static json_t *keep_worse(json_t *map, const char *key, const json_t *from)
{
	json_t *entry = json_object_get(map, key);
	const char *verdict = verdict_in(from);
	int now = verdict ? verdict_from_name(verdict) : -1, old;

	if (!entry) {
		entry = json_object();
		json_object_set_new(map, key, entry);
	}
	old = verdict_in(entry) ? verdict_from_name(verdict_in(entry)) : -1;
	if (now < 0 ||
	    (old >= 0 && verdict_worse((enum verdict)old, (enum verdict)now) == (enum verdict)old))
		return entry;
	json_object_set_new(entry, "verdict", json_string(verdict));
	json_object_set(entry, "message", json_object_get(from, "message"));
	return entry;
}

/* {"area/case": {verdict, message, reqs: {REQ: {verdict, message}}}} */
static json_t *cases_of(const json_t *results)
{
	json_t *map = json_object(), *c, *a;
	size_t i, j;

	json_array_foreach(json_object_get(results, "cases"), i, c) {
		const char *area = json_str(c, "area"), *name = json_str(c, "name");
		_cleanup_free_ char *key = xasprintf("%s/%s", area ? area : "", name ? name : "");
		json_t *entry = keep_worse(map, key, c);

		if (!json_object_get(entry, "reqs"))
			json_object_set_new(entry, "reqs", json_object());
		json_array_foreach(json_object_get(c, "assertions"), j, a)
			if (json_str(a, "req"))
				keep_worse(json_object_get(entry, "reqs"), json_str(a, "req"), a);
	}
	return map;
}

/* ---- what changed ---- */

static bool holds(int verdict)
{
	return verdict == VERDICT_PASS || verdict == VERDICT_SLOW || verdict == VERDICT_FIXED;
}

static bool is_evaluated(int verdict)
{
	return verdict >= 0 && verdict != VERDICT_NOT_APPLICABLE && verdict != VERDICT_DISPUTED;
}

static enum difference compare(const json_t *a, const json_t *b)
{
	int before = verdict_from_name(verdict_in(a) ? verdict_in(a) : ""),
	    after = verdict_from_name(verdict_in(b) ? verdict_in(b) : "");

	if (!a || !b)
		return a ? GONE : NEW;
	if (before == after)
		return SAME;
	if (!is_evaluated(before) || !is_evaluated(after) || holds(before) == holds(after))
		return OTHERWISE;
	return holds(before) ? WORSE : BETTER;
}

/* A case whose verdict is the same may still have changed in what it asserts. */
static enum difference compare_cases(const json_t *a, const json_t *b)
{
	enum difference all = compare(a, b);
	const json_t *before = json_object_get(a, "reqs"), *r;
	const char *req;

	if (all != SAME)
		return all;
	json_object_foreach(json_object_get(b, "reqs"), req, r) {
		enum difference one = compare(json_object_get(before, req), r);

		if (one == WORSE || (one == BETTER && all != WORSE) ||
		    (one == OTHERWISE && all == SAME))
			all = one;
	}
	return all;
}

static void print_message(const json_t *entry)
{
	const char *message = json_str(entry, "message");

	if (message)
		printf(": %.*s%s", 160, message, strlen(message) > 160 ? "…" : "");
}

static void print_requirements(const json_t *a, const json_t *b)
{
	const json_t *before = json_object_get(a, "reqs"), *r;
	const char *req;

	json_object_foreach(json_object_get(b, "reqs"), req, r) {
		const json_t *old = json_object_get(before, req);
		enum difference one = compare(old, r);

		if (one != WORSE && one != BETTER && one != OTHERWISE)
			continue;
		printf("      %s %s -> %s", req, verdict_in(old), verdict_in(r));
		print_message(r);
		putchar('\n');
	}
}

static void print_case(const char *name, const json_t *a, const json_t *b)
{
	if (!a || !b) {
		printf("  %-50s %s\n", name, verdict_in(a ? a : b));
		return;
	}
	if (streq(verdict_in(a), verdict_in(b)))
		printf("  %-50s %s in both, for other requirements\n", name, verdict_in(b));
	else
		printf("  %-50s %s -> %s\n", name, verdict_in(a), verdict_in(b));
	print_requirements(a, b);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The names of both, sorted; borrowed from the maps. */
static const char **names_of(json_t *a, json_t *b, size_t *ret_n)
{
	const char **names = xcalloc(json_object_size(a) + json_object_size(b) + 1, sizeof(*names)),
		   *key;
	size_t n = 0;
	json_t *v;

	json_object_foreach(a, key, v)
		names[n++] = key;
	json_object_foreach(b, key, v)
		if (!json_object_get(a, key))
			names[n++] = key;
	qsort(names, n, sizeof(*names), by_text);
	*ret_n = n;
	return names;
}

/* Prints a group per change, and the sum; counts[] gets how many of each. */
static void print_changes(json_t *a, json_t *b, size_t counts[N_DIFFERENCES])
{
	size_t n, sum = 0;
	_cleanup_free_ const char **names = names_of(a, b, &n);

	for (enum difference group = WORSE; group < N_DIFFERENCES; group++)
		for (size_t i = 0; i < n; i++) {
			const json_t *before = json_object_get(a, names[i]),
				     *after = json_object_get(b, names[i]);

			if (compare_cases(before, after) != group)
				continue;
			if (!counts[group]++)
				printf("%s\n", difference_names[group]);
			print_case(names[i], before, after);
			sum++;
		}
	printf("%zu of %zu cases differ", sum, n);
	for (enum difference group = WORSE; group < N_DIFFERENCES; group++)
		if (counts[group])
			printf(", %zu %s", counts[group], difference_names[group]);
	putchar('\n');
}

int cmd_diff(int argc, char **argv)
{
	_cleanup_json_ json_t *a = NULL, *b = NULL, *before = NULL, *after = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *worse = NULL;
	const struct word words[] = { { "worse", 0, true, &worse } };
	size_t counts[N_DIFFERENCES] = { 0 };

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (words_take(&argc, argv, words, ARRAY_SIZE(words), &err) || argc != 3)
		return fputs(usage, stderr), EXIT_BAD_USAGE;
	if (results_load(argv[1], &a, &err) || results_load(argv[2], &b, &err))
		return words_fault("diff", &err, EXIT_VOID);
	before = cases_of(a);
	after = cases_of(b);
	printf("%s -> %s\n", json_str(a, "subject"), json_str(b, "subject"));
	print_changes(before, after, counts);
	if (worse)
		return counts[WORSE] || counts[GONE] ? EXIT_FAILED : EXIT_GOOD;
	return counts[WORSE] || counts[BETTER] || counts[OTHERWISE] || counts[NEW] || counts[GONE] ?
		       EXIT_FAILED :
		       EXIT_GOOD;
}
