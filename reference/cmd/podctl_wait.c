/*
 * podctl wait: blocks until objects are as --for says.
 *
 * The condition is parsed once into a predicate; every object is then waited for in turn against one deadline, so
 * the time that the first takes is not lost for the second. Time is real time, whatever the
 * cluster's own clock does.
 */
#include "api/meta.h"
#include "api/scheme.h"
#include "base/clock.h"
#include "base/json.h"
#include "client/jsonpath.h"
#include "cmd/podctl.h"
#include "cmd/podctl_targets.h"
#include "cmd/podctl_until.h"

static const struct option_row rows[] = {
	OPTION("for", 0, OPT_STRING, condition, "WHAT",
	       "condition=NAME[=VALUE], jsonpath='{PATH}'[=VALUE], create or delete"),
	OPTION("timeout", 0, OPT_DURATION, timeout_ns, "TIME",
	       "give up after this time (default 30s; negative: a week; 0: look once)"),
	OPTION("selector", 'l', OPT_STRING, selector, "QUERY", "those with these labels"),
	OPTION("field-selector", 0, OPT_STRING, field_selector, "QUERY", "those with these fields"),
	OPTION("all", 0, OPT_FLAG, all, NULL, "all of the type in the namespace"),
	OPTION("all-namespaces", 'A', OPT_FLAG, all_namespaces, NULL, "of all namespaces"),
	OPTION("filename", 'f', OPT_LIST, files, "FILE", "the objects of these manifests"),
	{ 0 },
};

enum wait_for { FOR_DELETE, FOR_CREATE, FOR_CONDITION, FOR_JSONPATH };

struct goal {
	enum wait_for what;
	char *name; /* of the condition, or the path */
	char *value; /* NULL: any, of a path */
	int64_t deadline;
};

static void goal_deinit(struct goal *g)
{
	free(g->name);
	free(g->value);
}

static int parse_jsonpath(const char *text, struct goal *g)
{
	const char *end = strrchr(text, '}');

	if (*text != '{' || !end || (end[1] && end[1] != '='))
		return -1;
	g->what = FOR_JSONPATH;
	g->name = xstrndup(text, (size_t)(end + 1 - text));
	g->value = end[1] ? xstrdup(end + 2) : NULL;
	return 0;
}

static int parse_goal(const char *text, struct goal *g)
{
	const char *rest;

	if (streq(text, "delete") || streq(text, "create")) {
		g->what = *text == 'd' ? FOR_DELETE : FOR_CREATE;
		return 0;
	}
	rest = str_after(text, "jsonpath=");
	if (rest)
		return parse_jsonpath(rest, g);
	rest = str_after(text, "condition=");
	if (!rest || !*rest)
		return -1;
	g->what = FOR_CONDITION;
	g->name = xstrndup(rest, strcspn(rest, "="));
	g->value = xstrdup(strchr(rest, '=') ? strchr(rest, '=') + 1 : "True");
	return 0;
}

static int condition_holds(const struct goal *g, const json_t *obj)
{
	json_t *c;
	size_t i;

	json_each(obj, "status.conditions", i, c)
		if (strcasecmp(json_str_or(c, "type", ""), g->name) == 0)
			return strcasecmp(json_str_or(c, "status", ""), g->value) == 0;
	return 0;
}

static int jsonpath_holds(const struct goal *g, const json_t *obj, struct error *err)
{
	_cleanup_json_ json_t *values = NULL;
	_cleanup_free_ char *text = NULL;
	json_t *first;
	int r;

	r = jsonpath_find(g->name, obj, &values, err);
	if (r < 0)
		return r;
	first = json_array_get(values, 0);
	if (!first || !g->value)
		return first != NULL;
	text = json_is_string(first) ? xstrdup(json_string_value(first)) : json_text(first);
	return !!streq(text, g->value);
}

static int holds(void *userdata, const json_t *obj, struct error *err)
{
	const struct goal *g = userdata;

	switch (g->what) {
	case FOR_DELETE:
		return !obj;
	case FOR_CREATE:
		return obj != NULL;
	case FOR_CONDITION:
		return condition_holds(g, obj);
	case FOR_JSONPATH:
		return obj ? jsonpath_holds(g, obj, err) : 0;
	}
	return 0;
}

static int wait_one(struct podctl *p, const struct target *t, void *userdata, struct error *err)
{
	struct goal *g = userdata;
	struct until until = { .target = t, .holds = holds, .userdata = g };
	_cleanup_free_ char *word = kind_word(t->kind);
	int r = until_holds(p, &until, g->deadline, err);

	if (r == UNTIL_ABSENT)
		return error_set(err, ERR_NOT_FOUND, "NotFound", "%s \"%s\" not found",
				 kind_resource_name(t->kind), t->name);
	if (r == UNTIL_TIMEOUT)
		return error_set(err, ERR_TIMEOUT, NULL,
				 "timed out waiting for the condition on %s/%s",
				 kind_resource_name(t->kind), t->name);
	if (r == 0)
		printf("%s/%s condition met\n", word, t->name);
	fflush(stdout);
	return r;
}

static int64_t deadline_of(const struct podctl *p)
{
	int64_t timeout = p->o.timeout_ns;

	if (timeout == INT64_MIN)
		timeout = 30 * NSEC_PER_SEC;
	else if (timeout < 0)
		timeout = 7 * 24 * 3600 * NSEC_PER_SEC;
	return clock_now_mono_ns() + timeout;
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(targets_deinit) struct targets t = { 0 };
	_cleanup_(goal_deinit) struct goal g = { 0 };
	int r;

	if (!p->o.condition || parse_goal(p->o.condition, &g) < 0)
		return podctl_usage(p, err, "unrecognized condition: \"%s\"",
				    p->o.condition ? p->o.condition : "");
	r = targets_find(p, &t, err);
	if (r < 0)
		return r;
	if (!t.n && g.what != FOR_DELETE)
		return error_set(err, ERR_NOT_FOUND, NULL, "no matching resources found");
	g.deadline = deadline_of(p);
	return targets_each(p, &t, wait_one, &g);
}

const struct command command_wait = {
	.name = "wait",
	.usage = "wait TYPE/NAME... | TYPE -l QUERY | -f FILE --for=WHAT [--timeout=TIME]",
	.summary = "wait until objects are as wanted",
	.text = "Returns when every object named fulfils --for, and fails when the time is over.",
	.examples = "podctl wait pod/web --for=condition=Ready --timeout=1m\n"
		    "podctl wait pod web --for=delete\n"
		    "podctl wait pod/job --for=jsonpath='{.status.phase}'=Succeeded",
	.options = rows,
	.run = run,
};
