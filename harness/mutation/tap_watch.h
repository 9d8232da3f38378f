/* tap_watch: reads the TAP of a run as it comes, and tells when a claimed assertion has failed. */
#pragma once

#include "util/lines.h"

struct tap_watch {
	const char *req; /* the claimed requirement; borrowed */
	/* Does this case ("area/name") count, that is: did it pass without the mutant? */
	bool (*counts)(void *userdata, const char *name);
	void *userdata;

	struct lines lines;
	char *name; /* the case whose diagnostics are being read */
	bool here; /* the assertion that is being read is of the requirement */
	size_t passed, not_passed; /* cases that count, skipped ones left out */
	char *killer, *message; /* the first such case, and what it said */
};

void tap_watch_feed(struct tap_watch *w, const char *data, size_t len);
void tap_watch_clear(struct tap_watch *w);
