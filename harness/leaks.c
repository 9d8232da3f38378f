/*
 * leaks: when the leak check looks, in the course of a run.
 *
 * What the guests of a case stated may take a while to go on any node, so it is looked at right after the last case and then every
 * fifth of a second until it is gone or ten seconds are over. What the whole run left is looked at once, when the podd of our own is
 * gone; in a foreign subject that goes on running it would prove nothing, and is left out.
 */
#include "leaks.h"

#include "util/clock.h"
#include "util/json.h"

struct wait {
	struct session *s;
	struct timer *timer;
	json_t *problems;
	int64_t deadline;
};

int leaks_begin(struct session *s, const char *root, struct error *err)
{
	return leak_new(root, &s->leak, err);
}

static void look(void *userdata)
{
	struct wait *w = userdata;

	json_array_clear(w->problems);
	leak_check_case(w->s->leak, NULL, w->problems);
	if (!json_array_size(w->problems) || clock_now() >= w->deadline)
		loop_quit(w->s->loop);
	else
		timer_in(w->timer, 200 * NSEC_PER_MSEC);
}

static void add_leaks(struct run_result *run, const json_t *problems)
{
	json_t *v;
	size_t i;

	if (!run->leaks)
		run->leaks = xcalloc(1, sizeof(*run->leaks)); /* looked for, none yet */
	json_array_foreach((json_t *)problems, i, v)
		run_result_leak(run, json_string_value(v));
}

void leaks_after_cases(struct session *s, struct run_result *run)
{
	_cleanup_json_ json_t *problems = json_array();
	struct wait w = { .s = s, .problems = problems };

	if (!s->leak || s->options->keep || run->void_reason)
		return;
	w.deadline = clock_now() + seconds_ns(LEAK_AFTER_SECONDS * s->slack);
	w.timer = timer_new(s->loop, look, &w);
	timer_soon(w.timer);
	loop_run(s->loop);
	timer_free(w.timer);
	add_leaks(run, problems);
}

void leaks_after_run(struct session *s, struct run_result *run)
{
	_cleanup_json_ json_t *problems = json_array();

	if (!s->leak || s->options->keep)
		return;
	leak_check_run(s->leak, problems);
	add_leaks(run, problems);
}
