/*
 * change: what became different from one version of an object to the next, as events of the history (EVENTS.md).
 */
#pragma once

#include "history.h"

#define WITNESS_POD "podtest-witness" /* the runner's own: it makes no events */

struct change {
	struct history *history; /* borrowed: where the events go */
	const json_t *before, *after; /* before NULL: first seen */
	int64_t earliest, latest;
	bool sampled;
};

void change_tell(const struct change *ch, const char *kind, const char *name, bool gone);
uint64_t object_revision(const json_t *object);
