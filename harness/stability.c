/*
 * stability: what --repeat showed: how many rounds each case passed.
 *
 * A round in which the case did not apply does not count. `slow` has passed, and so has `fixed`, which fails the run only because a list
 * says otherwise; everything else has not, also what is known or undecided: this asks whether the case ends the same each time.
 */
#include "stability.h"

static int by_name(const void *a, const void *b)
{
	const struct case_result *x = *(const struct case_result *const *)a,
				 *y = *(const struct case_result *const *)b;
	int area = strcmp(x->area, y->area);

	return area ? area : strcmp(x->name, y->name);
}

static bool has_passed(enum verdict v)
{
	return v == VERDICT_PASS || v == VERDICT_SLOW || v == VERDICT_FIXED;
}

static void add(struct stability *s, const struct case_result *c)
{
	struct stability_case *last = s->n ? &s->cases[s->n - 1] : NULL;

	if (!last || !streq(last->area, c->area) || !streq(last->name, c->name)) {
		last = &s->cases[s->n++];
		*last = (struct stability_case){ .area = c->area, .name = c->name };
	}
	last->rounds++;
	last->passed += has_passed(c->verdict);
}

void stability_of(const struct run_result *run, struct stability *ret)
{
	_cleanup_free_ const struct case_result **sorted =
		xcalloc(run->n_cases + 1, sizeof(*sorted));
	size_t n = 0;

	*ret = (struct stability){ .rounds = 1 };
	ret->cases = xcalloc(run->n_cases + 1, sizeof(*ret->cases));
	for (size_t i = 0; i < run->n_cases; i++) {
		const struct case_result *c = &run->cases[i];

		ret->rounds = MAX(ret->rounds, c->round + 1);
		if (c->verdict != VERDICT_NOT_APPLICABLE && c->area && c->name)
			sorted[n++] = c;
	}
	qsort(sorted, n, sizeof(*sorted), by_name);
	for (size_t i = 0; i < n; i++)
		add(ret, sorted[i]);
	for (size_t i = 0; i < ret->n; i++)
		ret->flaky += stability_is_flaky(&ret->cases[i]);
}

void stability_clear(struct stability *s)
{
	free(s->cases);
	*s = (struct stability){ 0 };
}

bool stability_is_flaky(const struct stability_case *c)
{
	return c->passed && c->passed < c->rounds;
}

double stability_rate(const struct stability *s)
{
	return s->n ? (double)s->flaky / (double)s->n : 0;
}
