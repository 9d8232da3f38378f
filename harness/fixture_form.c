/*
 * fixture_form: is a Case document well-formed?
 *
 * The language is a table: per map (the Case, each step, each relation, a bound, a gap) its keys, the type of each and whether it
 * must be there. A key that is not in the table is refused, so that a misspelt bound cannot silently become the default.
 * What a table cannot say (exactly one kind of fact, operators of match) is a function per rule. Nothing here
 * looks at the subject or at the catalogue.
 */
#include "fixture_form.h"

#include "feature.h"
#include "util/json.h"

enum type {
	T_TEXT,
	T_WHOLE,
	T_NUMBER,
	T_FLAG,
	T_MAP,
	T_LIST,
	T_TEXTS,
	T_ANY,
	T_BOUND,
	T_GAP,
	T_MATCH,
	T_WITHOUT,
	T_REPLY
};

struct key {
	const char *name;
	enum type type;
	bool required;
};

struct form {
	const struct doc_lines *lines;
	const char *file;
	struct error *err;
};

#define ASSERTION                                     \
	{ "req", T_TEXT, 0 }, { "level", T_TEXT, 0 }, \
	{                                             \
		"field", T_TEXT, 0                    \
	}
#define FACT                                                                              \
	{ "object", T_TEXT, 0 }, { "match", T_MATCH, 0 }, { "absent", T_TEXT, 0 },        \
		{ "guest", T_TEXT, 0 }, { "objects", T_TEXT, 0 }, { "labels", T_MAP, 0 }, \
		{ "is", T_WHOLE, 0 }, { "min", T_WHOLE, 0 }, { "max", T_WHOLE, 0 },       \
		{ "log", T_TEXT, 0 }, { "previous", T_FLAG, 0 }, { "tail", T_WHOLE, 0 },  \
		{ "timestamps", T_FLAG, 0 }, { "api", T_TEXT, 0 },                        \
	{                                                                                 \
		"status", T_WHOLE, 0                                                      \
	}

static const struct key case_keys[] = { { "apiVersion", T_TEXT, 1 }, { "kind", T_TEXT, 1 },
					{ "name", T_TEXT, 1 },	     { "title", T_TEXT, 1 },
					{ "needs", T_TEXTS, 0 },     { "locks", T_TEXTS, 0 },
					{ "exclusive", T_FLAG, 0 },  { "disruptive", T_FLAG, 0 },
					{ "quick", T_FLAG, 0 },	     { "area", T_TEXT, 0 },
					{ "template", T_TEXT, 0 },   { "with", T_ANY, 0 },
					{ "steps", T_LIST, 0 },	     { NULL, 0, 0 } };
static const struct key apply_keys[] = { { "objects", T_TEXTS, 0 },
					 { "dry", T_FLAG, 0 },
					 { "answer", T_MATCH, 0 },
					 ASSERTION,
					 { NULL, 0, 0 } };
static const struct key reject_keys[] = { { "object", T_TEXT, 1 },
					  { "dry", T_FLAG, 0 },
					  { "reason", T_TEXT, 0 },
					  { "text", T_TEXT, 0 },
					  ASSERTION,
					  { NULL, 0, 0 } };
static const struct key patch_keys[] = { { "object", T_TEXT, 1 },
					 { "type", T_TEXT, 0 },
					 { "patch", T_ANY, 1 },
					 { "refused", T_FLAG, 0 },
					 { "subresource", T_TEXT, 0 },
					 { "dry", T_FLAG, 0 },
					 { "reason", T_TEXT, 0 },
					 { "text", T_TEXT, 0 },
					 ASSERTION,
					 { NULL, 0, 0 } };
static const struct key scale_keys[] = { { "object", T_TEXT, 1 },
					 { "replicas", T_WHOLE, 1 },
					 { NULL, 0, 0 } };
static const struct key delete_keys[] = { { "object", T_TEXT, 0 },
					  { "objects", T_TEXT, 0 },
					  { "labels", T_MAP, 0 },
					  { "grace", T_WHOLE, 0 },
					  { "force", T_FLAG, 0 },
					  { "propagation", T_TEXT, 0 },
					  { "uid", T_TEXT, 0 },
					  { "resourceVersion", T_TEXT, 0 },
					  { "dry", T_FLAG, 0 },
					  { "answer", T_MATCH, 0 },
					  { "refused", T_FLAG, 0 },
					  { "reason", T_TEXT, 0 },
					  { "text", T_TEXT, 0 },
					  ASSERTION,
					  { NULL, 0, 0 } };
