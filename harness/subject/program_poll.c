/*
 * program_poll: seeing by asking: objects of a driver without watch, and logs.
 *
 * Objects are asked for all at once, ten times a second while a case runs; what differs from the last answer becomes events, marked as
 * sampled, somewhere between the two questions. Logs are asked for five times a second; what is new behind the part
 * already told is told. A log ends when its container is seen ended and a later answer brought nothing new. Where answers take
 * their time, the pauses grow with it: a log that gets long must not keep the subject from its work.
 */
#include "subject/program.h"
#include "util/clock.h"
#include "util/json.h"

#define POLL_NS (100 * NSEC_PER_MSEC)
#define LOG_NS (200 * NSEC_PER_MSEC)
#define LOG_PAUSES 5 /* a log is waited for as long again, so many times */

static char *object_key(const json_t *o)
{
	return xasprintf("%s/%s/%s", json_str(o, "kind"), json_str(o, "metadata.namespace"),
			 json_str(o, "metadata.name"));
}

static void take(struct program *p, char type, json_t *object, int64_t earliest, int64_t latest,
		 bool sampled)
{
	_cleanup_free_ char *key = object_key(object);
	_cleanup_json_ json_t *hold = json_incref(object);

	if (type == 'D')
		json_object_del(p->known, key);
	else
		json_object_set(p->known, key, object);
	if (p->base.events.object)
		p->base.events.object(p->base.userdata, type, hold, earliest, latest, sampled);
}

void program_take_event(struct program *p, const json_t *line)
{
	const char *word = json_str(line, "event");
	json_t *object = json_object_get(line, "object");
	char type = streq(word, "deleted") ? 'D' : streq(word, "added") ? 'A' : 'M';

	take(p, type, object, p->last_poll, clock_now(), false);
	p->last_poll = clock_now();
}

static void take_items(struct program *p, const json_t *items, int64_t earliest, int64_t latest)
{
	_cleanup_json_ json_t *now = json_object();
	const char *key;
	json_t *o;
	void *next;
	size_t i;

	json_array_foreach((json_t *)items, i, o) {
		_cleanup_free_ char *name = object_key(o);
		json_t *before = json_object_get(p->known, name);

		json_object_set(now, name, o);
		if (!before || !json_equal(before, o))
			take(p, before ? 'M' : 'A', o, earliest, latest, true);
	}
	json_object_foreach_safe(p->known, next, key, o)
		if (!json_object_get(now, key))
			take(p, 'D', o, earliest, latest, true);
}

static void on_polled(void *userdata, const json_t *answer, int64_t sent, const char *fault)
{
	struct program *p = userdata;

	p->polling = NULL;
	if (fault)
		return;
	if (!json_object_get(answer, "error")) {
		take_items(p, json_object_get(answer, "items"), p->last_poll, clock_now());
		p->base.looked = sent;
	}
	p->last_poll = sent;
	if (p->watches)
		timer_in(p->poll, MAX(POLL_NS, clock_now() - sent));
}

void program_poll(void *program)
{
	struct program *p = program;

	if (!p->polling && !p->dead)
		p->polling = program_send(p, json_pack("{s:s}", "verb", "get"), on_polled, p);
}

struct watch_call {
	struct program_call call;
	struct timer *soon;
	reply_fn ready;
	void *userdata;
};

static void watch_end(struct program_call *c)
{
	struct watch_call *w = (struct watch_call *)c;
	struct program *p = (struct program *)c->base.subject;

	p->watches--;
	timer_free(w->soon);
	free(w);
}

static void on_ready(void *userdata)
{
	struct watch_call *w = userdata;
	struct reply reply = { .code = REPLY_OK };

	w->ready(w->userdata, &reply);
}

struct call *program_watch(struct subject *s, const char *ns, reply_fn ready, void *userdata)
{
	struct program *p = (struct program *)s;
	struct watch_call *w = xcalloc(1, sizeof(*w));

	(void)ns;
	w->call.end = watch_end;
	w->ready = ready;
	w->userdata = userdata;
	w->soon = timer_new(s->loop, on_ready, w);
	program_call_link(p, &w->call);
	timer_soon(w->soon);
	if (!p->watches++ && !p->has_watch) {
		p->last_poll = clock_now();
		timer_in(p->poll, POLL_NS);
	}
	return &w->call.base;
}

/* ---- logs ---- */

struct log_call {
	struct program_call call;
	struct pending *pending;
	struct timer *again;
	struct follow follow;
	char *ns, *pod, *container;
	void *userdata;
	struct lines lines;
	size_t told;
	bool seen_ended; /* before the question that is under way */
};

static void log_end(struct program_call *c)
{
	struct log_call *l = (struct log_call *)c;

	pending_cancel(l->pending);
	timer_free(l->again);
	lines_clear(&l->lines);
	free(l->ns);
	free(l->pod);
	free(l->container);
	free(l);
}

static bool container_ended(const struct log_call *l)
{
	static const char *const lists[] = { "status.containerStatuses",
					     "status.initContainerStatuses" };
	const struct program *p = (const struct program *)l->call.base.subject;
	_cleanup_free_ char *key = xasprintf("Pod/%s/%s", l->ns, l->pod);
	const json_t *pod = json_object_get(p->known, key);
	json_t *s;
	size_t i;

	for (size_t k = 0; k < ARRAY_SIZE(lists); k++)
		json_array_foreach(json_path(pod, lists[k]), i, s)
			if (streq(json_str(s, "name"), l->container))
				return !json_path(s, "state.running");
	return true;
}

static void on_text_line(void *userdata, const char *line, size_t len)
{
	struct log_call *l = userdata;

	l->follow.line(l->userdata, line, len);
}

static void on_text(void *userdata, const json_t *answer, int64_t sent, const char *fault)
{
	struct log_call *l = userdata;
	const char *text = json_str(answer, "text");
	size_t before = (size_t)MAX(json_int(answer, "after", 0), 0);
	size_t len = before + (text ? strlen(text) : 0);
	bool grown = text && len > l->told && before <= l->told;

	l->pending = NULL;
	if (grown)
		lines_feed(&l->lines, text + (l->told - before), len - l->told, on_text_line, l);
	l->told = MAX(l->told, len);
	if (!fault && text && !l->follow.previous && !(l->seen_ended && !grown)) {
		timer_in(l->again, MAX(LOG_NS, LOG_PAUSES * (clock_now() - sent)));
		return;
	}
	lines_end(&l->lines, on_text_line, l);
	l->follow.end(l->userdata, text != NULL);
	program_call_free(&l->call);
}

static void ask(void *userdata)
{
	struct log_call *l = userdata;
	struct program *p = (struct program *)l->call.base.subject;

	l->seen_ended = container_ended(l);
	l->pending =
		program_send(p,
			     json_pack("{s:s,s:s,s:s,s:s,s:b,s:I}", "verb", "logs", "namespace",
				       l->ns, "name", l->pod, "container", l->container, "previous",
				       l->follow.previous, "after", (json_int_t)l->told),
			     on_text, l);
}

struct call *program_follow(struct subject *s, const struct follow *f, void *userdata)
{
	struct log_call *l = xcalloc(1, sizeof(*l));

	l->call.end = log_end;
	l->follow = *f;
	l->ns = xstrdup(f->ns);
	l->pod = xstrdup(f->pod);
	l->container = xstrdup(f->container);
	l->userdata = userdata;
	l->again = timer_new(s->loop, ask, l);
	program_call_link((struct program *)s, &l->call);
	timer_soon(l->again);
	return &l->call.base;
}
