/*
 * catalog: the requirements, conformance/requirements/AREA.yaml, read once.
 *
 * A file is one document: area, finished, requirements. The reader is strict where a slip would hide a requirement: an id that
 * stands twice, one whose prefix is not the file's area, an unknown level or a missing sentence is refused with the file's name. The
 * requirements borrow their texts from the documents, which the catalogue owns; an index leads from id to requirement.
 */
#include "catalog.h"

#include <dirent.h>

#include "doc.h"
#include "util/json.h"

struct catalog {
	json_t *docs; /* list of the files' documents */
	json_t *index; /* id to number */
	json_t *finished; /* area to truth */
	struct requirement *items;
	size_t n;
};

static const char *text_of(json_t *entry, const char *key)
{
	json_t *v = json_object_get(entry, key);
	_cleanup_free_ char *text = NULL;

	if (!v || json_is_null(v))
		return NULL;
	if (!json_is_string(v)) {
		text = json_scalar(v);
		json_object_set_new(entry, key, json_string(text));
	}
	return json_string_value(json_object_get(entry, key));
}

static int level_of(const char *name)
{
	static const char *const names[] = {
		[LEVEL_MUST] = "must", [LEVEL_SHOULD] = "should", [LEVEL_MAY] = "may", [LEVEL_DROPPED] = "dropped"
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(name, names[i]))
			return (int)i;
	return -1;
}

static bool id_fits(const char *id, const char *area)
{
	size_t len = strlen(area);

	return strncmp(id, area, len) == 0 && id[len] == '-' && id[len + 1];
}

static int check_entry(const struct catalog *c, json_t *entry, const char *area, const char *path,
		       struct error *err)
{
	const char *id = text_of(entry, "id");

	if (!id || !id_fits(id, area))
		return error_set(err, "%s: id \"%s\" does not belong to area %s", path,
				 id ? id : "", area);
	if (json_object_get(c->index, id))
		return error_set(err, "%s: %s stands twice", path, id);
	if (!text_of(entry, "statement") || !text_of(entry, "source"))
		return error_set(err, "%s: %s has no statement or no source", path, id);
	if (level_of(text_of(entry, "level")) < 0)
		return error_set(err, "%s: %s: level must be must, should, may or dropped", path,
				 id);
	if (text_of(entry, "unasserted") && level_is_binding(level_of(text_of(entry, "level"))) &&
	    !streq(text_of(entry, "tier"), "3"))
		return error_set(err, "%s: %s: a %s of tier 1 or 2 is never unasserted", path, id,
				 text_of(entry, "level"));
	return 0;
}

static void add_entry(struct catalog *c, json_t *entry, const char *area)
{
	struct requirement *r;

	c->items = xrealloc(c->items, (c->n + 1) * sizeof(*c->items));
	r = &c->items[c->n];
	*r = (struct requirement){
		.id = text_of(entry, "id"),
		.area = area,
		.level = (enum level)level_of(text_of(entry, "level")),
		.statement = text_of(entry, "statement"),
		.observe = text_of(entry, "observe"),
		.source = text_of(entry, "source"),
		.since = text_of(entry, "since"),
		.disputed = text_of(entry, "disputed"),
		.tier = text_of(entry, "tier"),
		.wait = text_of(entry, "wait"),
		.checked = text_of(entry, "checked"),
		.seen = text_of(entry, "seen"),
		.mutant = text_of(entry, "mutant"),
		.note = text_of(entry, "note"),
		.unasserted = text_of(entry, "unasserted"),
		.confirmed = text_of(entry, "confirmed"),
	};
	json_object_set_new(c->index, r->id, json_integer((json_int_t)c->n));
	c->n++;
}

static bool says_yes(const json_t *v)
{
	return json_is_true(v) || streq(json_string_value(v), "yes");
}

static int add_document(struct catalog *c, json_t *doc, const char *path, struct error *err)
{
	const char *area = json_str(doc, "area");
	json_t *entry, *list = json_object_get(doc, "requirements");
	size_t i;

	if (!area || !json_array_size(list))
		return error_set(err, "%s: must have an area and requirements", path);
	json_array_append(c->docs, doc);
	json_object_set_new(c->finished, area,
			    json_boolean(says_yes(json_object_get(doc, "finished"))));
	json_array_foreach(list, i, entry) {
		if (check_entry(c, entry, area, path, err))
			return -1;
		add_entry(c, entry, area);
	}
	return 0;
}

static int add_file(struct catalog *c, const char *path, struct error *err)
{
	_cleanup_json_ json_t *docs = NULL;
	json_t *doc;
	size_t i;

	if (doc_load(path, &docs, NULL, err))
		return -1;
	json_array_foreach(docs, i, doc)
		if (add_document(c, doc, path, err))
			return -1;
	return 0;
}

static int is_yaml(const struct dirent *e)
{
	const char *dot = strrchr(e->d_name, '.');

	return e->d_name[0] != '.' && streq(dot, ".yaml");
}

static int load(struct catalog *c, const char *dir, struct error *err)
{
	struct dirent **entries = NULL;
	int n = scandir(dir, &entries, is_yaml, alphasort), rc = 0;

	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, entries[i]->d_name);

		if (!rc)
			rc = add_file(c, path, err);
		free(entries[i]);
	}
	free(entries);
	if (!rc && !c->n)
		return error_set(err, "%s: no requirements there", dir);
	return rc;
}

int catalog_load(const char *dir, struct catalog **ret, struct error *err)
{
	struct catalog *c = xcalloc(1, sizeof(*c));

	c->docs = json_array();
	c->index = json_object();
	c->finished = json_object();
	if (load(c, dir, err)) {
		catalog_free(c);
		return -1;
	}
	*ret = c;
	return 0;
}

struct catalog *catalog_free(struct catalog *c)
{
	if (!c)
		return NULL;
	json_decref(c->docs);
	json_decref(c->index);
	json_decref(c->finished);
	free(c->items);
	free(c);
	return NULL;
}

const struct requirement *catalog_find(const struct catalog *c, const char *id)
{
	const json_t *at = c && id ? json_object_get(c->index, id) : NULL;

	return at ? &c->items[json_integer_value(at)] : NULL;
}

size_t catalog_size(const struct catalog *c)
{
	return c->n;
}

const struct requirement *catalog_at(const struct catalog *c, size_t i)
{
	return i < c->n ? &c->items[i] : NULL;
}

bool catalog_area_finished(const struct catalog *c, const char *area)
{
	return json_is_true(json_object_get(c->finished, area));
}
