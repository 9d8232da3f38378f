/*
 * index_set: a sorted list of ranges.
 *
 * A Job may have a hundred thousand indexes, of which nearly all that are done lie side by side: ranges are short
 * in memory as in the status.
 */
#include "api/index_set.h"

#include "base/str.h"
#include "base/strbuf.h"

void index_set_deinit(struct index_set *s)
{
	free(s->ranges);
	*s = (struct index_set){ 0 };
}

/* The first range that ends at index or behind it; n when there is none. */
static size_t find(const struct index_set *s, int64_t index)
{
	size_t low = 0, high = s->n;

	while (low < high) {
		size_t middle = (low + high) / 2;

		if (s->ranges[middle].last < index)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

bool index_set_has(const struct index_set *s, int64_t index)
{
	size_t i = find(s, index);

	return i < s->n && s->ranges[i].first <= index;
}

static void insert_at(struct index_set *s, size_t i, struct index_range range)
{
	s->ranges = xrealloc(s->ranges, (s->n + 1) * sizeof(*s->ranges));
	memmove(s->ranges + i + 1, s->ranges + i, (s->n - i) * sizeof(*s->ranges));
	s->ranges[i] = range;
	s->n++;
}

static void remove_at(struct index_set *s, size_t i)
{
	s->n--;
	memmove(s->ranges + i, s->ranges + i + 1, (s->n - i) * sizeof(*s->ranges));
}

void index_set_add(struct index_set *s, int64_t index)
{
	size_t i = find(s, index);
	bool follows = i > 0 && s->ranges[i - 1].last == index - 1;
	bool precedes = i < s->n && s->ranges[i].first == index + 1;

	if (index_set_has(s, index))
		return;
	if (follows && precedes) {
		s->ranges[i - 1].last = s->ranges[i].last;
		remove_at(s, i);
	} else if (follows) {
		s->ranges[i - 1].last = index;
	} else if (precedes) {
		s->ranges[i].first = index;
	} else {
		insert_at(s, i, (struct index_range){ index, index });
	}
}

int64_t index_set_count(const struct index_set *s)
{
	int64_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		n += s->ranges[i].last - s->ranges[i].first + 1;
	return n;
}

int64_t index_set_gap(const struct index_set *s, int64_t from)
{
	size_t i = find(s, from);

	return i < s->n && s->ranges[i].first <= from ? s->ranges[i].last + 1 : from;
}

/* ---- text ---- */

static int parse_number(const char *text, int64_t limit, int64_t *ret, struct error *err)
{
	if (str_to_int64(text, 0, INT64_MAX, ret) < 0)
		return error_set(err, ERR_INVALID, NULL,
				 "cannot convert string to integer for index: \"%s\"", text);
	if (*ret >= limit)
		return error_set(err, ERR_INVALID, NULL, "too large index: \"%s\"", text);
	return 0;
}

static int parse_range(char *text, int64_t limit, struct index_range *ret, struct error *err)
{
	char *dash = strchr(text, '-');
	int r;

	if (dash)
		*dash = '\0';
	r = parse_number(text, limit, &ret->first, err);
	ret->last = ret->first;
	if (r == 0 && dash)
		r = parse_number(dash + 1, limit, &ret->last, err);
	if (r == 0 && dash && ret->last <= ret->first)
		return error_set(err, ERR_INVALID, NULL,
				 "non-increasing order, previous: %lld, current: %lld",
				 (long long)ret->first, (long long)ret->last);
	return r;
}

/* Behind all that is there; touching ranges become one. */
static int append(struct index_set *s, struct index_range range, struct error *err)
{
	struct index_range *last = s->n ? &s->ranges[s->n - 1] : NULL;

	if (last && range.first <= last->last)
		return error_set(err, ERR_INVALID, NULL,
				 "non-increasing order, previous: %lld, current: %lld",
				 (long long)last->last, (long long)range.first);
	if (last && range.first == last->last + 1)
		last->last = range.last;
	else
		insert_at(s, s->n, range);
	return 0;
}

int index_set_parse(const char *text, int64_t limit, struct index_set *ret, struct error *err)
{
	_cleanup_(index_set_deinit) struct index_set s = { 0 };
	_cleanup_strv_ char **parts = text && *text ? strv_split(text, ',') : NULL;
	int r = 0;

	for (size_t i = 0; parts && parts[i] && r == 0; i++) {
		struct index_range range;

		r = parse_range(parts[i], limit, &range, err);
		if (r == 0)
			r = append(&s, range, err);
	}
	if (r == 0) {
		*ret = s;
		s = (struct index_set){ 0 };
	}
	return r;
}

char *index_set_format(const struct index_set *s)
{
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;

	for (size_t i = 0; i < s->n; i++) {
		const struct index_range *r = &s->ranges[i];

		strbuf_addf(&text, "%s%lld", i ? "," : "", (long long)r->first);
		if (r->last > r->first)
			strbuf_addf(&text, "%c%lld", r->last == r->first + 1 ? ',' : '-',
				    (long long)r->last);
	}
	return xstrdup(strbuf_str(&text));
}
