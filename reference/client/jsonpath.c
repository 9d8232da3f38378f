/*
 * jsonpath: a walker over sets of values.
 *
 * An expression is a row of steps; each takes the set of values that the one before has found to a new set: a
 * member, an element, all elements, or those that pass a comparison. A step that finds nothing makes the
 * set smaller and is no fault. The parser and the walker are one: there is no tree.
 */
#include "client/jsonpath.h"

#include <ctype.h>

#include "base/json.h"
#include "base/str.h"

struct walk {
	const char *at; /* what is left of the expression */
	const char *end;
	json_t *found; /* the present set; owned */
	struct error *err;
};

static int bad(struct walk *w, const char *what)
{
	return error_set(w->err, ERR_BAD_REQUEST, NULL, "error parsing jsonpath: %s at \"%.*s\"",
			 what, (int)(w->end - w->at), w->at);
}

static void replace(struct walk *w, json_t *next)
{
	json_decref(w->found);
	w->found = next;
}

static void append_all(json_t *set, json_t *v)
{
	json_t *element;
	const char *key;
	size_t i;

	if (json_is_array(v)) {
		json_array_foreach(v, i, element)
			json_array_append(set, element);
	} else {
		json_object_foreach(v, key, element)
			json_array_append(set, element);
	}
}

static void step_all(struct walk *w)
{
	json_t *next = json_array(), *v;
	size_t i;

	json_array_foreach(w->found, i, v)
		append_all(next, v);
	replace(w, next);
}

static void step_member(struct walk *w, const char *key)
{
	json_t *next = json_array(), *v;
	size_t i;

	json_array_foreach(w->found, i, v) {
		json_t *member = json_object_get(v, key);

		if (member)
			json_array_append(next, member);
	}
	replace(w, next);
}

static void step_index(struct walk *w, int64_t n)
{
	json_t *next = json_array(), *v;
	size_t i;

	json_array_foreach(w->found, i, v) {
		int64_t len = (int64_t)json_array_size(v), at = n < 0 ? len + n : n;

		if (at >= 0 && at < len)
			json_array_append(next, json_array_get(v, (size_t)at));
	}
	replace(w, next);
}

/* ".name", with "\." for a dot inside. */
static int parse_member(struct walk *w)
{
	_cleanup_strbuf_ struct strbuf key = STRBUF_INIT;

	while (w->at < w->end && !strchr(".[ ", *w->at)) {
		if (*w->at == '\\' && w->at + 1 < w->end)
			w->at++;
		strbuf_addc(&key, *w->at++);
	}
	if (!key.len)
		return w->at == w->end ? 0 : bad(w, "a name was expected");
	if (streq(strbuf_str(&key), "*"))
		step_all(w);
	else
		step_member(w, strbuf_str(&key));
	return 0;
}

static char *unquoted(const char *text, size_t len)
{
	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	if (len >= 2 && strchr("'\"", *text) && text[len - 1] == *text)
		return xstrndup(text + 1, len - 2);
	return xstrndup(text, len);
}

static char *text_of(const json_t *v)
{
	return json_is_string(v) ? xstrdup(json_string_value(v)) : json_text(v);
}

/* "@.type=="Ready"" or "@.name!='x'" or "@.ready": does v pass? Negative: malformed. */
static int passes(struct walk *w, const char *cond, json_t *v)
{
	const char *eq = strstr(cond, "=="), *ne = strstr(cond, "!="), *op = eq ? eq : ne;
	_cleanup_free_ char *left = unquoted(cond, op ? (size_t)(op - cond) : strlen(cond));
	_cleanup_free_ char *right = op ? unquoted(op + 2, strlen(op + 2)) : NULL, *got = NULL;
	_cleanup_json_ json_t *values = NULL;
	int r;

	if (*left != '@')
		return bad(w, "a filter begins with @");
	r = jsonpath_find(left + 1, v, &values, w->err);
	if (r < 0)
		return r;
	if (!json_array_size(values))
		return 0;
	if (!op)
		return 1;
	got = text_of(json_array_get(values, 0));
	return !!streq(got, right) == (op == eq);
}

static int step_filter(struct walk *w, const char *cond)
{
	_cleanup_json_ json_t *next = json_array();
	json_t *v;
	size_t i;

	step_all(w);
	json_array_foreach(w->found, i, v) {
		int r = passes(w, cond, v);

		if (r < 0)
			return r;
		if (r)
			json_array_append(next, v);
	}
	replace(w, take_ptr(next));
	return 0;
}

