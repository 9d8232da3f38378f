/* session: what every case of one run shares. */
#pragma once

#include "catalog.h"
#include "leak.h"
#include "options.h"
#include "pace.h"
#include "relation.h"
#include "subject/subject.h"
#include "util/loop.h"

struct session {
	struct loop *loop;
	struct subject *subject;
	const struct options *options;
	struct catalog *catalog; /* may be NULL */
	struct leak *leak; /* NULL: not looked for */
	char *run_id; /* value of the label podtest/run, start of each namespace's name */
	char *scratch; /* directory for hostPath volumes, each case takes a folder below */
	struct bounds bounds; /* rate, and the lag `prompt` with slack */
	double slack;
	struct pace pace;
	struct timer *admit; /* to be set off when there may be room for more */
	unsigned made; /* namespaces so far: the next one's number */
};

/* Options are borrowed. The subject is opened, and freed, by the caller. */
void session_init(struct session *s, const struct options *o);
/* s->subject is open. */
void session_opened(struct session *s);
void session_clear(struct session *s);

/* Seconds that something may take which no requirement bounds. */
static inline double session_patience(const struct session *s, double seconds)
{
	return MIN(seconds, s->options->patience) * s->slack;
}

static inline int64_t seconds_ns(double s)
{
	return (int64_t)(s * 1e9);
}
