/*
 * recording_read: a recorded history, read and checked.
 *
 * The file comes from elsewhere and may have been edited: every key that judging needs is looked at before anything is judged, by two
 * tables, and a fault names its place ("seen[12].t must be a number"). A key that is not in the tables is passed over. The case is made of the
 * document in the file, by the same strict reader as any other; its steps carry the instants at which they were begun and ended.
 */
#include "record/recording.h"

#include <math.h>

#include "doc.h"
#include "util/json.h"

/* Of a number of seconds: three years. */
#define LIMIT 1e8

enum type { T_TEXT, T_NUMBER, T_WHOLE, T_MAP, T_LIST };

struct key {
	const char *path;
	enum type type;
};

static const struct key head_keys[] = {
	{ "subject.name", T_TEXT },   { "subject.version", T_TEXT }, { "subject.rate", T_NUMBER },
	{ "runner.boot", T_TEXT },    { "runner.lag", T_NUMBER },    { "runner.slack", T_NUMBER },
	{ "case.area", T_TEXT },      { "case.name", T_TEXT },	     { "case.file", T_TEXT },
	{ "case.namespace", T_TEXT }, { "case.document", T_MAP },    { "case.manifests", T_LIST },
	{ "case.steps", T_LIST },     { "began_ns", T_WHOLE },	     { "ended", T_NUMBER },
	{ "seen", T_LIST },
};

/* Of one sort of entry, which its first key tells. */
static const struct {
	const char *word;
	struct key keys[6];
} entries[] = {
	{ "object",
	  { { "object", T_MAP },
	    { "object.kind", T_TEXT },
	    { "object.metadata.name", T_TEXT },
	    { "change", T_TEXT },
	    { "earliest", T_NUMBER },
	    { "latest", T_NUMBER } } },
	{ "opened",
	  { { "log", T_WHOLE }, { "opened.pod", T_TEXT }, { "opened.container", T_TEXT } } },
	{ "line", { { "log", T_WHOLE }, { "line", T_MAP } } },
	{ "ended", { { "log", T_WHOLE }, { "ended", T_TEXT } } },
	{ "answer", { { "asked", T_MAP }, { "answer", T_MAP }, { "answer.code", T_TEXT } } },
	{ "asked", { { "asked", T_MAP } } },
};

static const char *const type_names[] = { "a text", "a number of a sensible size", "a whole number",
					  "a map", "a list" };

static bool fits(const json_t *v, enum type type)
{
	return type == T_TEXT	? json_is_string(v) :
	       type == T_NUMBER ? json_is_number(v) && fabs(json_number_value(v)) < LIMIT :
	       type == T_WHOLE ? json_is_integer(v) && llabs(json_integer_value(v)) < INT64_MAX / 4 :
	       type == T_MAP   ? json_is_object(v) :
				 json_is_array(v);
}

static int check_key(const json_t *o, const struct key *k, const char *where, struct error *err)
{
	if (fits(json_path(o, k->path), k->type))
		return 0;
	return error_set(err, "%s%s must be %s", where, k->path, type_names[k->type]);
}

static int check_entry(const json_t *e, size_t i, struct error *err)
{
	static const struct key t = { "t", T_NUMBER };
	_cleanup_free_ char *where = xasprintf("seen[%zu].", i);

	if (!json_is_object(e))
		return error_set(err, "seen[%zu] must be a map", i);
	if (check_key(e, &t, where, err))
		return -1;
	for (size_t k = 0; k < ARRAY_SIZE(entries); k++) {
		if (!json_object_get(e, entries[k].word))
			continue;
		for (size_t n = 0; n < ARRAY_SIZE(entries[k].keys) && entries[k].keys[n].path; n++)
			if (check_key(e, &entries[k].keys[n], where, err))
				return -1;
		return 0;
	}
	return error_set(err,
			 "seen[%zu] is nothing that is known: one of object, opened, line, "
			 "ended, asked must be in it",
			 i);
}

static int check_schema(const json_t *root, struct error *err)
{
	const json_t *schema = json_object_get(root, "schema");

	if (!json_is_object(root) || !json_is_integer(schema) || !json_object_get(root, "seen"))
		return error_set(err, "this is no recorded history (it has no schema or no list "
				      "\"seen\")");
	if (json_integer_value(schema) > RECORDING_SCHEMA)
		return error_set(err,
				 "its schema %lld is newer than what this podtest knows (%d): take "
				 "a newer podtest",
				 (long long)json_integer_value(schema), RECORDING_SCHEMA);
	if (json_integer_value(schema) < 1)
		return error_set(err, "there is no schema %lld",
				 (long long)json_integer_value(schema));
	return 0;
}

