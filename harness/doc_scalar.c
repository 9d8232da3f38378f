/*
 * doc_scalar: the type of a YAML scalar, by YAML 1.1's rules as Kubernetes' reader applies them.
 *
 * null, ~ and nothing are null; true, yes, on and their negations in three spellings are booleans; then whole numbers
 * (decimal, 0x, 0o and the old octal with a leading 0), then decimal fractions. Sexagesimal numbers and dates are text.
 */
#include "doc_scalar.h"

#include <ctype.h>
#include <errno.h>
#include <strings.h>

static bool one_of(const char *text, const char *const *words)
{
	for (; *words; words++)
		if (streq(text, *words))
			return true;
	return false;
}

static const char *const nulls[] = { "", "~", "null", "Null", "NULL", NULL };
static const char *const trues[] = { "true", "True", "TRUE", "yes", "Yes",
				     "YES",  "on",   "On",   "ON",  NULL };
static const char *const falses[] = { "false", "False", "FALSE", "no",	"No",
				      "NO",    "off",	"Off",	 "OFF", NULL };

static json_t *whole_number(const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');
	int base = 10;
	long long v;
	char *end;

	if (!isdigit((unsigned char)*digits))
		return NULL;
	if (has_prefix(digits, "0x"))
		base = 16;
	else if (digits[0] == '0' && digits[1])
		base = 8;
	errno = 0;
	if (has_prefix(digits, "0o"))
		v = strtoll(digits + 2, &end, 8);
	else
		v = strtoll(text, &end, base);
	return *end || errno ? NULL : json_integer(v);
}

static json_t *fraction(const char *text)
{
	const char *digits = text + (*text == '-' || *text == '+');
	char *end;
	double v;

	if (!isdigit((unsigned char)*digits) && *digits != '.')
		return NULL;
	if (strspn(digits, "0123456789.eE+-") != strlen(digits) ||
	    strpbrk(digits, "0123456789") == NULL)
		return NULL;
	v = strtod(text, &end);
	return *end ? NULL : json_real(v);
}

json_t *doc_scalar(const char *text, size_t len, bool plain)
{
	json_t *v = NULL;

	if (!plain || strlen(text) != len)
		return json_stringn(text, len);
	if (one_of(text, nulls))
		return json_null();
	if (one_of(text, trues) || one_of(text, falses))
		return json_boolean(one_of(text, trues));
	v = whole_number(text);
	if (!v)
		v = fraction(text);
	return v ? v : json_stringn(text, len);
}

bool doc_scalar_is_special(const char *text)
{
	_cleanup_json_ json_t *v = doc_scalar(text, strlen(text), true);

	return !json_is_string(v);
}
