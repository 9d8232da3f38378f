/*
 * program: the transport of driver programs: requests, and which answer belongs to which.
 *
 * A driver says how many requests it takes at once; one that says 1 is started up to four times, and each request goes to an instance
 * with room. Requests wait in one list until then. A driver that ends while it is needed, breaks the protocol or does not answer in
 * time makes the subject lost: its pending requests are answered as faults. What is the driver's fault is its first one.
 */
#include "subject/program.h"

#include <stdarg.h>

#include "subject/drivers.h"
#include "util/clock.h"
#include "util/json.h"

void program_call_link(struct program *p, struct program_call *c)
{
	c->base.subject = &p->base;
	c->next = p->calls;
	if (p->calls)
		p->calls->prev = c;
	p->calls = c;
}

void program_call_free(struct program_call *c)
{
	struct program *p = (struct program *)c->base.subject;

	if (c->prev)
		c->prev->next = c->next;
	else
		p->calls = c->next;
	if (c->next)
		c->next->prev = c->prev;
	c->end(c);
}

static void program_cancel(struct call *c)
{
	program_call_free((struct program_call *)c);
}

/* ---- pending requests ---- */

static void pending_drop(struct pending *q)
{
	struct program *p = q->program;

	*(q->prev ? &q->prev->next : &p->pending) = q->next;
	*(q->next ? &q->next->prev : &p->last) = q->prev;
	json_decref(q->message);
	free(q);
}

/* What is under way cannot be taken back: only its callback is forgotten. */
void pending_cancel(struct pending *q)
{
	if (!q)
		return;
	q->done = NULL;
	if (!q->at)
		pending_drop(q);
}

static void settle(struct pending *q, const json_t *answer, const char *fault)
{
	void (*done)(void *, const json_t *, int64_t, const char *) = q->done;
	void *userdata = q->userdata;
	int64_t sent = q->sent;

	if (q->at)
		q->at->busy--;
	pending_drop(q);
	if (done)
		done(userdata, answer, sent, fault);
}

void program_fail(struct program *p, const char *fmt, ...)
{
	va_list ap;

	if (p->dead)
		return;
	p->dead = true;
	va_start(ap, fmt);
	if (vasprintf(&p->fault, fmt, ap) < 0)
		abort();
	va_end(ap);
	timer_stop(p->patience);
	while (p->pending)
		settle(p->pending, NULL, p->fault);
	if (p->is_open && p->base.events.lost)
		p->base.events.lost(p->base.userdata, p->fault);
}

const char *program_asked(const struct instance *in)
{
	for (const struct pending *q = in->program->pending; q; q = q->next)
		if (q->at == in)
			return json_str(q->message, "verb");
	return NULL;
}

/* ---- what it says ---- */

static void flush(struct program *p);

static void take_answer(struct instance *in, const json_t *line, const char *said)
{
	struct program *p = in->program;
	int64_t id = json_int(line, "id", -1);
	struct pending *q = p->pending;
	_cleanup_free_ char *fault = NULL;

	while (q && (q->id != id || q->at != in))
		q = q->next;
	if (!q) {
		program_fail(p,
			     id > 0 && id <= p->next_id ?
				     "the driver answered twice: %s" :
				     "the driver answered what nobody asked: %s",
			     said);
		return;
	}
	fault = program_answer_fault(json_str(q->message, "verb"), line);
	if (fault) {
		program_fail(p, "the driver's answer to %s: %s: %s", json_str(q->message, "verb"),
			     fault, said);
		return;
	}
	settle(q, line, NULL);
	flush(p);
}

static void take_event(struct program *p, const json_t *line, const char *said)
{
	_cleanup_free_ char *fault = p->has_watch ?
					     program_event_fault(line) :
					     xstrdup("an event, but hello said nothing of a watch");

	if (fault)
		program_fail(p, "%s: %s", fault, said);
	else
		program_take_event(p, line);
}

void program_take_line(void *instance, const char *text, size_t len)
{
	struct instance *in = instance;
	_cleanup_json_ json_t *line = json_read(text, len);
	_cleanup_free_ char *said = program_quote(text, len);

	if (in->program->dead)
		return;
	if (!json_is_object(line))
		program_fail(in->program,
			     "the driver does not speak the protocol: no JSON object: %s", said);
	else if (json_str(line, "event"))
		take_event(in->program, line, said);
	else if (!json_is_integer(json_object_get(line, "id")))
		program_fail(in->program, "the driver answered without an id: %s", said);
	else
		take_answer(in, line, said);
}

/* ---- sending ---- */

static struct instance *room(struct program *p)
{
	for (size_t i = 0; i < p->n_instances; i++)
		if (p->instances[i].busy < p->concurrency)
			return &p->instances[i];
	if (p->is_open && p->concurrency == 1 && p->n_instances < PROGRAM_MAX_INSTANCES &&
	    !instance_start(p, NULL))
		return &p->instances[p->n_instances - 1];
	return NULL;
}

