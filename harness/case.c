/*
 * case: a case that runs, as its parts know it: its requests, what it has seen, why it is broken.
 *
 * Every stimulus (a reply, a version of an object, a guest's line, a timer) ends in case_poke(): in the loop's next turn the current
 * state is looked at once. So no callback ever frees or advances a case under the feet of its caller. A case owns its requests; all of
 * them end with it. What moves it from state to state is case_run.c.
 */
#include "case.h"

#include <stdarg.h>

#include "util/clock.h"
#include "util/json.h"

struct case_call {
	struct case_call *prev, *next;
	struct case_run *c;
	struct call *call;
	case_reply_fn fn;
	void *userdata;
	json_t *question; /* recorded; NULL when nothing is */
	int64_t sent;
};

static void call_drop(struct case_call *k)
{
	if (k->prev)
		k->prev->next = k->next;
	else
		k->c->calls = k->next;
	if (k->next)
		k->next->prev = k->prev;
	json_decref(k->question);
	free(k);
}

static void on_reply(void *userdata, const struct reply *reply)
{
	struct case_call *k = userdata;
	struct case_run *c = k->c;
	case_reply_fn fn = k->fn;
	void *fn_userdata = k->userdata;

	if (k->question)
		recorder_reply(c->tape, k->question, reply);
	call_drop(k);
	fn(c, reply, fn_userdata);
	case_poke(c);
}

struct case_call *case_request(struct case_run *c, const struct request *req, case_reply_fn fn,
			       void *userdata)
{
	struct case_call *k = xcalloc(1, sizeof(*k));
	struct request copy = *req;

	copy.ns = c->ns;
	if (copy.timeout <= 0)
		copy.timeout = session_patience(c->session, 30);
	k->c = c;
	k->fn = fn;
	k->userdata = userdata;
	k->question = c->tape ? recorder_question(&copy) : NULL;
	k->sent = clock_now();
	k->next = c->calls;
	if (c->calls)
		c->calls->prev = k;
	c->calls = k;
	k->call = subject_request(c->session->subject, &copy, on_reply, k);
	return k;
}

void case_calls_cancel(struct case_run *c)
{
	while (c->calls) {
		subject_cancel(c->calls->call);
		call_drop(c->calls);
	}
}

void case_poke(struct case_run *c)
{
	if (c->state != CASE_DONE)
		timer_soon(c->poke);
}

void case_calls_unanswered(struct case_run *c)
{
	for (struct case_call *k = c->calls; k; k = k->next)
		if (k->question)
			recorder_unanswered(c->tape, k->question, k->sent);
}

void case_broken(struct case_run *c, bool late, const char *fmt, ...)
{
	va_list ap;

	if (!c->broken) {
		va_start(ap, fmt);
		if (vasprintf(&c->broken, fmt, ap) < 0)
			abort();
		va_end(ap);
		c->broken_late = late;
	}
	case_poke(c);
}

json_t *case_object(const struct case_run *c, const char *kind, const char *name)
{
	return chronicle_object(&c->seen, kind, name);
}
