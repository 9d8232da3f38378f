/*
 * revclock: bounds for the instant of a write, from the revisions that our own reads have seen.
 *
 * Marks are kept in a ring in order of sending. Answers may overtake each other, so revisions in it are only nearly
 * ascending; the search goes backwards from the newest mark and takes the first that is older than the version asked for.
 * A mark says "at `sent` the store was at most at `revision`": true for the revision of a list read at that instant, and for
 * a write's own revision too.
 */
#include "subject/revclock.h"

static uint64_t number(const char *revision)
{
	return revision ? strtoull(revision, NULL, 10) : 0;
}

void revclock_note(struct revclock *c, int64_t sent, const char *revision)
{
	uint64_t r = number(revision);

	if (!r)
		return;
	c->marks[c->n++ % ARRAY_SIZE(c->marks)] = (struct revclock_mark){ sent, r };
}

int64_t revclock_earliest(const struct revclock *c, const char *revision)
{
	size_t have = MIN(c->n, ARRAY_SIZE(c->marks));
	uint64_t r = number(revision);
	int64_t best = 0;
	unsigned found = 0;

	for (size_t i = 0; i < have && found < 8; i++) {
		const struct revclock_mark *m = &c->marks[(c->n - 1 - i) % ARRAY_SIZE(c->marks)];

		if (m->revision >= r)
			continue;
		best = MAX(best, m->sent);
		found++;
	}
	return best;
}