static const struct key exec_keys[] = { { "object", T_TEXT, 1 },
					{ "container", T_TEXT, 0 },
					{ "command", T_TEXTS, 1 },
					{ "exit", T_WHOLE, 0 },
					{ "stdout", T_ANY, 0 },
					{ "without", T_REPLY, 0 },
					ASSERTION,
					{ NULL, 0, 0 } };
static const struct key tell_keys[] = {
	{ "object", T_TEXT, 1 }, { "container", T_TEXT, 0 }, { "args", T_TEXTS, 1 }, { NULL, 0, 0 }
};
static const struct key disrupt_keys[] = { { "kind", T_TEXT, 1 },
					   { "object", T_TEXT, 0 },
					   { NULL, 0, 0 } };
static const struct key eventually_keys[] = {
	FACT, { "within", T_BOUND, 0 }, { "without", T_WITHOUT, 0 }, ASSERTION, { NULL, 0, 0 }
};
static const struct key holds_keys[] = { FACT, { "for", T_NUMBER, 1 }, ASSERTION, { NULL, 0, 0 } };
static const struct key fact_keys[] = { FACT, { NULL, 0, 0 } };
static const struct key reply_keys[] = { { "exit", T_WHOLE, 0 },
					 { "stdout", T_ANY, 0 },
					 { NULL, 0, 0 } };
static const struct key bound_keys[] = {
	{ "timer", T_NUMBER, 0 }, { "lag", T_TEXT, 0 }, { "clock", T_TEXT, 0 }, { NULL, 0, 0 }
};
static const struct key gap_keys[] = { { "min", T_NUMBER, 0 },
				       { "max", T_BOUND, 0 },
				       { "clock", T_TEXT, 0 },
				       { "whole", T_FLAG, 0 },
				       { NULL, 0, 0 } };
static const struct key relation_keys[] = { { "before", T_TEXTS, 0 },
					    { "gap", T_GAP, 0 },
					    { "count", T_TEXT, 0 },
					    { "is", T_WHOLE, 0 },
					    { "min", T_WHOLE, 0 },
					    { "max", T_WHOLE, 0 },
					    { "never", T_TEXT, 0 },
					    { "between", T_TEXTS, 0 },
					    { "after", T_TEXT, 0 },
					    { "until", T_TEXT, 0 },
					    { "same", T_TEXTS, 0 },
					    { "differ", T_TEXTS, 0 },
					    { "of", T_TEXT, 0 },
					    { "each", T_TEXT, 0 },
					    { "match", T_MATCH, 0 },
					    { "without", T_WITHOUT, 0 },
					    ASSERTION,
					    { NULL, 0, 0 } };

static const struct {
	const char *name;
	const struct key *keys;
} steps[N_STEPS] = {
	[STEP_APPLY] = { "apply", apply_keys },
	[STEP_REJECT] = { "reject", reject_keys },
	[STEP_PATCH] = { "patch", patch_keys },
	[STEP_SCALE] = { "scale", scale_keys },
	[STEP_DELETE] = { "delete", delete_keys },
	[STEP_EXEC] = { "exec", exec_keys },
	[STEP_TELL] = { "tell", tell_keys },
	[STEP_DISRUPT] = { "disrupt", disrupt_keys },
	[STEP_EVENTUALLY] = { "eventually", eventually_keys },
	[STEP_HOLDS] = { "holds", holds_keys },
	[STEP_HISTORY] = { "history", NULL },
};

static int check_keys(struct form *f, const json_t *map, const struct key *keys, int line,
		      const char *what);

static int fault(struct form *f, int line, const char *what, const char *key, const char *why)
{
	_cleanup_free_ char *where = line ? xasprintf(":%d", line) : xstrdup("");

	return error_set(f->err, "%s%s: %s: %s%s%s", f->file, where, what, key, *key ? " " : "",
			 why);
}

static bool all_text(const json_t *list)
{
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v)
		if (json_is_object(v) || json_is_array(v))
			return false;
	return json_is_array(list);
}

