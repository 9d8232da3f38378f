/*
 * selector_parse: the text form of a label selector.
 *
 * One term after the other, separated by commas: `!key`, `key`, or key, operator and value. `in` and `notin`
 * are words only behind a key, so a label may be called "in". Blanks between tokens mean nothing.
 */
#include <ctype.h>
#include <string.h>

#include "api/selector_terms.h"
#include "base/defs.h"
#include "base/str.h"

#define _cleanup_selector_ _cleanup_(selector_freep)

struct scanner {
	const char *at;
	struct error *err;
};

static int wrong(struct scanner *s, const char *expected)
{
	return error_set(s->err, ERR_BAD_REQUEST, "BadRequest",
			 "unable to parse requirement: found '%.20s', expected: %s", s->at,
			 expected);
}

static void skip_blanks(struct scanner *s)
{
	while (isspace((unsigned char)*s->at))
		s->at++;
}

/* Length of the word here: everything up to a blank or a sign of the grammar. */
static size_t word(struct scanner *s)
{
	skip_blanks(s);
	return strcspn(s->at, " \t\r\n,()!=<>");
}

static bool accept(struct scanner *s, const char *token)
{
	skip_blanks(s);
	if (!str_starts(s->at, token))
		return false;
	s->at += strlen(token);
	return true;
}

static bool accept_word(struct scanner *s, const char *text)
{
	if (word(s) != strlen(text) || !str_starts(s->at, text))
		return false;
	s->at += strlen(text);
	return true;
}

static void take_value(struct scanner *s, struct term *t)
{
	size_t len = word(s);

	strv_take(&t->values, xstrndup(s->at, len));
	s->at += len;
}

static int parse_set(struct scanner *s, struct term *t)
{
	if (!accept(s, "("))
		return wrong(s, "'('");
	do
		take_value(s, t);
	while (accept(s, ","));
	return accept(s, ")") ? 0 : wrong(s, "',', or ')'");
}

static int parse_number(struct scanner *s, struct term *t)
{
	int64_t n;

	take_value(s, t);
	if (str_to_int64(t->values[0], INT64_MIN, INT64_MAX, &n) < 0)
		return wrong(s, "an integer");
	return 0;
}

static int parse_operator(struct scanner *s, struct term *t)
{
	if (accept(s, "!=")) {
		t->op = TERM_NOT_IN;
	} else if (accept(s, "==") || accept(s, "=")) {
		t->op = TERM_IN;
	} else if (accept(s, ">")) {
		t->op = TERM_GT;
		return parse_number(s, t);
	} else if (accept(s, "<")) {
		t->op = TERM_LT;
		return parse_number(s, t);
	} else if (accept_word(s, "in")) {
		t->op = TERM_IN;
		return parse_set(s, t);
	} else if (accept_word(s, "notin")) {
		t->op = TERM_NOT_IN;
		return parse_set(s, t);
	} else {
		return 0;
	}
	t->single = true;
	take_value(s, t);
	return 0;
}

static int parse_term(struct scanner *s, struct selector *sel)
{
	bool negated = accept(s, "!");
	size_t len = word(s);
	struct term *t;
	int r;

	if (len == 0)
		return wrong(s, "identifier");
	t = selector_add(sel, s->at, len, negated ? TERM_NOT_EXISTS : TERM_EXISTS);
	s->at += len;
	r = negated ? 0 : parse_operator(s, t);
	skip_blanks(s);
	if (r == 0 && *s->at != '\0' && *s->at != ',')
		return wrong(s, "',' or end of text");
	return r;
}

int selector_parse(const char *text, struct selector **ret, struct error *err)
{
	_cleanup_selector_ struct selector *sel = xnew(sel);
	struct scanner s = { .at = text != NULL ? text : "", .err = err };
	int r = 0;

	skip_blanks(&s);
	if (*s.at != '\0')
		do
			r = parse_term(&s, sel);
		while (r == 0 && accept(&s, ","));
	if (r == 0)
		r = selector_check(sel, err);
	if (r < 0)
		return r;
	*ret = take_ptr(sel);
	return 0;
}
