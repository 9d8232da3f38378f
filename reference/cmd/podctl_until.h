/*
 * podctl_until: waits for facts about one object, by watching it.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

struct podctl;
struct target;

struct until {
	const struct target *target; /* has a name */
	const char *uid; /* the object that is meant; NULL: whichever has the name */
	/* obj NULL: the object is not there (any more). Positive: it holds, 0: not yet, negative: a fault. */
	int (*holds)(void *userdata, const json_t *obj, struct error *err);
	void *userdata;
};

enum { UNTIL_TIMEOUT = 1, UNTIL_ABSENT = 2 };

/*
 * 0 once it holds. UNTIL_TIMEOUT when deadline (CLOCK_MONOTONIC ns, INT64_MAX: none) passes. An object that
 * is not there is UNTIL_ABSENT unless holds() takes that as well.
 */
int until_holds(struct podctl *p, const struct until *u, int64_t deadline, struct error *err);
/* The object with this uid is gone; a timeout is a fault here. */
int until_gone(struct podctl *p, const struct until *u, int64_t deadline, struct error *err);
