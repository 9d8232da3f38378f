/*
 * selector: label selectors as a list of terms that must all hold.
 *
 * Made from text (selector_parse.c), from a LabelSelector or from a plain map. An absent LabelSelector
 * selects nothing while an empty one selects everything: hence the `nothing` mark. != and notin also match
 * objects that lack the key.
 */
#include "api/selector.h"

#include <stdlib.h>
#include <string.h>

#include "api/names.h"
#include "api/selector_terms.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"

#define _cleanup_selector_ _cleanup_(selector_freep)

struct selector *selector_free(struct selector *sel)
{
	if (sel == NULL)
		return NULL;
	for (size_t i = 0; i < sel->n; i++) {
		free(sel->terms[i].key);
		strv_free(sel->terms[i].values);
	}
	free(sel->terms);
	free(sel);
	return NULL;
}

struct term *selector_add(struct selector *sel, const char *key, size_t key_len, enum term_op op)
{
	sel->terms = xrealloc(sel->terms, (sel->n + 1) * sizeof *sel->terms);
	sel->terms[sel->n] = (struct term){ .key = xstrndup(key, key_len), .op = op };
	return &sel->terms[sel->n++];
}

int selector_check(const struct selector *sel, struct error *err)
{
	const char *problems[NAME_MAX_PROBLEMS];

	for (size_t i = 0; i < sel->n; i++) {
		const struct term *t = &sel->terms[i];

		if (name_check(NAME_QUALIFIED, t->key, problems) > 0)
			return error_set(err, ERR_BAD_REQUEST, "BadRequest",
					 "unable to parse requirement: key: Invalid value: \"%s\": "
					 "%s",
					 t->key, problems[0]);
		for (size_t j = 0; t->values != NULL && t->values[j] != NULL; j++)
			if (name_check(NAME_LABEL_VALUE, t->values[j], problems) > 0)
				return error_set(err, ERR_BAD_REQUEST, "BadRequest",
						 "unable to parse requirement: values[%zu][%s]: "
						 "Invalid value: \"%s\": %s",
						 j, t->key, t->values[j], problems[0]);
	}
	return 0;
}

static void add_map(struct selector *sel, const json_t *map)
{
	const char *key;
	json_t *value;

	json_object_foreach((json_t *)map, key, value) {
		struct term *t = selector_add(sel, key, strlen(key), TERM_IN);

		t->single = true;
		strv_add(&t->values, json_is_string(value) ? json_string_value(value) : "");
	}
}

int selector_from_map(const json_t *map, struct selector **ret, struct error *err)
{
	_cleanup_selector_ struct selector *sel = xnew(sel);

	if (map != NULL && !json_is_object(map))
		return error_set(err, ERR_INVALID, "Invalid", "a selector must be a map of labels");
	add_map(sel, map);
	*ret = take_ptr(sel);
	return 0;
}

static int add_requirement(struct selector *sel, const json_t *req, struct error *err)
{
	static const char *const words[] = { "In", "NotIn", "Exists", "DoesNotExist" };
	const char *key = json_str_or(req, "key", ""), *op = json_str_or(req, "operator", "");
	const json_t *values = json_arr(req, "values");

	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		struct term *t;

		if (!streq(words[i], op))
			continue;
		if (i <= TERM_NOT_IN && json_array_size(values) == 0)
			return error_set(err, ERR_INVALID, "Invalid",
					 "values: Invalid value: []: for 'in', 'notin' operators, "
					 "values set can't be empty");
		t = selector_add(sel, key, strlen(key), (enum term_op)i);
		t->values = strv_from_json(values);
		return 0;
	}
	return error_set(err, ERR_INVALID, "Invalid",
			 "\"%s\" is not a valid label selector operator", op);
}

int selector_from_object(const json_t *label_selector, struct selector **ret, struct error *err)
{
	_cleanup_selector_ struct selector *sel = xnew(sel);
	json_t *req;
	size_t i;

	sel->nothing = label_selector == NULL || json_is_null(label_selector);
	add_map(sel, json_obj(label_selector, "matchLabels"));
	json_each(label_selector, "matchExpressions", i, req) {
		int r = add_requirement(sel, req, err);

		if (r < 0)
			return r;
	}
	*ret = take_ptr(sel);
	return 0;
}

/* ---- matching ---- */

static bool matches_number(const struct term *t, const char *value)
{
	int64_t have, want;

	if (value == NULL || str_to_int64(value, INT64_MIN, INT64_MAX, &have) < 0 ||
	    str_to_int64(t->values[0], INT64_MIN, INT64_MAX, &want) < 0)
		return false;
	return t->op == TERM_GT ? have > want : have < want;
}

static bool matches_term(const struct term *t, const json_t *labels)
{
	const char *value = json_string_value(json_object_get(labels, t->key));

	switch (t->op) {
	case TERM_IN:
		return value != NULL && strv_contains(t->values, value);
	case TERM_NOT_IN:
		return value == NULL || !strv_contains(t->values, value);
	case TERM_EXISTS:
		return value != NULL;
	case TERM_NOT_EXISTS:
		return value == NULL;
	case TERM_GT:
	case TERM_LT:
		return matches_number(t, value);
	}
	return false;
}

bool selector_matches(const struct selector *sel, const json_t *labels)
{
	if (sel == NULL)
		return true;
	for (size_t i = 0; i < sel->n; i++)
		if (!matches_term(&sel->terms[i], labels))
			return false;
	return !sel->nothing;
}

bool selector_is_empty(const struct selector *sel)
{
	return sel == NULL || (sel->n == 0 && !sel->nothing);
}

/* ---- text ---- */

static int compare_terms(const void *a, const void *b)
{
	const struct term *const *x = a, *const *y = b;

	return strcmp((*x)->key, (*y)->key);
}

static void format_set(struct strbuf *b, const struct term *t)
{
	_cleanup_free_ char *values = strv_join(t->values, ",");

	strbuf_addf(b, "%s %s (%s)", t->key, t->op == TERM_IN ? "in" : "notin", values);
}

static void format_term(struct strbuf *b, const struct term *t)
{
	const char *value = t->values != NULL ? t->values[0] : "";

	if (t->single)
		strbuf_addf(b, "%s%s%s", t->key, t->op == TERM_IN ? "=" : "!=", value);
	else if (t->op == TERM_IN || t->op == TERM_NOT_IN)
		format_set(b, t);
	else if (t->op == TERM_GT || t->op == TERM_LT)
		strbuf_addf(b, "%s%c%s", t->key, t->op == TERM_GT ? '>' : '<', value);
	else
		strbuf_addf(b, "%s%s", t->op == TERM_NOT_EXISTS ? "!" : "", t->key);
}

char *selector_format(const struct selector *sel)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_free_ const struct term **order = NULL;

	if (sel == NULL)
		return xstrdup("");
	order = xcalloc(sel->n + 1, sizeof *order);
	for (size_t i = 0; i < sel->n; i++)
		order[i] = &sel->terms[i];
	qsort(order, sel->n, sizeof *order, compare_terms);
	for (size_t i = 0; i < sel->n; i++) {
		strbuf_adds(&b, i == 0 ? "" : ",");
		format_term(&b, order[i]);
	}
	return strbuf_take(&b);
}
