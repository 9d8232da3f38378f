/*
 * mutant: the lists of harness/mutants, and one changed source.
 *
 * A list is refused as a whole when one of its entries could not do what it says: no requirement named, unknown control, two of one
 * id, a replacement that changes nothing. A mutant that was silently left out would look like one that was killed, so nothing is
 * skipped. The text to be found must stand in its file exactly once: otherwise the file has moved on, and the mutant with it.
 */
#include "mutation/mutant.h"

#include <dirent.h>
#include <errno.h>
#include <sys/stat.h>

#include "doc.h"
#include "select.h"
#include "util/json.h"

static int read_control(const char *word, enum control *ret)
{
	if (!word)
		*ret = CONTROL_NONE;
	else if (streq(word, "must-die"))
		*ret = CONTROL_MUST_DIE;
	else if (streq(word, "must-survive"))
		*ret = CONTROL_MUST_SURVIVE;
	else
		return -1;
	return 0;
}

static const char *first_missing(const json_t *entry)
{
	static const char *const needed[] = { "id", "kills", "file", "find", "replace", "why" };

	for (size_t i = 0; i < ARRAY_SIZE(needed); i++)
		if (!json_str(entry, needed[i]))
			return needed[i];
	return NULL;
}

static int add_entry(struct mutant_list *list, const json_t *entry, const char *path,
		     struct error *err)
{
	const char *id = json_str(entry, "id"), *missing = first_missing(entry);
	struct mutant *m;

	if (missing)
		return error_set(err, "%s: mutant %s has no %s", path, id ? id : "without an id",
				 missing);
	if (strchr(id, '/') || id[0] == '.')
		return error_set(err, "%s: mutant %s: no such character in an id", path, id);
	if (mutant_list_find(list, id))
		return error_set(err, "%s: mutant %s stands twice", path, id);
	list->items = xrealloc(list->items, (list->n + 1) * sizeof(*list->items));
	m = &list->items[list->n];
	*m = (struct mutant){
		.id = id,
		.area = list->area,
		.kills = json_str(entry, "kills"),
		.file = json_str(entry, "file"),
		.find = json_str(entry, "find"),
		.replace = json_str(entry, "replace"),
		.why = json_str(entry, "why"),
		.equivalent = json_str(entry, "equivalent"),
	};
	if (read_control(json_str(entry, "control"), &m->control))
		return error_set(err, "%s: mutant %s: control must be must-die or must-survive",
				 path, id);
	if (m->control != CONTROL_MUST_SURVIVE && streq(m->find, m->replace))
		return error_set(err, "%s: mutant %s is empty: it replaces nothing", path, id);
	m->cases = json_strv(json_object_get(entry, "cases"));
	list->n++;
	return 0;
}

/* A list of mutants, or a map with one under `mutants`. */
static int add_document(struct mutant_list *list, json_t *doc, const char *path, struct error *err)
{
	const json_t *entries = json_is_array(doc) ? doc : json_object_get(doc, "mutants");
	json_t *entry;
	size_t i;

	json_array_append(list->docs, doc);
	if (!json_array_size(entries))
		return error_set(err, "%s: holds no mutant", path);
	json_array_foreach((json_t *)entries, i, entry)
		if (add_entry(list, entry, path, err))
			return -1;
	return 0;
}

/* "core" of ".../core.yaml", kept with the documents. */
static const char *area_of(struct mutant_list *list, const char *path)
{
	const char *name = strrchr(path, '/') + 1;
	json_t *area = json_stringn(name, strlen(name) - strlen(".yaml"));

	json_array_append_new(list->docs, area);
	return json_string_value(area);
}

static int add_file(struct mutant_list *list, const char *path, struct error *err)
{
	_cleanup_json_ json_t *docs = NULL;
	json_t *doc;
	size_t i;

	list->area = area_of(list, path);
	if (doc_load(path, &docs, NULL, err))
		return -1;
	if (!json_array_size(docs))
		return error_set(err, "%s: holds no mutant", path);
	json_array_foreach(docs, i, doc)
		if (add_document(list, doc, path, err))
			return -1;
	return 0;
}

static int is_yaml(const struct dirent *e)
{
	return e->d_name[0] != '.' && streq(strrchr(e->d_name, '.'), ".yaml");
}

