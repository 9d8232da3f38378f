/*
 * match: is this a subset of that?
 *
 * Maps are compared by key. A list whose wanted entries carry `name` (or `type`) is compared by that key, since statuses are sorted as
 * the subject likes; any other list by index. $exactly says that a list has these entries, in this order, and no others; $set says
 * it of any order.
 * Scalars must be equal; 1 and 1.0 are. An operator is the only key of its map.
 * match_seen() walks the same way and brings back what is there, so that a failure can show the two side by side.
 */
#include "match.h"

#include <math.h>
#include <regex.h>
#include <time.h>

#include "util/json.h"

static const json_t *counterpart(const json_t *want, const json_t *have, size_t i)
{
	const json_t *w = json_array_get(want, i);

	if (json_str(w, "name"))
		return json_entry(have, "name", json_str(w, "name"));
	if (json_str(w, "type"))
		return json_entry(have, "type", json_str(w, "type"));
	return json_array_get(have, i);
}

static bool match_regex(const json_t *want, const json_t *have)
{
	_cleanup_free_ char *text = have ? json_scalar(have) : NULL;
	regex_t re;
	bool hit;

	if (!text || regcomp(&re, json_string_value(want) ? json_string_value(want) : "",
			     REG_EXTENDED | REG_NOSUB))
		return false;
	hit = regexec(&re, text, 0, NULL, 0) == 0;
	regfree(&re);
	return hit;
}

static bool match_in(const json_t *want, const json_t *have)
{
	json_t *v;
	size_t i;

	json_array_foreach((json_t *)want, i, v)
		if (match_json(v, have))
			return true;
	return false;
}

/* By index, whatever the entries carry: the one way to see an order. */
static bool match_exactly(const json_t *want, const json_t *have)
{
	if (!json_is_array(have) || json_array_size(have) != json_array_size(want))
		return false;
	for (size_t i = 0; i < json_array_size(want); i++)
		if (!match_json(json_array_get(want, i), json_array_get(have, i)))
			return false;
	return true;
}

/* Whether each wish from the ith on finds an entry of its own among those that are left. */
static bool find_each(const json_t *want, size_t i, const json_t *have, bool *taken)
{
	if (i == json_array_size(want))
		return true;
	for (size_t k = 0; k < json_array_size(have); k++) {
		if (taken[k] || !match_json(json_array_get(want, i), json_array_get(have, k)))
			continue;
		taken[k] = true;
		if (find_each(want, i + 1, have, taken))
			return true;
		taken[k] = false;
	}
	return false;
}

static bool match_set(const json_t *want, const json_t *have)
{
	_cleanup_free_ bool *taken = NULL;

	if (!json_is_array(have) || json_array_size(have) != json_array_size(want))
		return false;
	taken = xcalloc(json_array_size(have) + 1, sizeof(*taken));
	return find_each(want, 0, have, taken);
}

static bool match_operator(const char *op, const json_t *want, const json_t *have)
{
	int order;

	if (streq(op, "$absent"))
		return json_is_true(want) == (have == NULL || json_is_null(have));
	if (!have)
		return false;
	if (streq(op, "$in"))
		return match_in(want, have);
	if (streq(op, "$exactly"))
		return match_exactly(want, have);
	if (streq(op, "$set"))
		return match_set(want, have);
	if (streq(op, "$gt"))
		return match_compare(have, want, &order) && order > 0;
	return match_regex(want, have);
}

static const char *operator_of(const json_t *want)
{
	const char *key = json_object_iter_key(json_object_iter((json_t *)want));

	return key && key[0] == '$' ? key : NULL;
}

static bool match_map(const json_t *want, const json_t *have)
{
	const char *op = operator_of(want), *key;
	json_t *value;

	if (op)
		return match_operator(op, json_object_get(want, op), have);
	if (!json_is_object(have))
		return false;
	json_object_foreach((json_t *)want, key, value)
		if (!match_json(value, json_object_get(have, key)))
			return false;
	return true;
}

