/*
 * case_echo: words that guests are told to say.
 *
 * A guest speaks in order: when its word has come, everything that it said before has come, too. The words are told by a barrier and
 * heard by whoever reads the guests' lines, which needs to know of barriers no more than this. That a guest answers also tells its
 * clock, as exactly as the answer was quick.
 */
#include "case_echo.h"

#include "util/clock.h"
#include "util/json.h"

#define TOKEN "podtest-barrier-"

char *echo_new(struct case_run *c, const char *pod, const char *container)
{
	char *word = xasprintf(TOKEN "%zu-%s/%s", c->step, pod, container);

	if (!c->now.echoes)
		c->now.echoes = json_object();
	json_object_set_new(c->now.echoes, word, json_integer(clock_now()));
	return word;
}

bool echo_takes_line(struct case_run *c, const json_t *line)
{
	const char *text = json_str(line, "text");
	const json_t *asked;

	if (!text)
		text = json_str(line, "args");
	if (!text || !strstr(text, TOKEN))
		return false;
	asked = json_object_get(c->now.echoes, strstr(text, TOKEN));
	if (asked)
		history_learn_clock(&c->history, line, json_integer_value(asked), clock_now());
	json_object_del(c->now.echoes, strstr(text, TOKEN));
	return true;
}

bool echo_all_heard(const struct case_run *c)
{
	return json_object_size(c->now.echoes) == 0;
}