static int check_namespace(const json_t *root, struct error *err)
{
	const char *ns = json_str(root, "case.namespace"), *dash = strrchr(ns, '-');

	if (dash && dash > ns && dash[1] && strspn(dash + 1, "0123456789") == strlen(dash + 1))
		return 0;
	return error_set(err, "case.namespace must be RUN-NUMBER");
}

static int check(const json_t *root, struct error *err)
{
	const json_t *seen = json_object_get(root, "seen");
	int64_t left_out = json_int(root, "left_out", 0);
	json_t *e;
	size_t i;

	if (check_schema(root, err))
		return -1;
	for (i = 0; i < ARRAY_SIZE(head_keys); i++)
		if (check_key(root, &head_keys[i], "", err))
			return -1;
	json_array_foreach((json_t *)seen, i, e)
		if (check_entry(e, i, err))
			return -1;
	if (json_num(root, "subject.rate", 0) < 1 || json_num(root, "runner.lag", 0) <= 0)
		return error_set(err, "subject.rate must be 1 or more, runner.lag above 0");
	if (left_out)
		return error_set(err, "%lld of its entries were left out: it cannot be judged",
				 (long long)left_out);
	return check_namespace(root, err);
}

int64_t recording_ns(const struct recording *r, double seconds)
{
	return r->began + (int64_t)llround(MAX(-LIMIT, MIN(seconds, LIMIT)) * 1e9);
}

static void set_lines(struct step *s, const json_t *lines)
{
	for (size_t i = 0; s->lines && i < json_array_size(s->args); i++)
		s->lines[i] = (int)json_integer_value(json_array_get(lines, i));
}

static void set_instants(const struct recording *r, struct fixture *f)
{
	const json_t *steps = json_path(r->root, "case.steps");

	for (size_t i = 0; i < f->n_steps; i++) {
		const json_t *s = json_array_get(steps, i);
		double began = json_num(s, "began", 0), over = json_num(s, "over", 0);

		f->steps[i].line = (int)json_int(s, "line", 0);
		set_lines(&f->steps[i], json_object_get(s, "lines"));
		f->steps[i].began = began > 0 ? recording_ns(r, began) : 0;
		f->steps[i].over = over > 0 ? recording_ns(r, over) : 0;
	}
}

/* What is called by its own file's name is what was run, not this file. */
static int make_fixture(struct recording *r, struct error *err)
{
	_cleanup_free_ char *from = xasprintf("%s: case.document", r->path);
	_cleanup_json_ json_t *docs = json_array();
	const json_t *c = json_object_get(r->root, "case");
	struct fixture *f;

	json_array_append(docs, json_object_get(c, "document"));
	json_array_extend(docs, json_object_get(c, "manifests"));
	if (fixture_from_docs(docs, from, json_str(c, "area"), &r->fixtures, err))
		return -1;
	f = &r->fixtures.items[0];
	free(f->name);
	free(f->file);
	f->name = xstrdup(json_str(c, "name"));
	f->file = xstrdup(json_str(c, "file"));
	f->line = (int)json_int(c, "line", 0);
	f->uses_witness = json_truth(c, "witness", false);
	set_instants(r, f);
	return 0;
}

static int parse(struct recording *r, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	json_error_t fault;
	size_t len;

	if (doc_read_text(r->path, &text, &len, err))
		return -1;
	r->root = json_loadb(text, len, JSON_REJECT_DUPLICATES, &fault);
	if (!r->root)
		return error_set(err, "%s:%d:%d: this is no JSON: %s", r->path, fault.line,
				 fault.column, fault.text);
	if (check(r->root, err))
		return error_wrap(err, "%s", r->path);
	r->began = json_int(r->root, "began_ns", 0);
	return make_fixture(r, err);
}

int recording_read(const char *path, struct recording *ret, struct error *err)
{
	*ret = (struct recording){ .path = xstrdup(path) };
	if (!parse(ret, err))
		return 0;
	recording_clear(ret);
	return -1;
}

void recording_clear(struct recording *r)
{
	fixture_list_clear(&r->fixtures);
	json_decref(r->root);
	free(r->path);
	*r = (struct recording){ 0 };
}
