/*
 * search: delta debugging over the documents of a case.
 *
 * From the outside inwards, depth by depth: first steps and whole manifests, then the keys of a manifest, their keys, and so on. At each depth all at once and
 * each alone are tried beside each other; of many, twenty parts come before. What could go alone is tried together, and
 * halved until it can. Passes are made until one changes nothing, since what a thing needed may be gone by then. At the end the case is run alone:
 * a failure that only a busy machine showed is taken back.
 */
#include "shrink/search.h"

#include "doc.h"
#include "shrink/cut.h"
#include "util/clock.h"
#include "util/json.h"

#define MANY 40
#define PARTS 20

void search_init(struct search *s, struct trials *t, json_t *docs)
{
	*s = (struct search){ .trials = t, .docs = json_incref(docs), .accepted = json_array() };
}

void search_clear(struct search *s)
{
	json_decref(s->docs);
	json_decref(s->accepted);
	*s = (struct search){ 0 };
}

size_t docs_lines(const json_t *docs)
{
	size_t lines = 0, i;
	json_t *doc;

	json_array_foreach((json_t *)docs, i, doc) {
		_cleanup_free_ char *text = i ? doc_dump(doc) : NULL;

		for (const char *p = text; p && *p; p++)
			lines += *p == '\n';
	}
	return lines;
}

/* ---- one depth ---- */

struct depth {
	struct search *s;
	json_t *base; /* what the cuts are cut from */
	struct cut_list cuts;
	bool *gone; /* of the cuts */
};

/* Groups of cuts, each a mask over all of them. */
struct groups {
	bool **masks;
	size_t n;
};

static void groups_clear(struct groups *g)
{
	for (size_t i = 0; i < g->n; i++)
		free(g->masks[i]);
	free(g->masks);
	*g = (struct groups){ 0 };
}

static void add_mask(struct groups *g, bool *mask)
{
	g->masks = xrealloc(g->masks, (g->n + 1) * sizeof(*g->masks));
	g->masks[g->n++] = mask;
}

static size_t left(const struct depth *d)
{
	size_t n = 0;

	for (size_t i = 0; i < d->cuts.n; i++)
		n += !d->gone[i];
	return n;
}

/* All that are left in one, then those that are left, so many to a group. */
static void make_groups(const struct depth *d, size_t size, struct groups *ret)
{
	size_t in = size;

	*ret = (struct groups){ 0 };
	if (left(d) > size) {
		add_mask(ret, xcalloc(d->cuts.n, sizeof(bool)));
		for (size_t i = 0; i < d->cuts.n; i++)
			ret->masks[0][i] = !d->gone[i];
	}
	for (size_t i = 0; i < d->cuts.n; i++) {
		if (d->gone[i])
			continue;
		if (in++ == size) {
			add_mask(ret, xcalloc(d->cuts.n, sizeof(bool)));
			in = 1;
		}
		ret->masks[ret->n - 1][i] = true;
	}
}

static void join(bool *into, const bool *from, size_t n)
{
	for (size_t i = 0; i < n; i++)
		into[i] |= from[i];
}

/* What is left without a group, too. */
static json_t *without(const struct depth *d, const bool *mask)
{
	_cleanup_free_ bool *take = xcalloc(d->cuts.n, sizeof(*take));

	join(take, d->gone, d->cuts.n);
	join(take, mask, d->cuts.n);
	return cuts_apply(d->base, &d->cuts, take);
}

static void note(const struct depth *d, size_t tried, size_t good)
{
	const struct trials *t = d->s->trials;

	fprintf(stderr, "shrink: %zu tried, %zu fail in the same way; %zu lines left (%zu runs)\n",
		tried, good, docs_lines(d->s->docs), t->runs);
}

static void use_up(struct search *s)
{
	s->out = s->out || clock_now() >= s->deadline ||
		 (s->max_runs && s->trials->runs >= s->max_runs);
}

/* good[i]: without the i-th group it still fails. */
static void try_groups(struct depth *d, const struct groups *g, bool *good)
{
	json_t **docs = xcalloc(g->n, sizeof(*docs));

	for (size_t i = 0; i < g->n; i++)
		docs[i] = without(d, g->masks[i]);
	if (trials_run(d->s->trials, docs, g->n, good)) {
		d->s->out = true;
		memset(good, 0, g->n * sizeof(*good));
	}
	for (size_t i = 0; i < g->n; i++)
		json_decref(docs[i]);
	free(docs);
	use_up(d->s);
}

static void accept(struct depth *d, const bool *mask)
{
	json_t *now = without(d, mask);

	join(d->gone, mask, d->cuts.n);
	json_array_append_new(d->s->accepted, d->s->docs);
	d->s->docs = now;
}

/* Each of these can go alone: as many of them as can go together, halved until they can. */
static void accept_together(struct depth *d, bool *const *masks, size_t n)
{
	while (n > 1 && !d->s->out) {
		struct groups one = { 0 };
		bool good = false;

		add_mask(&one, xcalloc(d->cuts.n, sizeof(bool)));
		for (size_t i = 0; i < n; i++)
			join(one.masks[0], masks[i], d->cuts.n);
		try_groups(d, &one, &good);
		if (good)
			accept(d, one.masks[0]);
		groups_clear(&one);
		if (good)
			return;
		n /= 2;
	}
	if (n >= 1)
		accept(d, masks[0]);
}

static void reduce_by(struct depth *d, size_t size)
{
	struct groups g;
	bool *good, **fit;
	size_t n = 0, runs = d->s->trials->runs;

	make_groups(d, size, &g);
	good = xcalloc(g.n + 1, sizeof(*good));
	fit = xcalloc(g.n + 1, sizeof(*fit));
	try_groups(d, &g, good);
	for (size_t i = 0; i < g.n; i++)
		if (good[i])
			fit[n++] = g.masks[i];
	accept_together(d, fit, g.n && good[0] ? 1 : n);
	if (d->s->trials->runs > runs)
		note(d, g.n, n);
	free(fit);
	free(good);
	groups_clear(&g);
}

static void reduce_depth(struct search *s, size_t depth)
{
	struct depth d = { .s = s, .base = json_incref(s->docs) };

	cuts_at(d.base, depth, &d.cuts);
	d.gone = xcalloc(d.cuts.n + 1, sizeof(*d.gone));
	if (left(&d) > MANY && !s->out)
		reduce_by(&d, (left(&d) + PARTS - 1) / PARTS);
	if (left(&d) && !s->out)
		reduce_by(&d, 1);
	free(d.gone);
	cut_list_clear(&d.cuts);
	json_decref(d.base);
}

/* ---- all of it ---- */

void search_run(struct search *s)
{
	size_t before;

	do {
		before = json_array_size(s->accepted);
		for (size_t depth = 0; depth <= cuts_depth(s->docs) && !s->out; depth++)
			reduce_depth(s, depth);
	} while (json_array_size(s->accepted) > before && !s->out);
}

static bool fails_alone(const struct search *s)
{
	struct case_result result = { 0 };
	bool same = !trials_once(s->trials, s->docs, &result, NULL) &&
		    failure_is_in(s->trials->failure, &result);

	case_result_clear(&result);
	return same;
}

bool search_confirm(struct search *s)
{
	size_t n;

	while ((n = json_array_size(s->accepted)) > 0) {
		if (fails_alone(s))
			return true;
		json_decref(s->docs);
		s->docs = json_incref(json_array_get(s->accepted, n - 1));
		json_array_remove(s->accepted, n - 1);
	}
	return false;
}
