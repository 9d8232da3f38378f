/*
 * history: everything seen during a case, as one list of events (EVENTS.md).
 *
 * An event happened in [earliest, latest] on our CLOCK_BOOTTIME. Guests of our own boot are exact; guests of one foreign boot
 * are exact against each other.
 */
#pragma once

#include "util/defs.h"
#include "util/error.h"

enum source { SOURCE_GUEST, SOURCE_LOST, SOURCE_WATCH, SOURCE_EVENT, SOURCE_DID, N_SOURCES };

struct hist_event {
	enum source source;
	char *who; /* "a/c", "a", "rs/web"; "" for did */
	char **words; /* "start"; "condition", "Ready=True"; "delete", "pod/a" */
	json_t *content;
	int64_t earliest, latest;
	int64_t stamp; /* the guest's own clock */
	int64_t margin; /* how much earlier than its stamp it may have happened */
	int boot; /* index of the guest's boot; -1: not from a guest */
	uint64_t revision; /* of the store, which orders versions whatever their intervals; 0: not known */
	bool sampled; /* seen by polling: what lay before it may have been missed */
	size_t order; /* of arrival */
};

struct boot_clock {
	char *id;
	bool here;
	int64_t offset_low, offset_high; /* ours minus theirs lies between */
};

struct history {
	struct hist_event **events; /* by time as far as it is known */
	size_t n;
	struct boot_clock *boots;
	size_t n_boots;
	json_t *seen_lines; /* what tells a guest line from its copy */
	int64_t began;
	size_t arrivals;
};

struct span {
	int64_t low, high; /* ns; may be negative */
};

void history_init(struct history *h, int64_t began);
void history_clear(struct history *h);

/* A line of a guest, from any stream. False: no guest line, or known already. */
bool history_add_line(struct history *h, const json_t *line, int64_t arrival);
/* A line that answers a question of ours: it was said after `asked`, and before it came. It is not added. */
void history_learn_clock(struct history *h, const json_t *line, int64_t asked, int64_t arrival);
/* words: "condition Ready=True". content is taken over; may be NULL. */
struct hist_event *history_add(struct history *h, enum source source, const char *who,
			       const char *words, json_t *content, int64_t earliest, int64_t latest);

/* An event's name in a fixture: "guest a/c probe kind=http #2". */
struct pattern {
	enum source source;
	char *who;
	char **words;
	int index; /* 1…: the Nth, 0: not given, -1: the last */
};

int pattern_parse(const char *text, struct pattern *ret, struct error *err);
void pattern_clear(struct pattern *p);
bool pattern_matches(const struct pattern *p, const struct hist_event *e);
/* The event that the pattern names (the first without #), or NULL. */
const struct hist_event *history_find(const struct history *h, const struct pattern *p);

void history_interval(const struct history *h, const struct hist_event *e, int64_t *ret_earliest,
		      int64_t *ret_latest);
/* From a to b. */
struct span history_span(const struct history *h, const struct hist_event *a,
			 const struct hist_event *b);

/* The event as one line, without its time; the caller frees. */
char *hist_event_with(const struct hist_event *e, const json_t *content);
char *hist_event_text(const struct hist_event *e);
/* Lines "+1.234 guest a/c start {…}": all, or `around` events on either side of `focus`. The caller frees. */
char *history_text(const struct history *h, const struct hist_event *focus, size_t around);
