/*
 * claims: which cases must notice a mutant, and do they pass without it?
 *
 * The cases of a mutant are those that its list names, else all that cite its requirement. They are given to `podtest run` by file, so
 * that cases of one name in two areas are not confused. Before the first mutant all claiming cases run once against the reference as
 * it is: a case that does not pass there proves nothing when it fails later, and is left out.
 */
#include <fnmatch.h>

#include "doc.h"
#include "mutation/mutation.h"
#include "util/json.h"

bool mutant_claims(const struct mutant *m, const struct fixture *f)
{
	_cleanup_free_ char *full = xasprintf("%s/%s", f->area, f->name);

	if (!m->cases[0])
		return strv_has(f->reqs, m->kills);
	for (char **glob = m->cases; *glob; glob++)
		if (!fnmatch(*glob, f->name, 0) || !fnmatch(*glob, full, 0))
			return true;
	return false;
}

static bool claimed_by_any(const struct mutant *mutants, size_t n, const struct fixture *f)
{
	for (size_t i = 0; i < n; i++)
		if (mutant_claims(&mutants[i], f))
			return true;
	return false;
}

static void add(json_t *argv, const char *word)
{
	json_array_append_new(argv, json_string(word));
}

char **claims_argv(const struct mutation *all, const struct mutant *mutants, size_t n,
		   const char *podd, const char *report)
{
	_cleanup_free_ char *rate = xasprintf("%g", all->clock_rate);
	const char *const fixed[] = {
		all->podtest, "run",	  "--podd", podd,      "--clock-rate",
		rate,	      "--format", "tap",    "--quiet", "--no-sentinel",
		"--report",   report
	};
	_cleanup_json_ json_t *argv = json_array(), *files = json_object();
	const char *file;
	json_t *v;

	for (size_t i = 0; i < ARRAY_SIZE(fixed); i++)
		add(argv, fixed[i]);
	for (size_t i = 0; i < all->fixtures->n; i++)
		if (claimed_by_any(mutants, n, &all->fixtures->items[i]))
			json_object_set_new(files, all->fixtures->items[i].file, json_true());
	if (!json_object_size(files))
		return xcalloc(1, sizeof(char *));
	json_object_foreach(files, file, v)
		add(argv, file);
	return json_strv(argv);
}

static int read_base(struct mutation *all, const char *path, struct error *err)
{
	_cleanup_json_ json_t *docs = NULL;
	json_t *c;
	size_t i;

	if (doc_load(path, &docs, NULL, err))
		return -1;
	if (json_str(docs, "0.void"))
		return error_set(err, "the run without a mutant is void: %s",
				 json_str(docs, "0.void"));
	json_array_foreach(json_path(docs, "0.cases"), i, c) {
		_cleanup_free_ char *name =
			xasprintf("%s/%s", json_str(c, "area"), json_str(c, "name"));
		const char *verdict = json_str(c, "verdict");

		if (streq(verdict, "pass") || streq(verdict, "slow"))
			json_object_set_new(all->base, name, json_true());
		else if (!streq(verdict, "not-applicable"))
			printf("# without a mutant %s is %s, and is left out\n", name, verdict);
	}
	return 0;
}

int claims_base(struct mutation *all, const struct mutant_list *list, struct error *err)
{
	_cleanup_free_ char *dir = xasprintf("%s/out/mutants/base", all->root);
	_cleanup_free_ char *log = xasprintf("%s.log", dir),
			    *results = xasprintf("%s/results.json", dir);
	_cleanup_strv_ char **argv = claims_argv(all, list->items, list->n, all->podd, dir);
	struct child c = CHILD_INIT;

	if (!argv[0])
		return error_set(err, "no case cites any of the requirements");
	unlink(log);
	unlink(results);
	if (child_start(&c, argv, log, false, err))
		return -1;
	child_wait(&c, all->interrupted);
	if (access(results, R_OK))
		return error_set(err, "the run without a mutant left no results; see %s", log);
	return read_base(all, results, err);
}
