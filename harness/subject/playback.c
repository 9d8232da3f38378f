/*
 * playback: a recorded history as a subject.
 *
 * The entries are sorted by the instant at which they came; those of one turn that follow one another are told together, since the case
 * did not look in between. Versions of objects are told as they come. A question takes the first entry that asked the same and has not
 * been taken; its answer comes at the entry's instant, or at once when that is past. So a case that is judged as it was hears each answer when
 * it heard it; one that comes later to a question, because the file was edited, is not kept waiting. A question that was asked oftener than
 * then gets the last answer again; one that never was asked, none. Logs go by pod and container in the same way. What the runner made the guests
 * say itself (a barrier) is heard only once it has asked for it.
 */
#include "subject/playback.h"

#include "util/clock.h"
#include "util/json.h"

#define TOKEN "podtest-barrier-"

struct item {
	json_t *e;
	int64_t at; /* ns */
	size_t place; /* in the file */
	struct pcall *taken; /* question, log: by whom; dropped with the call */
	bool used, passed;
};

struct pcall {
	struct call base;
	struct pcall *next;
	struct item *item; /* the question's or the opening's entry; NULL: there is none */
	json_t *question;
	reply_fn done; /* a question; a watch until it is ready */
	bool stays; /* a watch: it ends when it is cancelled */
	void (*line)(void *userdata, const char *line, size_t len); /* a log */
	void (*end)(void *userdata, bool complete);
	void *userdata;
	struct timer *late; /* what it asks for is past */
};

struct playback {
	struct subject base;
	const struct recording *recording;
	struct item *items;
	size_t n, next;
	struct pcall *calls;
	struct timer *timer;
};

static struct playback *of(struct subject *s)
{
	return (struct playback *)s;
}

/* ---- the entries ---- */

static int by_time(const void *a, const void *b)
{
	const struct item *x = a, *y = b;

	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->place < y->place ? -1 : 1;
}

static void make_items(struct playback *p)
{
	const json_t *seen = json_object_get(p->recording->root, "seen");
	json_t *e;
	size_t i;

	p->n = json_array_size(seen);
	p->items = xcalloc(p->n + 1, sizeof(*p->items));
	json_array_foreach((json_t *)seen, i, e)
		p->items[i] = (struct item){ .e = e,
					     .at = recording_ns(p->recording, json_num(e, "t", 0)),
					     .place = i };
	qsort(p->items, p->n, sizeof(*p->items), by_time);
}

/* The word of a barrier in a guest's line, or in the question that made it say it. */
static const char *token_of(const json_t *e)
{
	static const char *const places[] = { "line.text", "line.args", "asked.command.3" };

	for (size_t i = 0; i < ARRAY_SIZE(places); i++) {
		const char *text = json_str(e, places[i]),
			   *token = text ? strstr(text, TOKEN) : NULL;

		if (token)
			return token;
	}
	return NULL;
}

static bool was_asked_for(const struct playback *p, const char *token)
{
	for (size_t i = 0; i < p->n; i++)
		if (p->items[i].used && json_object_get(p->items[i].e, "asked") &&
		    streq(token_of(p->items[i].e), token))
			return true;
	return false;
}

/* ---- telling ---- */

static void call_free(struct pcall *c)
{
	struct playback *p = of(c->base.subject);

	for (struct pcall **at = &p->calls; *at; at = &(*at)->next)
		if (*at == c) {
			*at = c->next;
			break;
		}
	if (c->item)
		c->item->taken = NULL;
	timer_free(c->late);
	json_decref(c->question);
	free(c);
}

static struct pcall *log_call(const struct playback *p, int64_t number)
{
	for (struct pcall *c = p->calls; c; c = c->next)
		if (c->line && c->item && json_int(c->item->e, "log", 0) == number)
			return c;
	return NULL;
}

static void log_end(struct pcall *c, bool complete)
{
	void (*end)(void *userdata, bool complete) = c->end;
	void *userdata = c->userdata;

	call_free(c);
	end(userdata, complete);
}

static void tell_log(struct playback *p, struct item *it)
{
	struct pcall *c = log_call(p, json_int(it->e, "log", 0));
	const json_t *line = json_object_get(it->e, "line");
	const char *token = token_of(it->e);
	_cleanup_free_ char *text = NULL;

	if (!c || it->used || (token && !was_asked_for(p, token)))
		return;
	it->used = true;
	if (line) {
		text = json_line(line);
		c->line(c->userdata, text, strlen(text));
	} else {
		log_end(c, streq(json_str(it->e, "ended"), "complete"));
	}
}