static const char *closing_bracket(const struct walk *w)
{
	char quote = 0;

	for (const char *p = w->at; p < w->end; p++) {
		if (quote)
			quote = *p == quote ? 0 : quote;
		else if (strchr("'\"", *p))
			quote = *p;
		else if (*p == ']')
			return p;
	}
	return NULL;
}

/* What stands between brackets. */
static int parse_bracket(struct walk *w)
{
	const char *end = closing_bracket(w);
	_cleanup_free_ char *inside = NULL, *cond = NULL;
	int64_t n;

	if (!end)
		return bad(w, "unterminated array");
	inside = unquoted(w->at, (size_t)(end - w->at));
	if (str_starts(inside, "?(") && str_ends(inside, ")")) {
		cond = xstrndup(inside + 2, strlen(inside) - 3);
		w->at = end + 1;
		return step_filter(w, cond);
	}
	if (streq(inside, "*"))
		step_all(w);
	else if (strchr("'\"", *w->at))
		step_member(w, inside);
	else if (str_to_int64(inside, INT32_MIN, INT32_MAX, &n) == 0)
		step_index(w, n);
	else
		return bad(w, "invalid array index");
	w->at = end + 1;
	return 0;
}

static int walk_steps(struct walk *w)
{
	int r = 0;

	if (w->at < w->end && *w->at == '$')
		w->at++;
	while (r == 0 && w->at < w->end) {
		if (*w->at == '[' || (*w->at == '.' && w->at + 1 < w->end && w->at[1] == '[')) {
			w->at += *w->at == '.' ? 2 : 1;
			r = parse_bracket(w);
		} else {
			w->at += *w->at == '.';
			r = parse_member(w);
		}
	}
	return r;
}

int jsonpath_find(const char *expr, const json_t *obj, json_t **ret, struct error *err)
{
	size_t len = strlen(expr);
	bool braced = len >= 2 && *expr == '{' && expr[len - 1] == '}';
	struct walk w = { .at = expr + braced, .end = expr + len - braced, .err = err };
	int r;

	w.found = json_array();
	json_array_append(w.found, (json_t *)obj);
	r = walk_steps(&w);
	if (r < 0)
		json_decref(w.found);
	else
		*ret = w.found;
	return r;
}

static void add_literal(struct strbuf *out, const char *text, size_t len)
{
	static const char escapes[] = "n\nt\tr\r";

	for (size_t i = 0; i < len; i++) {
		const char *e;

		if (text[i] != '\\' || i + 1 == len) {
			strbuf_addc(out, text[i]);
			continue;
		}
		e = strchr(escapes, text[++i]);
		strbuf_addc(out, e ? e[1] : text[i]);
	}
}

static int print_expression(const char *text, size_t len, const json_t *obj, struct strbuf *out,
			    struct error *err)
{
	_cleanup_free_ char *expr = xstrndup(text, len);
	_cleanup_json_ json_t *values = NULL;
	json_t *v;
	size_t i;
	int r;

	if (len >= 2 && strchr("'\"", *text) && text[len - 1] == *text) {
		add_literal(out, text + 1, len - 2);
		return 0;
	}
	r = jsonpath_find(expr, obj, &values, err);
	if (r < 0)
		return r;
	json_array_foreach(values, i, v) {
		_cleanup_free_ char *value = text_of(v);

		strbuf_addf(out, "%s%s", i ? " " : "", value);
	}
	return 0;
}

/* The brace that closes the one before p; quotes hide braces. */
static const char *closing_brace(const char *p)
{
	char quote = 0;

	for (; *p; p++) {
		if (quote)
			quote = *p == quote ? 0 : quote;
		else if (strchr("'\"", *p))
			quote = *p;
		else if (*p == '}')
			return p;
	}
	return NULL;
}

int jsonpath_print(const char *tmpl, const json_t *obj, struct strbuf *out, struct error *err)
{
	while (*tmpl) {
		size_t text = strcspn(tmpl, "{");
		const char *end;
		int r;

		strbuf_add(out, tmpl, text);
		tmpl += text;
		if (!*tmpl)
			break;
		end = closing_brace(tmpl + 1);
		if (!end)
			return error_set(err, ERR_BAD_REQUEST, NULL,
					 "error parsing jsonpath: unclosed action in \"%s\"", tmpl);
		r = print_expression(tmpl + 1, (size_t)(end - tmpl - 1), obj, out, err);
		if (r < 0)
			return r;
		tmpl = end + 1;
	}
	return 0;
}
