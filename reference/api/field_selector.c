/*
 * field_selector: `path=value` terms over the few fields that a kind offers.
 *
 * Values are compared as text; a field that is absent is the empty text, or "false" where the term asks
 * for a boolean. A backslash quotes a comma, an equals sign or itself in a value.
 */
#include <stdlib.h>
#include <string.h>

#include "api/scheme.h"
#include "api/selector.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"

struct field_term {
	char *path, *value;
	bool negated;
};

struct field_selector {
	struct field_term *terms;
	size_t n;
};

#define _cleanup_field_selector_ _cleanup_(field_selector_freep)

struct field_selector *field_selector_free(struct field_selector *sel)
{
	if (sel == NULL)
		return NULL;
	for (size_t i = 0; i < sel->n; i++) {
		free(sel->terms[i].path);
		free(sel->terms[i].value);
	}
	free(sel->terms);
	free(sel);
	return NULL;
}

static bool is_offered(const struct kind *k, const char *path)
{
	if (k == NULL || streq(path, "metadata.name"))
		return true;
	if (streq(path, "metadata.namespace"))
		return k->namespaced;
	for (size_t i = 0; k->field_labels != NULL && k->field_labels[i] != NULL; i++)
		if (streq(k->field_labels[i], path))
			return true;
	return false;
}

/* One term of the text, without its comma, quotes still in. */
static char *cut_term(const char **at)
{
	const char *start = *at, *s = start;
	char *term;

	for (; *s != '\0' && *s != ','; s++)
		if (*s == '\\' && s[1] != '\0')
			s++;
	term = xstrndup(start, (size_t)(s - start));
	*at = *s == ',' ? s + 1 : s;
	return term;
}

static char *unquote(const char *s)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	for (; *s != '\0'; s++) {
		if (*s == '\\' && s[1] != '\0')
			s++;
		strbuf_addc(&b, *s);
	}
	return strbuf_take(&b);
}

static int add_term(struct field_selector *sel, const struct kind *k, const char *text,
		    struct error *err)
{
	size_t len = strcspn(text, "=!");
	const char *rest = text + len;
	struct field_term t = { .negated = str_starts(rest, "!=") };

	if (!t.negated && *rest != '=')
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "invalid selector: '%s'; can't understand '%s'", text, text);
	rest += t.negated || str_starts(rest, "==") ? 2 : 1;
	t.path = xstrndup(text, len);
	if (!is_offered(k, t.path)) {
		error_set(err, ERR_BAD_REQUEST, "BadRequest", "field label not supported: %s",
			  t.path);
		free(t.path);
		return -ERR_BAD_REQUEST;
	}
	t.value = unquote(rest);
	sel->terms = xrealloc(sel->terms, (sel->n + 1) * sizeof *sel->terms);
	sel->terms[sel->n++] = t;
	return 0;
}

int field_selector_parse(const struct kind *k, const char *text, struct field_selector **ret,
			 struct error *err)
{
	_cleanup_field_selector_ struct field_selector *sel = xnew(sel);
	const char *at = text != NULL ? text : "";

	while (*at != '\0') {
		_cleanup_free_ char *term = cut_term(&at);
		int r = *term == '\0' ? 0 : add_term(sel, k, term, err);

		if (r < 0)
			return r;
	}
	*ret = take_ptr(sel);
	return 0;
}

static bool value_is(const json_t *value, const char *want)
{
	char number[32];

	if (value == NULL || json_is_null(value))
		return *want == '\0' || streq(want, "false");
	if (json_is_boolean(value))
		return streq(want, json_is_true(value) ? "true" : "false");
	if (json_is_integer(value)) {
		snprintf(number, sizeof number, "%lld", (long long)json_integer_value(value));
		return streq(want, number);
	}
	return streq(want, json_string_value(value));
}

bool field_selector_matches(const struct field_selector *sel, const json_t *obj)
{
	for (size_t i = 0; sel != NULL && i < sel->n; i++) {
		const struct field_term *t = &sel->terms[i];

		if (value_is(json_at(obj, t->path), t->value) == t->negated)
			return false;
	}
	return true;
}

const char *field_selector_value(const struct field_selector *sel, const char *path)
{
	for (size_t i = 0; sel != NULL && i < sel->n; i++)
		if (!sel->terms[i].negated && streq(sel->terms[i].path, path))
			return sel->terms[i].value;
	return NULL;
}

char *field_selector_format(const struct field_selector *sel)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	for (size_t i = 0; sel != NULL && i < sel->n; i++) {
		strbuf_addf(&b, "%s%s%s", i == 0 ? "" : ",", sel->terms[i].path,
			    sel->terms[i].negated ? "!=" : "=");
		for (const char *c = sel->terms[i].value; *c != '\0'; c++) {
			if (strchr("\\,=", *c) != NULL)
				strbuf_addc(&b, '\\');
			strbuf_addc(&b, *c);
		}
	}
	return strbuf_take(&b);
}