static void tell_object(struct playback *p, const struct item *it)
{
	const char *change = json_str(it->e, "change");
	char type = streq(change, "added") ? 'A' : streq(change, "deleted") ? 'D' : 'M';

	if (p->base.events.object)
		p->base.events.object(p->base.userdata, type, json_object_get(it->e, "object"),
				      recording_ns(p->recording, json_num(it->e, "earliest", 0)),
				      recording_ns(p->recording, json_num(it->e, "latest", 0)),
				      json_truth(it->e, "sampled", false));
}

static enum reply_code code_of(const char *name)
{
	for (int c = REPLY_OK; c < REPLY_UNREACHABLE; c++)
		if (streq(reply_code_name((enum reply_code)c), name))
			return (enum reply_code)c;
	return REPLY_UNREACHABLE;
}

static int64_t instant(const struct playback *p, const struct item *it, const char *key)
{
	double seconds = json_num(it->e, key, -1);

	return seconds < 0 ? it->at : recording_ns(p->recording, seconds);
}

static void answered(struct pcall *c, const struct reply *reply)
{
	reply_fn done = take_ptr(c->done);
	void *userdata = c->userdata;

	if (!c->stays)
		call_free(c);
	done(userdata, reply);
}

static void answer(struct pcall *c, const struct item *it)
{
	struct playback *p = of(c->base.subject);
	const json_t *a = json_object_get(it->e, "answer");
	struct reply reply = { .code = code_of(json_str(a, "code")),
			       .status = (int)json_int(a, "status", 0),
			       .message = json_str(a, "message"),
			       .reason = json_str(a, "reason"),
			       .causes = json_object_get(a, "causes"),
			       .body = json_object_get(a, "body"),
			       .text = json_str(a, "text"),
			       .err_text = json_str(a, "stderr"),
			       .exit_code = (int)json_int(a, "exit", 0),
			       .sent = instant(p, it, "sent"),
			       .received = instant(p, it, "received") };

	answered(c, &reply);
}

static void answer_nothing(struct pcall *c)
{
	_cleanup_free_ char *question = json_line(c->question),
			    *message = xasprintf("the recording has no answer to %s", question);
	struct reply reply = { .code = REPLY_UNREACHABLE,
			       .message = message,
			       .sent = clock_now(),
			       .received = clock_now() };

	answered(c, &reply);
}

static void tell(struct playback *p, struct item *it)
{
	it->passed = true;
	if (json_object_get(it->e, "object"))
		tell_object(p, it);
	else if (json_object_get(it->e, "line") || json_object_get(it->e, "ended"))
		tell_log(p, it);
	else if (json_object_get(it->e, "answer") && it->taken && it->taken->done)
		answer(it->taken, it);
}

static bool same_turn(const struct item *a, const struct item *b)
{
	const json_t *x = json_object_get(a->e, "turn"), *y = json_object_get(b->e, "turn");

	return x && y && json_equal(x, y);
}

static void set_timer(struct playback *p)
{
	const char *why = json_str(p->recording->root, "cancelled");
	int64_t ended = recording_ns(p->recording, json_num(p->recording->root, "ended", 0));

	if (p->next < p->n)
		timer_in(p->timer, p->items[p->next].at - clock_now());
	else if (why && p->next == p->n)
		timer_in(p->timer, ended - clock_now());
}

static void on_due(void *userdata)
{
	struct playback *p = userdata;
	struct item *it;

	if (p->next >= p->n) {
		p->next++;
		p->base.events.lost(p->base.userdata, json_str(p->recording->root, "cancelled"));
		return;
	}
	do {
		it = &p->items[p->next++];
		clock_set(it->at);
		tell(p, it);
	} while (p->next < p->n && same_turn(it, &p->items[p->next]));
	set_timer(p);
}

/* ---- being asked ---- */

static const char *token_of_call(const struct pcall *c)
{
	return c->item && c->done ? token_of(c->item->e) : NULL;
}

/* The lines that a question made guests say, as far as they have come. */
static void tell_word(struct playback *p, const char *token)
{
	for (size_t i = 0; i < p->n && p->items[i].passed; i++)
		if (json_object_get(p->items[i].e, "line") && streq(token_of(p->items[i].e), token))
			tell_log(p, &p->items[i]);
}

