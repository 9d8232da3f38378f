/*
 * session: what every case of one run shares, made and taken down.
 *
 * Two steps: what is known from the options, and what is known once the subject is open.
 */
#include "session.h"

#include "util/clock.h"

void session_init(struct session *s, const struct options *o)
{
	*s = (struct session){ .loop = loop_new(), .options = o, .slack = o->slack };
	s->run_id = xasprintf("pt-%06llx", (unsigned long long)(clock_now() / 1000 & 0xffffff));
	s->scratch = xasprintf("/tmp/podtest-scratch-%s", s->run_id);
}

void session_opened(struct session *s)
{
	const struct subject *subject = s->subject;

	s->bounds.rate = subject->rate;
	s->bounds.lag = (subject->has_rate ? MAX(1, 10 / subject->rate) : 10) * s->slack;
	pace_init(&s->pace, subject->local ? MAX(sysconf(_SC_NPROCESSORS_ONLN), 1) : 0,
		  subject->rate);
}

void session_clear(struct session *s)
{
	catalog_free(s->catalog);
	leak_free(s->leak);
	free(s->run_id);
	free(s->scratch);
	loop_free(s->loop);
	*s = (struct session){ 0 };
}