static int check_operator(struct form *f, const json_t *map, int line)
{
	static const char *const operators[] = { "$in",	   "$gt",      "$absent",
						 "$regex", "$exactly", "$set" };
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)map, key, value) {
		bool known = key[0] != '$';

		for (size_t i = 0; i < ARRAY_SIZE(operators); i++)
			known = known || streq(key, operators[i]);
		if (!known)
			return fault(f, line, "match", key,
				     "is no operator ($in $gt $absent $regex $exactly $set)");
		if (key[0] == '$' && json_object_size(map) != 1)
			return fault(f, line, "match", key, "must be the only key of its map");
		if ((streq(key, "$exactly") || streq(key, "$set")) && !json_is_array(value))
			return fault(f, line, "match", key, "must be a list");
	}
	return 0;
}

static int check_match(struct form *f, const json_t *v, int line)
{
	const char *key;
	json_t *child;
	size_t i;

	if (json_is_object(v) && check_operator(f, v, line))
		return -1;
	json_object_foreach((json_t *)v, key, child)
		if (check_match(f, child, doc_line(f->lines, v, key)))
			return -1;
	json_array_foreach((json_t *)v, i, child)
		if (check_match(f, child, line))
			return -1;
	return 0;
}

static int check_bound(struct form *f, const json_t *v, int line)
{
	const char *lag = json_str(v, "lag"), *clock = json_str(v, "clock");

	if (check_keys(f, v, bound_keys, line, "bound"))
		return -1;
	if (lag && !streq(lag, "prompt") && !streq(lag, "start"))
		return fault(f, line, "bound", "lag", "must be prompt or start");
	if (clock && !streq(clock, "nominal") && !streq(clock, "real"))
		return fault(f, line, "bound", "clock", "must be nominal or real");
	return 0;
}

static int check_fact(struct form *f, const json_t *map, int line, const char *what)
{
	static const char *const heads[] = { "object", "absent", "guest", "objects", "log", "api" };
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		n += json_object_get(map, heads[i]) != NULL;
	if (n != 1)
		return fault(f, line, what, "",
			     "one of object, absent, guest, objects, log, api must be given");
	return 0;
}

static bool type_fits(enum type type, const json_t *v)
{
	switch (type) {
	case T_TEXT:
		return json_is_string(v);
	case T_WHOLE:
		return json_is_integer(v);
	case T_NUMBER:
		return json_is_number(v);
	case T_FLAG:
		return json_is_boolean(v);
	case T_LIST:
		return json_is_array(v);
	case T_TEXTS:
		return all_text(v);
	case T_ANY:
	case T_MATCH:
		return true;
	default:
		return json_is_object(v);
	}
}

static const char *type_name(enum type type)
{
	static const char *const names[] = { "a text",
					     "a whole number",
					     "a number",
					     "true or false",
					     "a map",
					     "a list",
					     "a list of texts",
					     "anything",
					     "a map (timer, lag, clock)",
					     "a map (min, max, clock, whole)",
					     "a match",
					     "a map (a fact or a relation)",
					     "a map (exit, stdout)" };
	return names[type];
}

static int count_relations(const json_t *map)
{
	static const char *const heads[] = { "before", "count", "never", "same", "differ", "each" };
	int n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(heads); i++)
		n += json_object_get(map, heads[i]) != NULL;
	return n;
}

/* What is seen when the field has no effect: a fact, or a relation without a requirement of its own. */
static int check_without(struct form *f, const json_t *v, int line)
{
	bool relation = count_relations(v) == 1;

	if (check_keys(f, v, relation ? relation_keys : fact_keys, line, "without"))
		return -1;
	if (json_str(v, "req") || json_object_get(v, "without"))
		return fault(f, line, "without", "", "must be a fact or a relation, no assertion");
	return relation ? 0 : check_fact(f, v, line, "without");
}

static int check_value(struct form *f, const struct key *k, const json_t *v, int line,
		       const char *what)
{
	_cleanup_free_ char *why = NULL;

	if (!type_fits(k->type, v)) {
		why = xasprintf("must be %s", type_name(k->type));
		return fault(f, line, what, k->name, why);
	}
	switch (k->type) {
	case T_MATCH:
		return check_match(f, v, line);
	case T_BOUND:
		return check_bound(f, v, line);
	case T_GAP:
		return check_keys(f, v, gap_keys, line, "gap");
	case T_WITHOUT:
		return check_without(f, v, line);
	case T_REPLY:
		return check_keys(f, v, reply_keys, line, "without");
	default:
		return 0;
	}
}

static const struct key *find_key(const struct key *keys, const char *name)
{
	for (; keys->name; keys++)
		if (streq(keys->name, name))
			return keys;
	return NULL;
}