static void flush(struct program *p)
{
	struct instance *in;

	for (struct pending *q = p->pending; q && !p->dead; q = q->next) {
		if (q->at)
			continue;
		in = room(p);
		if (!in)
			return;
		q->at = in;
		q->sent = clock_now();
		in->busy++;
		instance_write(in, q->message);
	}
}

/* The request that has been waiting for its answer longest, or NULL. */
static const struct pending *oldest(const struct program *p)
{
	const struct pending *first = NULL;

	for (const struct pending *q = p->pending; q; q = q->next)
		if (q->at && (!first || q->sent < first->sent))
			first = q;
	return first;
}

static void on_patience(void *userdata)
{
	struct program *p = userdata;
	const struct pending *q = oldest(p);
	int64_t left;

	if (!q) {
		p->is_patient = false;
		return;
	}
	left = q->sent + (int64_t)(p->base.patience * 1e9) - clock_now();
	if (left > 0)
		timer_in(p->patience, left);
	else
		program_fail(p, "the driver did not answer %s within %g s",
			     json_str(q->message, "verb"), p->base.patience);
}

struct pending *program_send(struct program *p, json_t *message,
			     void (*done)(void *userdata, const json_t *answer, int64_t sent,
					  const char *fault),
			     void *userdata)
{
	struct pending *q = xcalloc(1, sizeof(*q));

	q->program = p;
	q->id = ++p->next_id;
	q->message = message;
	q->done = done;
	q->userdata = userdata;
	json_object_set_new(message, "id", json_integer(q->id));
	q->prev = p->last;
	*(p->last ? &p->last->next : &p->pending) = q;
	p->last = q;
	flush(p);
	if (!p->is_patient) {
		p->is_patient = true;
		timer_in(p->patience, (int64_t)(p->base.patience * 1e9));
	}
	return q;
}

/* ---- opening ---- */

static void program_free(struct subject *s)
{
	struct program *p = (struct program *)s;

	p->dead = true;
	while (p->calls)
		program_call_free(p->calls);
	while (p->pending)
		pending_drop(p->pending);
	instances_stop(p);
	timer_free(p->poll);
	timer_free(p->patience);
	json_decref(p->known);
	free(p->command);
	free(p->fault);
	free(p);
}

static const struct subject_ops program_ops = {
	.request = program_request,
	.follow = program_follow,
	.watch = program_watch,
	.cancel = program_cancel,
	.free = program_free,
};

static void opened(struct program *p, const char *fault)
{
	p->is_open = !fault;
	p->opened(p->opened_userdata, &p->base, fault);
}

static void on_watching(void *userdata, const json_t *answer, int64_t sent, const char *fault)
{
	struct program *p = userdata;

	(void)sent;
	if (!fault && !json_truth(answer, "ok", false))
		fault = "the driver refused to watch";
	opened(p, fault);
}

static void take_hello(struct program *p, const json_t *hello)
{
	struct subject *s = &p->base;

	s->name = xstrdup(json_str(hello, "name") ? json_str(hello, "name") : "driver");
	s->version = xstrdup(json_str(hello, "version") ? json_str(hello, "version") : "");
	s->features = json_strv(json_object_get(hello, "features"));
	s->has_rate = json_object_get(hello, "clockRate") != NULL;
	s->rate = json_num(hello, "clockRate", 1);
	s->local = json_truth(hello, "local", false);
	s->boot_id = xstrdup(json_str(hello, "bootID"));
	s->node = xstrdup(json_str(hello, "node"));
	s->capacity = (unsigned)json_int(hello, "capacity", 20);
	p->concurrency = (unsigned)MAX(json_int(hello, "concurrency", 1), 1);
	p->has_watch = json_truth(hello, "watch", false);
	s->sampled = !p->has_watch;
}

static void on_hello(void *userdata, const json_t *answer, int64_t sent, const char *fault)
{
	struct program *p = userdata;

	_cleanup_free_ char *refusal = NULL;

	(void)sent;
	if (json_object_get(answer, "error"))
		fault = refusal = xasprintf("the driver refused hello: %s",
					    json_str(answer, "error.message"));
	if (fault) {
		opened(p, fault);
		return;
	}
	take_hello(p, answer);
	if (p->has_watch)
		program_send(p, json_pack("{s:s}", "verb", "watch"), on_watching, p);
	else
		opened(p, NULL);
}

int program_open(struct loop *loop, const char *command, double patience, opened_fn fn,
		 void *userdata, struct subject **ret, struct error *err)
{
	struct program *p = xcalloc(1, sizeof(*p));

	p->base.ops = &program_ops;
	p->base.loop = loop;
	p->base.rate = 1;
	p->base.patience = patience;
	p->command = xstrdup(command);
	p->concurrency = 1;
	p->known = json_object();
	p->opened = fn;
	p->opened_userdata = userdata;
	p->poll = timer_new(loop, program_poll, p);
	p->patience = timer_new(loop, on_patience, p);
	*ret = &p->base;
	if (!*command || instance_start(p, err)) {
		error_set(err, "driver: needs a program");
		program_free(&p->base);
		*ret = NULL;
		return -1;
	}
	program_send(p, json_pack("{s:s,s:i}", "verb", "hello", "protocol", 1), on_hello, p);
	return 0;
}
