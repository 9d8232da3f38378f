/*
 * select: which of the fixtures a command line means.
 *
 * Every criterion that is given must fit: area, name, cited requirement, quick. Several values of one criterion are separated by
 * commas, one of them must fit. Words and --only are globs on NAME or AREA/NAME; a word that is a file is that file's case, and where all
 * words are files, nothing else is loaded.
 */
#include "select.h"

#include <fnmatch.h>
#include <sys/stat.h>

#include "util/json.h"
#include "util/paths.h"

bool select_any(const char *globs, const char *name)
{
	_cleanup_strv_ char **v = strv_split(globs, ",");

	for (char **g = v; *g; g++)
		if (!fnmatch(*g, name, FNM_CASEFOLD))
			return true;
	return false;
}

/* A glob with a slash means AREA/NAME, one without the name alone. */
static bool fits_name(const struct fixture *f, const char *glob)
{
	_cleanup_free_ char *full = xasprintf("%s/%s", f->area, f->name);

	return !fnmatch(glob, strchr(glob, '/') ? full : f->name, 0);
}

static bool fits_only(const struct fixture *f, const char *globs)
{
	_cleanup_strv_ char **v = strv_split(globs, ",");

	for (char **g = v; *g; g++)
		if (fits_name(f, *g))
			return true;
	return false;
}

static bool cites(const struct fixture *f, const char *ids)
{
	_cleanup_strv_ char **v = strv_split(ids, ",");

	for (char **id = v; *id; id++)
		if (strv_has(f->reqs, *id))
			return true;
	return false;
}

static bool named(const struct fixture *f, char *const *names)
{
	if (!names || !*names)
		return true;
	for (; *names; names++)
		if (fits_name(f, *names) || streq(*names, f->file))
			return true;
	return false;
}

static bool chosen(const struct fixture *f, const struct options *o)
{
	return (!o->area || select_any(o->area, f->area)) && (!o->only || fits_only(f, o->only)) &&
	       (!o->requirement || cites(f, o->requirement)) && (!o->quick || f->quick) &&
	       named(f, o->names);
}

static int compare(const void *a, const void *b)
{
	const struct fixture *x = *(const struct fixture *const *)a,
			     *y = *(const struct fixture *const *)b;
	int areas = strcmp(x->area, y->area);

	return areas ? areas : strcmp(x->name, y->name);
}

const struct fixture **select_fixtures(const struct fixture_list *list, const struct options *o,
				       size_t *ret_n)
{
	const struct fixture **v = xcalloc(list->n + 1, sizeof(*v));
	size_t n = 0;

	for (size_t i = 0; i < list->n; i++)
		if (chosen(&list->items[i], o))
			v[n++] = &list->items[i];
	qsort(v, n, sizeof(*v), compare);
	*ret_n = n;
	return v;
}

static bool is_file(const char *word)
{
	size_t len = strlen(word);
	struct stat st;

	return len > 5 && streq(word + len - 5, ".yaml") && !stat(word, &st) && S_ISREG(st.st_mode);
}

/* The folder that a file is in is its area, unless it says another. The caller frees. */
static char *area_of(const char *path)
{
	_cleanup_free_ char *whole = realpath(path, NULL);
	char *slash = whole ? strrchr(whole, '/') : NULL, *before;

	if (!slash)
		return xstrdup("");
	*slash = '\0';
	before = strrchr(whole, '/');
	return xstrdup(before ? before + 1 : whole);
}

/* 1: words name something else than files. */
static int load_files(char *const *names, struct fixture_list *list, struct error *err)
{
	if (!names || !*names)
		return 1;
	for (char *const *name = names; *name; name++)
		if (!is_file(*name))
			return 1;
	for (char *const *name = names; *name; name++) {
		_cleanup_free_ char *area = area_of(*name);

		if (fixture_load_file(*name, area, list, err))
			return -1;
	}
	return 0;
}

int select_load(const struct options *o, struct fixture_list *list, struct error *err)
{
	_cleanup_free_ char *dir = o->fixtures ? xstrdup(o->fixtures) : paths_data("fixtures");
	int files = o->fixtures ? 1 : load_files(o->names, list, err);

	if (files <= 0)
		return files;
	if (!dir)
		return error_set(err, "no fixtures found: give --fixtures DIR");
	return fixture_load_dir(dir, list, err);
}
