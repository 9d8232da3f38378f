/*
 * verdict: the words, their order, and which of them fail a run.
 *
 * A case takes the worst verdict of its assertions by the ranks below. `fail` outranks `broken`: an assertion that was
 * seen failing is a fact about the subject, whatever could not be performed after it.
 */
#include "verdict.h"

static const struct {
	const char *name;
	int rank;
} verdicts[N_VERDICTS] = {
	[VERDICT_PASS] = { "pass", 0 },
	[VERDICT_FAIL] = { "fail", 10 },
	[VERDICT_MISS] = { "miss", 5 },
	[VERDICT_IGNORED] = { "ignored", 9 },
	[VERDICT_SLOW] = { "slow", 3 },
	[VERDICT_UNDECIDED] = { "undecided", 4 },
	[VERDICT_KNOWN] = { "known", 6 },
	[VERDICT_FIXED] = { "fixed", 7 },
	[VERDICT_NOT_APPLICABLE] = { "not-applicable", 1 },
	[VERDICT_BROKEN] = { "broken", 8 },
	[VERDICT_DISPUTED] = { "disputed", 2 },
};

const char *verdict_name(enum verdict v)
{
	return verdicts[v].name;
}

int verdict_from_name(const char *name)
{
	for (int i = 0; i < N_VERDICTS; i++)
		if (streq(verdicts[i].name, name))
			return i;
	return -1;
}

bool level_is_binding(enum level level)
{
	return level == LEVEL_MUST || level == LEVEL_DROPPED;
}

enum verdict verdict_worse(enum verdict a, enum verdict b)
{
	return verdicts[b].rank > verdicts[a].rank ? b : a;
}

bool verdict_is_failure(enum verdict v, bool strict)
{
	switch (v) {
	case VERDICT_FAIL:
	case VERDICT_FIXED:
	case VERDICT_IGNORED:
		return true;
	case VERDICT_NOT_APPLICABLE:
	case VERDICT_MISS:
	case VERDICT_UNDECIDED:
		return strict;
	default:
		return false;
	}
}
