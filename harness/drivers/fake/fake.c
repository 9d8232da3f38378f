/*
 * fake: a driver program with no runtime behind it, for testing podtest itself (README.md).
 *
 * It is honest (as far as nothing can be) unless the environment variable FAKE names a script: the path of a file, or the name of one in
 * harness/test/bad_drivers. FAKE_FEATURES lists further features that it declares, separated by commas.
 */
#include <libgen.h>

#include "drivers/fake/pretend.h"
#include "drivers/fake/script.h"
#include "fixture.h"
#include "util/json.h"

static const char *version = "honest";

static void refuse(json_t *a, const char *code)
{
	json_object_del(a, "ok");
	json_object_set_new(a, "error",
			    json_pack("{s:s, s:s}", "code", code, "message",
				      "the fake driver says no"));
}

static void answer_hello(json_t *a)
{
	const char *more = getenv("FAKE_FEATURES");
	_cleanup_strv_ char **features = strv_split(more ? more : "", ",");

	json_object_update_new(a,
			       json_pack("{s:i, s:s, s:s, s:[s,s], s:i, s:i, s:i, s:b, s:b}",
					 "protocol", 1, "name", "fake", "version", version,
					 "features", "pod", "pod.exec", "clockRate", 20, "capacity",
					 20, "concurrency", 64, "watch", 0, "local", 0));
	for (char **f = features; *f; f++)
		json_array_append_new(json_object_get(a, "features"), json_string(*f));
}

static void answer_apply(json_t *a, const json_t *request)
{
	if (streq(json_str(request, "object.metadata.name"), "refused"))
		refuse(a, "invalid");
	else
		pretend_apply(json_object_get(request, "object"));
}

static void answer_get(json_t *a, const json_t *request, const json_t *rule)
{
	json_object_set_new(a, "items", pretend_list(request, json_object_get(rule, "items")));
}

static void answer_logs(json_t *a, const json_t *request, const json_t *rule)
{
	const char *vars[] = { "ns", json_str(request, "namespace"), NULL };
	const json_t *says = json_object_get(rule, "says");
	_cleanup_json_ json_t *words = says ? fixture_fill(says, vars) : NULL;
	_cleanup_free_ char *text = pretend_log(request, json_string_value(words));

	if (text)
		json_object_set_new(a, "text", json_string(text));
	else
		refuse(a, "not-found");
}

/* Only `/guest tell say TEXT`. */
static void answer_exec(json_t *a, const json_t *request, const json_t *rule)
{
	const char *text = json_str(request, "command.3");
	bool known = streq(json_str(request, "command.2"), "say") && text;

	if (!known || (!json_truth(rule, "skip", false) && !pretend_say(request, text)))
		refuse(a, "unsupported");
	else
		json_object_update_new(a, json_pack("{s:i, s:s, s:s}", "exit", 0, "stdout", "",
						    "stderr", ""));
}

static void perform(json_t *a, const json_t *request, const char *verb, const json_t *rule)
{
	bool skip = json_truth(rule, "skip", false);

	if (streq(verb, "hello"))
		answer_hello(a);
	else if (streq(verb, "get"))
		answer_get(a, request, rule);
	else if (streq(verb, "logs"))
		answer_logs(a, request, rule);
	else if (streq(verb, "exec"))
		answer_exec(a, request, rule);
	else if (streq(verb, "apply") && !skip)
		answer_apply(a, request);
	else if (streq(verb, "patch") && json_path(request, "patch.refused"))
		refuse(a, "invalid");
	else if (streq(verb, "delete") && json_str(request, "uid"))
		refuse(a, "conflict"); /* whoever it is */
	else if ((streq(verb, "delete") || streq(verb, "reset")) && !skip)
		pretend_remove(request);
	else if (!skip && !streq(verb, "patch")) /* which is accepted, and changes nothing */
		refuse(a, "unsupported");
}

/* FAKE_REQUESTS names a file that is told everything that is asked. */
static void note(const json_t *request)
{
	const char *path = getenv("FAKE_REQUESTS");
	_cleanup_free_ char *line = path ? json_line(request) : NULL;
	_cleanup_file_ FILE *f = path ? fopen(path, "ae") : NULL;

	if (f)
		fprintf(f, "%s\n", line);
}

static void answer(const json_t *request)
{
	const char *verb = json_str(request, "verb");
	_cleanup_json_ json_t *a =
		json_pack("{s:O, s:b}", "id", json_object_get(request, "id"), "ok", 1);
	const json_t *rule = script_rule(verb ? verb : "", json_str(request, "namespace"));

	note(request);
	perform(a, request, verb, rule);
	script_merge(a, json_object_get(rule, "merge"));
	script_deliver(a, rule);
}

/* FAKE as a path. NULL: honest. */
static char *script_path(void)
{
	const char *fake = getenv("FAKE");

	if (!fake || !*fake || streq(fake, "honest"))
		return NULL;
	return strchr(fake, '/') ? xstrdup(fake) :
				   xasprintf("harness/test/bad_drivers/%s.yaml", fake);
}

int main(void)
{
	_cleanup_free_ char *path = script_path(), *copy = xstrdup(path), *line = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	size_t room = 0;
	ssize_t len;

	if (script_load(path, &err)) {
		fprintf(stderr, "fake: %s\n", error_text(&err));
		return 2;
	}
	if (path)
		version = strtok(basename(copy), ".");
	pretend_init();
	while ((len = getline(&line, &room, stdin)) > 0) {
		_cleanup_json_ json_t *request = json_read(line, (size_t)len);

		if (json_is_object(request))
			answer(request);
	}
	pretend_free();
	script_free();
	return 0;
}