static int check_keys(struct form *f, const json_t *map, const struct key *keys, int line,
		      const char *what)
{
	const char *name;
	json_t *value;

	json_object_foreach((json_t *)map, name, value) {
		const struct key *k = find_key(keys, name);
		int at = doc_line(f->lines, map, name);

		if (!k)
			return fault(f, at, what, name, "is not known here");
		if (check_value(f, k, value, at, what))
			return -1;
	}
	for (const struct key *k = keys; k->name; k++)
		if (k->required && !json_object_get(map, k->name))
			return fault(f, line, what, k->name, "is missing");
	return 0;
}

static int check_relation(struct form *f, const json_t *r)
{
	int line = doc_line(f->lines, r, NULL);

	if (!json_is_object(r))
		return fault(f, line, "history", "", "must be a list of maps");
	if (check_keys(f, r, relation_keys, line, "history"))
		return -1;
	if (count_relations(r) != 1)
		return fault(f, line, "history", "",
			     "one of before, count, never, same, differ, each must be given");
	if (json_object_get(r, "before") && json_array_size(json_object_get(r, "before")) != 2)
		return fault(f, line, "history", "before", "must be two events");
	if (!json_str(r, "req"))
		return fault(f, line, "history", "req", "is missing");
	return 0;
}

static int check_history(struct form *f, const json_t *list, int line)
{
	json_t *r;
	size_t i;

	if (!json_array_size(list))
		return fault(f, line, "history", "", "must be a list of relations");
	json_array_foreach((json_t *)list, i, r)
		if (check_relation(f, r))
			return -1;
	return 0;
}

/* One object by its name, or those of a kind by their labels: never a whole kind by a slip of the pen. */
static int check_delete(struct form *f, const json_t *args, int line)
{
	bool one = json_object_get(args, "object"), labels = json_object_get(args, "labels");

	if (one == (json_object_get(args, "objects") != NULL))
		return fault(f, line, "delete", "", "one of object, objects must be given");
	if (one == labels)
		return fault(f, line, "delete", "labels", "must be given with objects");
	return 0;
}

static int check_step(struct form *f, const json_t *step)
{
	const char *name = json_object_iter_key(json_object_iter((json_t *)step));
	int line = doc_line(f->lines, step, name), kind = name ? fixture_step_kind(name) : -1;
	const json_t *args = name ? json_object_get(step, name) : NULL;

	if (!json_is_object(step) || json_object_size(step) != 1)
		return fault(f, doc_line(f->lines, step, NULL), "step", "",
			     "must be a map with one key");
	if (kind < 0)
		return fault(f, line, "step", name, "is no step");
	if (kind == STEP_HISTORY)
		return check_history(f, args, line);
	if (!json_is_object(args))
		return fault(f, line, name, "", "must be a map");
	if (check_keys(f, args, steps[kind].keys, line, name))
		return -1;
	if (kind == STEP_EVENTUALLY || kind == STEP_HOLDS)
		return check_fact(f, args, line, name);
	if (kind == STEP_DELETE)
		return check_delete(f, args, line);
	return 0;
}

int fixture_step_kind(const char *name)
{
	for (int i = 0; i < N_STEPS; i++)
		if (streq(steps[i].name, name))
			return i;
	return -1;
}

const char *step_name(enum step_kind kind)
{
	return steps[kind].name;
}

int fixture_form_check(const json_t *doc, const struct doc_lines *lines, const char *file,
		       struct error *err)
{
	struct form f = { .lines = lines, .file = file, .err = err };
	int line = doc_line(lines, doc, NULL);
	json_t *step, *need;
	size_t i;

	if (!json_is_object(doc) || !streq(json_str(doc, "kind"), "Case") ||
	    !streq(json_str(doc, "apiVersion"), "podtest/v1"))
		return fault(&f, line, "case", "",
			     "the first document must be a Case of podtest/v1");
	if (check_keys(&f, doc, case_keys, line, "case"))
		return -1;
	json_array_foreach(json_object_get(doc, "needs"), i, need)
		if (!feature_known(json_string_value(need)))
			return fault(&f, doc_line(lines, doc, "needs"), "needs",
				     json_is_string(need) ? json_string_value(need) : "",
				     "is no feature");
	json_array_foreach(json_object_get(doc, "steps"), i, step)
		if (check_step(&f, step))
			return -1;
	return 0;
}
