/*
 * columns: printer cells that several kinds share, and durations in kubectl's words.
 */
#include "api/columns.h"

#include "api/meta.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"

json_t *column_text(const char *text)
{
	return json_string(text != NULL && *text != '\0' ? text : "<none>");
}

json_t *column_name(const json_t *obj, int64_t now_ns)
{
	(void)now_ns;
	return json_string(meta_name(obj) != NULL ? meta_name(obj) : "");
}

/* "3m20s": the big unit, and the small one while it still matters and is not zero. */
static char *two_units(long long big, const char *big_unit, long long small, const char *small_unit)
{
	if (small == 0)
		return str_printf("%lld%s", big, big_unit);
	return str_printf("%lld%s%lld%s", big, big_unit, small, small_unit);
}

char *duration_words(int64_t ns)
{
	long long s = (long long)(ns / NSEC_PER_SEC), m = s / 60, h = m / 60, d = h / 24;

	if (s < 0)
		return xstrdup(s >= -1 ? "0s" : "<invalid>");
	if (s < 120)
		return str_printf("%llds", s);
	if (m < 10)
		return two_units(m, "m", s % 60, "s");
	if (h < 3)
		return str_printf("%lldm", m);
	if (h < 8)
		return two_units(h, "h", m % 60, "m");
	if (h < 48)
		return str_printf("%lldh", h);
	if (d < 8)
		return two_units(d, "d", h % 24, "h");
	if (d < 365 * 2)
		return str_printf("%lldd", d);
	if (d < 365 * 8)
		return two_units(d / 365, "y", d % 365, "d");
	return str_printf("%lldy", d / 365);
}

char *age_words(const char *stamp, int64_t now_ns)
{
	int64_t then;

	if (stamp == NULL || clock_parse(stamp, &then) < 0)
		return xstrdup("<unknown>");
	return duration_words(now_ns - then);
}

json_t *column_age(const json_t *obj, int64_t now_ns)
{
	_cleanup_free_ char *words = age_words(meta_creation_timestamp(obj), now_ns);

	return json_string(words);
}

json_t *column_template(const json_t *obj, const char *field)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	json_t *c;
	size_t i;

	json_each(obj, "spec.template.spec.containers", i, c)
		strbuf_addf(&b, "%s%s", i == 0 ? "" : ",", json_str_or(c, field, ""));
	return column_text(strbuf_str(&b));
}
