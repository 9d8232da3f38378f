/*
 * history: everything seen during a case, as one list of events.
 *
 * The list is kept sorted: guest lines of one boot by their own stamps, everything else by its latest instant. A line that
 * comes twice (from the container's log and from the witness) is known by boot, id, run and seq. For a guest of a foreign boot we learn
 * two bounds of the offset between its clock and ours: it cannot have arrived before it was said, and no guest of the
 * case can have spoken before the case began, nor answered before it was asked. The history owns its events.
 */
#include "history.h"

#include "util/clock.h"
#include "util/json.h"

#define LOST_MARGIN_NS (50 * NSEC_PER_MSEC)
#define DRIFT_NS (100 * NSEC_PER_MSEC) /* between two clocks while a case lasts */

static const char *const source_names[N_SOURCES] = { "guest", "lost", "watch", "event", "did" };

void history_init(struct history *h, int64_t began)
{
	*h = (struct history){ .seen_lines = json_object(), .began = began };
}

static void event_free(struct hist_event *e)
{
	free(e->who);
	strv_free(e->words);
	json_decref(e->content);
	free(e);
}

void history_clear(struct history *h)
{
	for (size_t i = 0; i < h->n; i++)
		event_free(h->events[i]);
	for (size_t i = 0; i < h->n_boots; i++)
		free(h->boots[i].id);
	free(h->events);
	free(h->boots);
	json_decref(h->seen_lines);
	*h = (struct history){ 0 };
}

static bool comes_before(const struct hist_event *a, const struct hist_event *b)
{
	if (a->boot >= 0 && a->boot == b->boot)
		return a->stamp < b->stamp;
	if (a->revision && b->revision)
		return a->revision < b->revision;
	return a->latest < b->latest;
}

static void insert(struct history *h, struct hist_event *e)
{
	size_t at = h->n;

	h->events = xrealloc(h->events, (h->n + 1) * sizeof(*h->events));
	while (at > 0 && comes_before(e, h->events[at - 1]))
		at--;
	memmove(h->events + at + 1, h->events + at, (h->n - at) * sizeof(*h->events));
	h->events[at] = e;
	h->n++;
	e->order = h->arrivals++;
}

struct hist_event *history_add(struct history *h, enum source source, const char *who,
			       const char *words, json_t *content, int64_t earliest, int64_t latest)
{
	struct hist_event *e = xcalloc(1, sizeof(*e));

	e->source = source;
	e->who = xstrdup(who);
	e->words = strv_split(words, " ");
	e->content = content;
	e->earliest = MIN(earliest, latest);
	e->latest = latest;
	e->boot = -1;
	insert(h, e);
	return e;
}

static int find_boot(struct history *h, const char *id)
{
	for (size_t i = 0; i < h->n_boots; i++)
		if (streq(h->boots[i].id, id))
			return (int)i;
	h->boots = xrealloc(h->boots, (h->n_boots + 1) * sizeof(*h->boots));
	h->boots[h->n_boots] = (struct boot_clock){ .id = xstrdup(id),
						    .here = streq(id, clock_boot_id()),
						    .offset_low = INT64_MIN / 4,
						    .offset_high = INT64_MAX / 4 };
	return (int)h->n_boots++;
}

static void learn_offset(struct boot_clock *b, int64_t not_before, int64_t stamp, int64_t arrival)
{
	if (b->here) {
		b->offset_low = b->offset_high = 0;
		return;
	}
	b->offset_low = MAX(b->offset_low, not_before - stamp);
	b->offset_high = MIN(b->offset_high, arrival - stamp);
}

/*
 * A death is stamped by the witness when it comes to read the end of the connection: a busy machine makes that late. It happened after
 * the last line of the guest.
 */
static int64_t lost_margin(const struct history *h, const struct hist_event *lost)
{
	int64_t margin = LOST_MARGIN_NS;

	for (size_t i = 0; i < h->n; i++) {
		const struct hist_event *e = h->events[i];

		if (e->source == SOURCE_GUEST && e->boot == lost->boot && e->stamp <= lost->stamp &&
		    streq(e->who, lost->who))
			margin = MIN(margin, lost->stamp - e->stamp);
	}
	return margin;
}