static bool match_list(const json_t *want, const json_t *have)
{
	size_t n = json_array_size(want);

	if (!json_is_array(have))
		return false;
	if (!n)
		return json_array_size(have) == 0;
	for (size_t i = 0; i < n; i++)
		if (!match_json(json_array_get(want, i), counterpart(want, have, i)))
			return false;
	return true;
}

bool match_json(const json_t *want, const json_t *have)
{
	if (json_is_object(want))
		return match_map(want, have);
	if (json_is_array(want))
		return match_list(want, have);
	if (json_is_null(want))
		return !have || json_is_null(have);
	if (json_is_number(want) && json_is_number(have))
		return fabs(json_number_value(want) - json_number_value(have)) < 1e-9;
	return have && json_equal(want, have);
}

static json_t *seen_list(const json_t *want, const json_t *have)
{
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(want); i++) {
		const json_t *v = counterpart(want, have, i);
		json_t *seen = match_seen(json_array_get(want, i), v);

		if (v && json_str(json_array_get(want, i), "name"))
			json_object_set_new(seen, "name", json_incref(json_object_get(v, "name")));
		json_array_append_new(out, seen);
	}
	return json_array_size(want) ? out : (json_decref(out), json_deep_copy(have));
}

/* Every entry that is there, each cut down to what is wanted in its place; the last wish is the measure of what is too many. */
static json_t *seen_exactly(const json_t *want, const json_t *have)
{
	size_t n = json_array_size(want);
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(have); i++) {
		const json_t *v = json_array_get(have, i);
		const json_t *w = json_array_get(want, n && i >= n ? n - 1 : i);

		json_array_append_new(out, n ? match_seen(w, v) : json_deep_copy(v));
	}
	return out;
}

static const json_t *operator_list(const json_t *want)
{
	const json_t *list = json_object_get(want, "$exactly");

	return list ? list : json_object_get(want, "$set");
}

json_t *match_seen(const json_t *want, const json_t *have)
{
	const char *key;
	json_t *value, *out;

	if (!have)
		return json_null();
	if (json_is_array(want) && json_is_array(have))
		return seen_list(want, have);
	if (json_is_array(have) && operator_list(want))
		return seen_exactly(operator_list(want), have);
	if (!json_is_object(want) || operator_of(want) || !json_is_object(have))
		return json_deep_copy(have);
	out = json_object();
	json_object_foreach((json_t *)want, key, value)
		json_object_set_new(out, key, match_seen(value, json_object_get(have, key)));
	return out;
}

static bool read_quantity(const char *text, double *ret)
{
	static const struct {
		const char *suffix;
		double factor;
	} suffixes[] = { { "", 1 },	   { "n", 1e-9 },    { "u", 1e-6 },    { "m", 1e-3 },
			 { "k", 1e3 },	   { "M", 1e6 },     { "G", 1e9 },     { "T", 1e12 },
			 { "P", 1e15 },	   { "E", 1e18 },    { "Ki", 0x1p10 }, { "Mi", 0x1p20 },
			 { "Gi", 0x1p30 }, { "Ti", 0x1p40 }, { "Pi", 0x1p50 } };
	char *end;
	double v = strtod(text, &end);

	for (size_t i = 0; end != text && i < ARRAY_SIZE(suffixes); i++)
		if (streq(end, suffixes[i].suffix)) {
			*ret = v * suffixes[i].factor;
			return true;
		}
	return false;
}

static bool read_stamp(const char *text, double *ret)
{
	struct tm tm = { 0 };
	const char *rest = strptime(text, "%Y-%m-%dT%H:%M:%S", &tm);
	double fraction = 0;

	if (!rest)
		return false;
	if (*rest == '.')
		fraction = strtod(rest, NULL);
	*ret = (double)timegm(&tm) + fraction;
	return true;
}

static bool read_value(const json_t *v, double *ret)
{
	const char *text = json_string_value(v);

	if (json_is_number(v)) {
		*ret = json_number_value(v);
		return true;
	}
	return text && (read_stamp(text, ret) || read_quantity(text, ret));
}

bool match_compare(const json_t *a, const json_t *b, int *ret)
{
	double x, y;

	if (!read_value(a, &x) || !read_value(b, &y))
		return false;
	*ret = x < y ? -1 : x > y;
	return true;
}