/* What a call asks for has come before it: the answer, or what the log said until now. */
static void on_late(void *userdata)
{
	struct pcall *c = userdata;
	struct playback *p = of(c->base.subject);
	int64_t log = c->item ? json_int(c->item->e, "log", 0) : 0;

	if (token_of_call(c))
		tell_word(p, token_of_call(c));
	if (c->done && !c->item)
		answer_nothing(c);
	else if (c->done && c->item->passed && json_object_get(c->item->e, "answer"))
		answer(c, c->item);
	for (size_t i = 0; log && i < p->n && p->items[i].passed; i++)
		if (json_int(p->items[i].e, "log", 0) == log &&
		    !json_object_get(p->items[i].e, "opened"))
			tell_log(p, &p->items[i]);
}

static struct pcall *call_new(struct playback *p, struct item *it, void *userdata)
{
	struct pcall *c = xcalloc(1, sizeof(*c));

	c->base.subject = &p->base;
	c->item = it;
	c->userdata = userdata;
	c->late = timer_new(p->base.loop, on_late, c);
	c->next = p->calls;
	p->calls = c;
	if (it) {
		it->taken = c;
		it->used = true;
	}
	if (!it || it->passed)
		timer_soon(c->late);
	return c;
}

/* The first that was not taken yet, else the last of all that was answered. */
static struct item *find_question(struct playback *p, const json_t *question)
{
	struct item *last = NULL;

	for (size_t i = 0; i < p->n; i++) {
		struct item *it = &p->items[i];

		if (!json_equal(json_object_get(it->e, "asked"), question))
			continue;
		if (!it->used)
			return it;
		if (it->passed && json_object_get(it->e, "answer"))
			last = it;
	}
	return last;
}

static struct pcall *ask(struct playback *p, json_t *question, reply_fn done, void *userdata)
{
	struct item *it = find_question(p, question);
	struct pcall *c = call_new(p, it, userdata);

	c->done = done;
	c->question = question;
	if (token_of_call(c))
		timer_soon(c->late);
	return c;
}

static struct call *playback_request(struct subject *s, const struct request *req, reply_fn done,
				     void *userdata)
{
	return &ask(of(s), recorder_question(req), done, userdata)->base;
}

static struct call *playback_watch(struct subject *s, const char *ns, reply_fn ready, void *userdata)
{
	struct pcall *c = ask(of(s), json_pack("{s:s}", "verb", "watch"), ready, userdata);

	(void)ns;
	c->stays = true;
	return &c->base;
}

static struct item *find_log(struct playback *p, const struct follow *f)
{
	for (size_t i = 0; i < p->n; i++) {
		const json_t *opened = json_object_get(p->items[i].e, "opened");

		if (opened && !p->items[i].used && streq(json_str(opened, "pod"), f->pod) &&
		    streq(json_str(opened, "container"), f->container) &&
		    json_truth(opened, "previous", false) == f->previous)
			return &p->items[i];
	}
	return NULL;
}

static struct call *playback_follow(struct subject *s, const struct follow *f, void *userdata)
{
	struct pcall *c = call_new(of(s), find_log(of(s), f), userdata);

	c->line = f->line;
	c->end = f->end;
	return &c->base;
}

static void playback_cancel(struct call *c)
{
	call_free((struct pcall *)c);
}

static void playback_free(struct subject *s)
{
	struct playback *p = of(s);

	while (p->calls)
		call_free(p->calls);
	timer_free(p->timer);
	free(p->items);
	free(p);
}

struct subject *playback_new(struct loop *loop, const struct recording *r)
{
	static const struct subject_ops ops = { .request = playback_request,
						.follow = playback_follow,
						.watch = playback_watch,
						.cancel = playback_cancel,
						.free = playback_free };
	struct playback *p = xcalloc(1, sizeof(*p));
	const json_t *facts = json_object_get(r->root, "subject"),
		     *features = json_object_get(facts, "features");

	p->base.ops = &ops;
	p->base.loop = loop;
	p->base.name = xstrdup(json_str(facts, "name"));
	p->base.version = xstrdup(json_str(facts, "version"));
	p->base.node = xstrdup(json_str(facts, "node"));
	p->base.disruptive = true; /* it was done: it can be judged */
	p->base.rate = json_num(facts, "rate", 1);
	p->base.features = json_is_array(features) ? json_strv(features) : NULL;
	p->recording = r;
	make_items(p);
	p->timer = timer_new(loop, on_due, p);
	set_timer(p);
	return &p->base;
}