bool history_add_line(struct history *h, const json_t *line, int64_t arrival)
{
	const char *ev = json_str(line, "ev"), *id = json_str(line, "id"),
		   *boot = json_str(line, "boot");
	int64_t stamp = json_int(line, "t", 0);
	_cleanup_free_ char *key = NULL;
	struct hist_event *e;
	int b;

	if (!ev || !id || !boot)
		return false;
	key = xasprintf("%s %s %lld %lld %s", boot, id, (long long)json_int(line, "run", 0),
			(long long)json_int(line, "seq", 0), ev);
	if (json_object_get(h->seen_lines, key))
		return false;
	json_object_set_new(h->seen_lines, key, json_true());
	b = find_boot(h, boot);
	learn_offset(&h->boots[b], h->began, stamp, arrival);
	e = xcalloc(1, sizeof(*e));
	e->source = streq(ev, "lost") ? SOURCE_LOST : SOURCE_GUEST;
	e->who = xstrdup(id);
	e->words = strv_split(e->source == SOURCE_LOST ? "" : ev, " ");
	e->content = json_incref((json_t *)line);
	e->stamp = stamp;
	e->boot = b;
	e->margin = e->source == SOURCE_LOST ? lost_margin(h, e) : 0;
	e->latest = h->boots[b].here ? stamp : arrival;
	e->earliest = e->latest;
	insert(h, e);
	return true;
}

void history_learn_clock(struct history *h, const json_t *line, int64_t asked, int64_t arrival)
{
	const char *boot = json_str(line, "boot");
	int b;

	if (!boot)
		return;
	b = find_boot(h, boot);
	learn_offset(&h->boots[b], asked - DRIFT_NS, json_int(line, "t", 0), arrival);
}

void history_interval(const struct history *h, const struct hist_event *e, int64_t *ret_earliest,
		      int64_t *ret_latest)
{
	if (e->boot < 0) {
		*ret_earliest = e->earliest;
		*ret_latest = e->latest;
		return;
	}
	*ret_earliest = e->stamp - e->margin + h->boots[e->boot].offset_low;
	*ret_latest = e->stamp + h->boots[e->boot].offset_high;
}

/* Revisions tell the order of two versions even where their intervals overlap. */
static struct span by_revision(const struct hist_event *a, const struct hist_event *b, struct span s)
{
	if (a->revision && a->revision < b->revision)
		s.low = MAX(s.low, 0);
	else if (b->revision && b->revision < a->revision)
		s.high = MIN(s.high, -1);
	return s;
}

struct span history_span(const struct history *h, const struct hist_event *a,
			 const struct hist_event *b)
{
	int64_t a0, a1, b0, b1;

	if (a->boot >= 0 && a->boot == b->boot)
		return (struct span){ b->stamp - b->margin - a->stamp,
				      b->stamp - a->stamp + a->margin };
	history_interval(h, a, &a0, &a1);
	history_interval(h, b, &b0, &b1);
	return by_revision(a, b, (struct span){ b0 - a1, b1 - a0 });
}

char *hist_event_with(const struct hist_event *e, const json_t *content)
{
	_cleanup_free_ char *line = content ? json_line(content) : NULL;
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	fprintf(out, "%s%s%s", source_names[e->source], *e->who ? " " : "", e->who);
	for (size_t i = 0; e->words[i]; i++)
		fprintf(out, " %s", e->words[i]);
	if (line)
		fprintf(out, " %.300s%s", line, strlen(line) > 300 ? "…" : "");
	fclose(out);
	return text;
}

/* What a guest's line says of itself is said by the event's name and place already. */
char *hist_event_text(const struct hist_event *e)
{
	static const char *const bookkeeping[] = { "boot", "ev", "id", "run", "seq", "t" };
	_cleanup_json_ json_t *content = e->content ? json_copy(e->content) : NULL;

	for (size_t i = 0; e->source == SOURCE_GUEST && i < ARRAY_SIZE(bookkeeping); i++)
		json_object_del(content, bookkeeping[i]);
	return hist_event_with(e, json_object_size(content) ? content : NULL);
}

static void print_event(FILE *out, const struct history *h, const struct hist_event *e, bool focus)
{
	_cleanup_free_ char *text = hist_event_text(e);
	int64_t low, high;

	history_interval(h, e, &low, &high);
	fprintf(out, "%s %+9.3f", focus ? ">" : " ", clock_seconds(high - h->began));
	if (high - low > NSEC_PER_MSEC)
		fprintf(out, " (-%.3f)", clock_seconds(high - low));
	else
		fputs("         ", out);
	fprintf(out, " %s\n", text);
}

char *history_text(const struct history *h, const struct hist_event *focus, size_t around)
{
	size_t from = 0, to = h->n, len = 0;
	char *text = NULL;
	FILE *out = open_memstream(&text, &len);

	for (size_t i = 0; focus && i < h->n; i++) {
		if (h->events[i] != focus)
			continue;
		from = i > around ? i - around : 0;
		to = MIN(h->n, i + around + 1);
	}
	if (!focus && around && h->n > around)
		from = h->n - around;
	for (size_t i = from; i < to; i++)
		print_event(out, h, h->events[i], h->events[i] == focus);
	fclose(out);
	return text;
}