static int load_all(struct mutant_list *list, const char *dir, struct error *err)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, is_yaml, alphasort), rc = 0;

	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, entries[i]->d_name);

		if (!rc)
			rc = add_file(list, path, err);
		free(entries[i]);
	}
	free(entries);
	return rc;
}

/* By its list, or by the area of the requirement that it breaks. */
static bool in_areas(const struct mutant *m, const char *areas)
{
	_cleanup_free_ char *broken = strndup(m->kills, strcspn(m->kills, "-"));

	return !areas || select_any(areas, m->area) || select_any(areas, broken);
}

static bool is_chosen(const struct mutant *m, const struct mutant_choice *choice)
{
	if (m->control && !choice->only)
		return true;
	return in_areas(m, choice->areas) && (!choice->only || select_any(choice->only, m->id) ||
					      select_any(choice->only, m->kills));
}

/* Each word must choose something: a slip of the pen would otherwise look like a clean report. */
static int check_choice(const struct mutant_list *list, const struct mutant_choice *choice,
			struct error *err)
{
	_cleanup_strv_ char **areas = strv_split(choice->areas ? choice->areas : "", ",");

	for (char **area = areas; *area; area++) {
		bool known = false;

		for (size_t i = 0; i < list->n; i++)
			known |= in_areas(&list->items[i], *area);
		if (!known)
			return error_set(err, "harness/mutants: no mutants of area %s", *area);
	}
	return 0;
}

static void keep_chosen(struct mutant_list *list, const struct mutant_choice *choice)
{
	size_t kept = 0;

	for (size_t i = 0; i < list->n; i++)
		if (is_chosen(&list->items[i], choice))
			list->items[kept++] = list->items[i];
		else
			strv_free(list->items[i].cases);
	list->n = kept;
}

int mutant_list_load(const char *root, const struct mutant_choice *choice, struct mutant_list *ret,
		     struct error *err)
{
	_cleanup_free_ char *dir = xasprintf("%s/harness/mutants", root);
	struct mutant_list list = { .docs = json_array() };
	int rc = load_all(&list, dir, err);

	if (!rc)
		rc = check_choice(&list, choice, err);
	if (!rc)
		keep_chosen(&list, choice);
	if (!rc && !list.n)
		rc = error_set(err, "%s: no mutant%s%s", dir, choice->only ? " fits " : "s",
			       choice->only ? choice->only : "");
	if (rc)
		mutant_list_clear(&list);
	else
		*ret = list;
	return rc;
}

const struct mutant *mutant_list_find(const struct mutant_list *list, const char *id)
{
	for (size_t i = 0; i < list->n; i++)
		if (streq(list->items[i].id, id))
			return &list->items[i];
	return NULL;
}

void mutant_list_clear(struct mutant_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		strv_free(list->items[i].cases);
	free(list->items);
	json_decref(list->docs);
	*list = (struct mutant_list){ 0 };
}

int mutant_write(const struct mutant *m, const char *root, const char *dir, char **ret_path,
		 struct error *err)
{
	_cleanup_free_ char *source = xasprintf("%s/%s", root, m->file), *text = NULL, *path = NULL;
	_cleanup_file_ FILE *out = NULL;
	const char *at;

	if (doc_read_text(source, &text, NULL, err))
		return -1;
	at = *m->find ? strstr(text, m->find) : NULL;
	if (!at || strstr(at + 1, m->find))
		return error_set(err, "%s: the text to replace stands %s in %s", m->id,
				 at ? "more than once" : "nowhere", m->file);
	path = xasprintf("%s/%s", dir, strrchr(m->file, '/') ? strrchr(m->file, '/') + 1 : m->file);
	out = fopen(path, "we");
	if (!out)
		return error_set_errno(err, errno, "%s", path);
	/* messages of the compiler then name the true file */
	fprintf(out, "#line 1 \"%s\"\n%.*s%s%s", m->file, (int)(at - text), text, m->replace,
		at + strlen(m->find));
	if (fflush(out) || ferror(out))
		return error_set_errno(err, errno, "%s", path);
	*ret_path = take_ptr(path);
	return 0;
}
