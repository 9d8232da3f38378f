/*
 * fixture: files to cases.
 *
 * A file is a Case and its manifests. What is kept of it is the document itself plus what selection and admission need to
 * know before a run: needs, locks, cited requirements, an estimate of its pods and of its waits. A grid is expanded here, so
 * nobody above knows that templates exist. A fixture_list owns its fixtures; steps borrow from the fixture's document.
 */
#include "fixture.h"

#include <dirent.h>
#include <sys/stat.h>

#include "doc.h"
#include "fixture_form.h"
#include "fixture_grid.h"
#include "util/json.h"

static void add_req(json_t *set, const json_t *args)
{
	const char *req = json_str(args, "req");

	if (req)
		json_object_set_new(set, req, json_true());
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static char **collect_reqs(const struct fixture *f)
{
	_cleanup_json_ json_t *set = json_object(), *list = json_array();
	const char *key;
	json_t *v;
	char **reqs;
	size_t j;

	for (size_t i = 0; i < f->n_steps; i++) {
		add_req(set, f->steps[i].args);
		json_array_foreach(f->steps[i].args, j, v)
			add_req(set, v);
	}
	json_object_foreach(set, key, v)
		json_array_append_new(list, json_string(key));
	reqs = json_strv(list);
	qsort(reqs, strv_len(reqs), sizeof(*reqs), compare_text);
	return reqs;
}

static void add_wait(struct fixture *f, const json_t *args)
{
	double timer = json_num(args, "within.timer", 0) + json_num(args, "gap.max.timer", 0);

	if (streq(json_str(args, "within.clock"), "real") ||
	    streq(json_str(args, "gap.max.clock"), "real"))
		f->wait_real += timer;
	else
		f->wait_nominal += timer;
	f->wait_nominal += json_num(args, "for", 0);
}

static unsigned pods_of(const json_t *manifest)
{
	const char *kind = json_str(manifest, "kind");

	if (streq(kind, "Pod"))
		return 1;
	if (json_path(manifest, "spec.template"))
		return (unsigned)MAX(json_int(manifest, "spec.replicas", 1), 0);
	return 0;
}

int step_line(const struct step *s, size_t i)
{
	return s->lines && i < json_array_size(s->args) && s->lines[i] ? s->lines[i] : s->line;
}

static int *relation_lines(const json_t *relations, const struct doc_lines *lines)
{
	int *v = xcalloc(json_array_size(relations) + 1, sizeof(*v));
	json_t *r;
	size_t i;

	json_array_foreach((json_t *)relations, i, r)
		v[i] = doc_line(lines, r, NULL);
	return v;
}

static void set_steps(struct fixture *f, const struct doc_lines *lines)
{
	const json_t *list = json_object_get(f->doc, "steps");
	json_t *step;
	size_t i;

	f->steps = xcalloc(json_array_size(list), sizeof(*f->steps));
	json_array_foreach((json_t *)list, i, step) {
		const char *name = json_object_iter_key(json_object_iter(step));
		struct step *s = &f->steps[f->n_steps++];

		s->kind = (enum step_kind)fixture_step_kind(name);
		s->args = json_object_get(step, name);
		s->line = doc_line(lines, step, name);
		if (s->kind == STEP_HISTORY)
			s->lines = relation_lines(s->args, lines);
		add_wait(f, s->args);
	}
}

static void set_facts(struct fixture *f)
{
	_cleanup_free_ char *doc = json_line(f->doc), *manifests = json_line(f->manifests);
	json_t *m;
	size_t i;

	f->needs = json_strv(json_object_get(f->doc, "needs"));
	f->locks = json_strv(json_object_get(f->doc, "locks"));
	f->exclusive = json_truth(f->doc, "exclusive", false) || strv_has(f->locks, "exclusive");
	f->disruptive = json_truth(f->doc, "disruptive", false);
	f->quick = json_truth(f->doc, "quick", false);
	f->uses_witness = strstr(doc, "${witness}") || strstr(manifests, "${witness}");
	f->pods = f->uses_witness;
	json_array_foreach(f->manifests, i, m)
		f->pods += pods_of(m);
	for (size_t s = 0; s < f->n_steps; s++)
		if (f->steps[s].kind == STEP_SCALE)
			f->pods = MAX(f->pods, (unsigned)json_int(f->steps[s].args, "replicas", 0));
	f->reqs = collect_reqs(f);
}

static struct fixture *list_grow(struct fixture_list *list)
{
	list->items = xrealloc(list->items, (list->n + 1) * sizeof(*list->items));
	list->items[list->n] = (struct fixture){ 0 };
	return &list->items[list->n++];
}

/* docs: the Case, then manifests. */
static void add_fixture(struct fixture_list *list, json_t *docs, const struct doc_lines *lines,
			const char *name, const char *path, const char *area)
{
	struct fixture *f = list_grow(list);

	f->doc = json_incref(json_array_get(docs, 0));
	f->manifests = json_copy(docs);
	json_array_remove(f->manifests, 0);
	f->name = xstrdup(name);
	f->title = xstrdup(json_str(f->doc, "title"));
	f->area = xstrdup(json_str(f->doc, "area") ? json_str(f->doc, "area") : area);
	f->file = xstrdup(path);
	f->line = doc_line(lines, f->doc, NULL);
	set_steps(f, lines);
	set_facts(f);
}

/* fixtures/templates/X, as cases name it, seen from FIXTURES/AREA/NAME.yaml. */
static char *template_path(const char *path, const char *template)
{
	_cleanup_free_ char *dir = xstrdup(path);

	for (int i = 0; i < 2; i++) {
		char *slash = strrchr(dir, '/');

		if (!slash)
			return xstrdup(template);
		*slash = '\0';
	}
	return xasprintf("%s/%s", dir, has_prefix(template, "fixtures/") ? template + 9 : template);
}

static int fill_and_parse(const char *text, const json_t *combination, const char *path,
			  json_t **ret, struct doc_lines **ret_lines, struct error *err)
{
	_cleanup_free_ char *filled = NULL;

	if (fixture_grid_fill(text, combination, &filled, err))
		return error_wrap(err, "%s", path);
	return doc_parse(filled, strlen(filled), path, ret, ret_lines, err);
}

/* The template's Case gives what the file's own lacks; then come its manifests. */
static int merge_template(json_t *docs, json_t *template, const char *path, struct error *err)
{
	json_t *doc = json_array_get(docs, 0), *m;
	size_t i;

	if (!json_is_object(json_array_get(template, 0)))
		return error_set(err, "%s: no Case in the template", path);
	json_array_extend(json_object_get(doc, "needs"),
			  json_path(json_array_get(template, 0), "needs"));
	if (json_object_update_missing(doc, json_array_get(template, 0)))
		return error_set(err, "%s: the first document must be a map", path);
	json_array_foreach(template, i, m)
		if (i > 0)
			json_array_append(docs, m);
	return 0;
}

static int load_combination(const char *path, const char *text, const char *tpath,
			    const char *ttext, const json_t *combination, const char *area,
			    struct fixture_list *list, struct error *err)
{
	_cleanup_(doc_lines_free_p) struct doc_lines *lines = NULL, *tlines = NULL;
	_cleanup_json_ json_t *docs = NULL, *template = NULL;
	_cleanup_free_ char *suffix = fixture_grid_suffix(combination), *name = NULL;
	json_t *doc;

	if (fill_and_parse(text, combination, path, &docs, &lines, err) ||
	    fill_and_parse(ttext, combination, tpath, &template, &tlines, err) ||
	    merge_template(docs, template, tpath, err))
		return -1;
	doc = json_array_get(docs, 0);
	if (fixture_form_check(doc, tlines, tpath, err))
		return -1;
	name = xasprintf("%s%s", json_str(doc, "name"), suffix);
	add_fixture(list, docs, tlines, name, path, area);
	list->items[list->n - 1].template = xstrdup(tpath);
	return 0;
}

static int load_grid(const char *path, const char *text, const json_t *doc, const char *area,
		     struct fixture_list *list, struct error *err)
{
	_cleanup_free_ char *tpath = template_path(path, json_str(doc, "template")), *ttext = NULL;
	_cleanup_json_ json_t *combinations = NULL;
	json_t *combination;
	size_t i;

	if (doc_read_text(tpath, &ttext, NULL, err))
		return error_wrap(err, "%s", path);
	if (fixture_grid_expand(json_object_get(doc, "with"), &combinations, err))
		return error_wrap(err, "%s", path);
	json_array_foreach(combinations, i, combination)
		if (load_combination(path, text, tpath, ttext, combination, area, list, err))
			return -1;
	return 0;
}

static int check_name(const char *path, const json_t *doc, struct error *err)
{
	const char *base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	const char *name = json_str(doc, "name");
	size_t len = strlen(name);

	if (strncmp(base, name, len) || strcmp(base + len, ".yaml"))
		return error_set(err, "%s: the case's name (%s) must be the file's", path, name);
	if (!json_object_get(doc, "steps") && !json_object_get(doc, "template"))
		return error_set(err, "%s: a case needs steps", path);
	return 0;
}

static int check_unique(const struct fixture_list *list, size_t from, struct error *err)
{
	for (size_t i = from; i < list->n; i++)
		for (size_t k = 0; k < i; k++)
			if (streq(list->items[i].name, list->items[k].name) &&
			    streq(list->items[i].area, list->items[k].area))
				return error_set(err, "%s: a case named %s is in %s too",
						 list->items[i].file, list->items[i].name,
						 list->items[k].file);
	return 0;
}

static int load_file(const char *path, const char *area, struct fixture_list *list,
		     struct error *err)
{
	_cleanup_(doc_lines_free_p) struct doc_lines *lines = NULL;
	_cleanup_free_ char *text = NULL;
	_cleanup_json_ json_t *docs = NULL;
	const json_t *doc;
	size_t len;

	if (doc_read_text(path, &text, &len, err) || doc_parse(text, len, path, &docs, &lines, err))
		return -1;
	doc = json_array_get(docs, 0);
	if (fixture_form_check(doc, lines, path, err) || check_name(path, doc, err))
		return -1;
	if (json_str(doc, "template"))
		return load_grid(path, text, doc, area, list, err);
	add_fixture(list, docs, lines, json_str(doc, "name"), path, area);
	return 0;
}

int fixture_load_file(const char *path, const char *area, struct fixture_list *list,
		      struct error *err)
{
	size_t from = list->n;

	return load_file(path, area, list, err) || check_unique(list, from, err) ? -1 : 0;
}

int fixture_from_docs(json_t *docs, const char *from, const char *area, struct fixture_list *list,
		      struct error *err)
{
	const json_t *doc = json_array_get(docs, 0);

	if (fixture_form_check(doc, NULL, from, err))
		return -1;
	add_fixture(list, docs, NULL, json_str(doc, "name"), from, area);
	return 0;
}

static void note_fault(struct error *all, struct error *one)
{
	_cleanup_free_ char *before = all ? take_ptr(all->message) : NULL;

	error_set(all, "%s%s%s", before ? before : "", before ? "\n" : "", error_text(one));
	error_clear(one);
}

/* Folders of fixtures/ that hold no cases. */
static char *const no_cases[] = { (char *)"templates", (char *)"images", (char *)"histories", NULL };

static int load_entry(const char *dir, const struct dirent *entry, struct fixture_list *list,
		      struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", dir, entry->d_name);
	_cleanup_error_ struct error fault = ERROR_INIT;
	const char *area = strrchr(dir, '/') ? strrchr(dir, '/') + 1 : dir,
		   *dot = strrchr(entry->d_name, '.');
	struct stat st;

	if (entry->d_name[0] == '.' || stat(path, &st))
		return 0;
	if (S_ISDIR(st.st_mode)) {
		if (strv_has(no_cases, entry->d_name))
			return 0;
		return fixture_load_dir(path, list, err);
	}
	if (!streq(dot, ".yaml"))
		return 0;
	if (!fixture_load_file(path, area, list, &fault))
		return 0;
	note_fault(err, &fault);
	return -1;
}

int fixture_load_dir(const char *dir, struct fixture_list *list, struct error *err)
{
	struct dirent **entries;
	int n = scandir(dir, &entries, NULL, alphasort), rc = 0;

	if (n < 0)
		return error_set(err, "%s: no such directory of fixtures", dir);
	for (int i = 0; i < n; i++) {
		if (load_entry(dir, entries[i], list, err))
			rc = -1;
		free(entries[i]);
	}
	free(entries);
	return rc;
}

static void fixture_clear(struct fixture *f)
{
	free(f->name);
	free(f->title);
	free(f->area);
	free(f->file);
	free(f->template);
	for (size_t i = 0; i < f->n_steps; i++)
		free(f->steps[i].lines);
	free(f->steps);
	strv_free(f->needs);
	strv_free(f->locks);
	strv_free(f->reqs);
	json_decref(f->doc);
	json_decref(f->manifests);
}

void fixture_list_clear(struct fixture_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		fixture_clear(&list->items[i]);
	free(list->items);
	*list = (struct fixture_list){ 0 };
}
