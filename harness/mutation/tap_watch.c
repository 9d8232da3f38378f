/*
 * tap_watch: reads the TAP of a run as it comes.
 *
 * Only our own TAP is read (report/report_tap.c), whose diagnostics have one fact per line at a fixed indent: the case's line,
 * then under `assertions` each `- req:` with its verdict and message. An assertion of the claimed requirement that failed (fail,
 * ignored, miss where the requirement is a should, disputed where it is that) in a case that passes without the mutant is a
 * kill; a broken one is not.
 */
#include "mutation/tap_watch.h"

#include "util/json.h"

static const char *after(const char *line, const char *prefix)
{
	return has_prefix(line, prefix) ? line + strlen(prefix) : NULL;
}

/* "ok 3 - ns/localhost # SKIP …" */
static void read_case(struct tap_watch *w, const char *line, bool ok)
{
	const char *dash = strstr(line, " - ");
	bool skipped = strstr(line, " # SKIP ") != NULL;

	free(take_ptr(w->name));
	w->here = false;
	if (!dash)
		return;
	w->name = strndup(dash + 3, strcspn(dash + 3, " "));
	if (skipped || !w->counts(w->userdata, w->name))
		return;
	if (ok)
		w->passed++;
	else
		w->not_passed++;
}

static void read_verdict(struct tap_watch *w, const char *verdict)
{
	static const char *const failures[] = { "fail", "ignored", "miss", "disputed" };
	bool failed = false;

	for (size_t i = 0; i < ARRAY_SIZE(failures); i++)
		failed |= streq(verdict, failures[i]);

	w->here = w->here && failed;
	if (w->here && !w->killer && w->name && w->counts(w->userdata, w->name))
		w->killer = xstrdup(w->name);
	else
		w->here = false;
}

static void read_message(struct tap_watch *w, const char *text)
{
	_cleanup_json_ json_t *s = json_read(text, strlen(text));

	if (w->here && !w->message)
		w->message = xstrdup(json_is_string(s) ? json_string_value(s) : text);
}

static void on_line(void *userdata, const char *line, size_t len)
{
	struct tap_watch *w = userdata;
	const char *rest;

	(void)len;
	if (has_prefix(line, "ok "))
		read_case(w, line, true);
	else if (has_prefix(line, "not ok "))
		read_case(w, line, false);
	else if ((rest = after(line, "    - req: ")))
		w->here = streq(rest, w->req);
	else if ((rest = after(line, "      verdict: ")))
		read_verdict(w, rest);
	else if ((rest = after(line, "      message: ")))
		read_message(w, rest);
}

void tap_watch_feed(struct tap_watch *w, const char *data, size_t len)
{
	lines_feed(&w->lines, data, len, on_line, w);
}

void tap_watch_clear(struct tap_watch *w)
{
	lines_clear(&w->lines);
	free(w->name);
	free(w->killer);
	free(w->message);
}
