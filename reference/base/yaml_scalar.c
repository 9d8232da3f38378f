/*
 * Typing of plain scalars, as sigs.k8s.io/yaml does it: YAML 1.1 with Go's number syntax.
 *
 * The order is: words (null and booleans), integers with base prefix and underscores, floats. What is
 * none of them is a string. A float without a fraction becomes an integer, because the JSON text between YAML and
 * the API would lose the point, too: `replicas: 3.0` and `1e3` are taken for integers.
 *
 * For writing, more is quoted than reading needs: stamps and base-60 numbers are strings here, but not for
 * every reader.
 */
#include "base/yaml_scalar.h"

#include <errno.h>
#include <math.h>
#include <stdint.h>

#include "base/clock.h"
#include "base/defs.h"

#define NUMBER_MAX 128 /* longer texts are strings */

enum word { WORD_NULL, WORD_TRUE, WORD_FALSE, WORD_NO_NUMBER };

static const struct {
	const char *text;
	enum word word;
} words[] = {
	{ "", WORD_NULL },	     { "~", WORD_NULL },	  { "null", WORD_NULL },
	{ "Null", WORD_NULL },	     { "NULL", WORD_NULL },	  { "y", WORD_TRUE },
	{ "Y", WORD_TRUE },	     { "yes", WORD_TRUE },	  { "Yes", WORD_TRUE },
	{ "YES", WORD_TRUE },	     { "true", WORD_TRUE },	  { "True", WORD_TRUE },
	{ "TRUE", WORD_TRUE },	     { "on", WORD_TRUE },	  { "On", WORD_TRUE },
	{ "ON", WORD_TRUE },	     { "n", WORD_FALSE },	  { "N", WORD_FALSE },
	{ "no", WORD_FALSE },	     { "No", WORD_FALSE },	  { "NO", WORD_FALSE },
	{ "false", WORD_FALSE },     { "False", WORD_FALSE },	  { "FALSE", WORD_FALSE },
	{ "off", WORD_FALSE },	     { "Off", WORD_FALSE },	  { "OFF", WORD_FALSE },
	{ ".inf", WORD_NO_NUMBER },  { ".Inf", WORD_NO_NUMBER },  { ".INF", WORD_NO_NUMBER },
	{ "+.inf", WORD_NO_NUMBER }, { "+.Inf", WORD_NO_NUMBER }, { "+.INF", WORD_NO_NUMBER },
	{ "-.inf", WORD_NO_NUMBER }, { "-.Inf", WORD_NO_NUMBER }, { "-.INF", WORD_NO_NUMBER },
	{ ".nan", WORD_NO_NUMBER },  { ".NaN", WORD_NO_NUMBER },  { ".NAN", WORD_NO_NUMBER },
};

static bool find_word(const char *text, size_t len, enum word *ret)
{
	if (len > 5)
		return false;
	for (size_t i = 0; i < ARRAY_SIZE(words); i++) {
		if (strlen(words[i].text) == len && memcmp(words[i].text, text, len) == 0) {
			*ret = words[i].word;
			return true;
		}
	}
	return false;
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The base that a prefix tells; *digits is moved behind it. */
static int number_base(const char **digits)
{
	const char *p = *digits;

	if (p[0] != '0' || p[1] == '\0')
		return 10;
	switch (p[1] | 0x20) {
	case 'x':
		*digits += 2;
		return 16;
	case 'o':
		*digits += 2;
		return 8;
	case 'b':
		*digits += 2;
		return 2;
	default:
		*digits += 1;
		return 8;
	}
}

static bool parse_int(const char *text, int64_t *ret)
{
	bool negative = *text == '-';
	const char *digits = text + (*text == '-' || *text == '+');
	int base = number_base(&digits);
	unsigned long long n;
	char *end;

	if (!(is_digit(*digits) || (base == 16 && strchr("abcdefABCDEF", *digits) && *digits)))
		return false;
	errno = 0;
	n = strtoull(digits, &end, base);
	/* strtoull would take a second 0x. */
	if (errno || *end || (base == 16 && (digits[1] | 0x20) == 'x'))
		return false;
	if (n > (unsigned long long)INT64_MAX + negative)
		return false;
	*ret = negative ? (int64_t)(0 - n) : (int64_t)n;
	return true;
}

static const char *skip_digits(const char *p)
{
	while (is_digit(*p))
		p++;
	return p;
}

/* [-+]?(.9+|9+(.9*)?)([eE][-+]?9+)? */
static bool looks_like_float(const char *p)
{
	const char *whole, *fraction;

	p += *p == '-' || *p == '+';
	whole = skip_digits(p);
	fraction = *whole == '.' ? skip_digits(whole + 1) : whole;
	if (whole == p && fraction - whole < 2)
		return false;
	p = fraction;
	if (*p == 'e' || *p == 'E') {
		p++;
		p += *p == '-' || *p == '+';
		if (!is_digit(*p))
			return false;
		p = skip_digits(p);
	}
	return *p == '\0';
}

/* A number without its underscores, in buf; false when it cannot be one. */
static bool strip(const char *text, size_t len, char *buf)
{
	size_t n = 0;

	if (!len || len >= NUMBER_MAX || !(is_digit(*text) || strchr("+-.", *text)))
		return false;
	for (size_t i = 0; i < len; i++)
		if (text[i] != '_')
			buf[n++] = text[i];
	buf[n] = '\0';
	return true;
}

static json_t *number(const char *text, size_t len)
{
	char buf[NUMBER_MAX];
	int64_t n;
	double d;

	if (!strip(text, len, buf))
		return NULL;
	if (parse_int(buf, &n))
		return json_integer(n);
	if (!looks_like_float(buf))
		return NULL;
	d = strtod(buf, NULL);
	if (d == trunc(d) && fabs(d) < 9.2e18)
		return json_integer((json_int_t)d);
	return json_real(d); /* NULL for what is too large: a string then */
}

int yaml_scalar_resolve(const char *text, size_t len, json_t **ret)
{
	enum word word;
	json_t *v;

	if (find_word(text, len, &word)) {
		if (word == WORD_NO_NUMBER)
			return YAML_SCALAR_NO_NUMBER;
		*ret = word == WORD_NULL ? json_null() : json_boolean(word == WORD_TRUE);
		return 0;
	}
	v = number(text, len);
	*ret = v ? v : json_stringn(text, len);
	return 0;
}

/* "1:30" and "190:20:30.15": base 60 in YAML 1.1. */
static bool is_base60(const char *p)
{
	bool colon = false;

	p += *p == '-' || *p == '+';
	if (!is_digit(*p))
		return false;
	for (; is_digit(*p) || *p == ':' || *p == '_'; p++)
		colon |= *p == ':';
	if (*p == '.')
		p = skip_digits(p + 1);
	return colon && *p == '\0';
}

static bool is_stamp(const char *text)
{
	char day[CLOCK_STAMP_MAX];
	int64_t ns;

	if (clock_parse(text, &ns) == 0)
		return true;
	if (strlen(text) != strlen("2006-01-02"))
		return false;
	snprintf(day, sizeof(day), "%sT00:00:00Z", text);
	return clock_parse(day, &ns) == 0;
}

bool yaml_scalar_plain_is_string(const char *text, size_t len)
{
	_cleanup_json_ json_t *v = NULL;

	if (yaml_scalar_resolve(text, len, &v) != 0 || !json_is_string(v))
		return false;
	return !is_base60(text) && !is_stamp(text) && !streq(text, "<<") && !streq(text, "=");
}
