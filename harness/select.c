/*
 * select: which of the fixtures a command line means.
 *
 * Every criterion that is given must fit: area, name, cited requirement, quick. Several values of one criterion are separated by
 * commas, one of them must fit. Words and --only are globs on NAME or AREA/NAME; a word that is a file is that file's case.
 */
#include "select.h"

#include <fnmatch.h>

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

int select_load(const struct options *o, struct fixture_list *list, struct error *err)
{
	_cleanup_free_ char *dir = o->fixtures ? xstrdup(o->fixtures) : paths_data("fixtures");

	if (!dir)
		return error_set(err, "no fixtures found: give --fixtures DIR");
	return fixture_load_dir(dir, list, err);
}
