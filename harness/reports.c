/*
 * reports: which reporters a command line asks for.
 *
 * On a terminal: progress and summary. On a pipe: TAP, and the summary on standard error, so that the pipe stays TAP. --report DIR adds
 * results.json, junit.xml and report.html there. The list owns its reporters.
 */
#include "reports.h"

#include <errno.h>
#include <sys/stat.h>

static void add(struct reports *r, struct reporter *one)
{
	if (one && r->n + 1 < ARRAY_SIZE(r->list))
		r->list[r->n++] = one;
}

static int add_files(struct reports *r, const char *dir, struct error *err)
{
	_cleanup_free_ char *json = xasprintf("%s/results.json", dir),
			    *junit = xasprintf("%s/junit.xml", dir),
			    *html = xasprintf("%s/report.html", dir);
	_cleanup_free_ char *part = xstrdup(dir);

	for (char *p = part + 1; *p; p++) {
		if (*p != '/')
			continue;
		*p = '\0';
		mkdir(part, 0777);
		*p = '/';
	}
	if (mkdir(dir, 0777) && errno != EEXIST)
		return error_set_errno(err, errno, "--report %s", dir);
	add(r, report_json_new(json));
	add(r, report_junit_new(junit));
	add(r, report_html_new(html));
	return 0;
}

int reports_open(struct reports *r, const struct options *o, struct error *err)
{
	const char *format = o->format ? o->format : isatty(1) ? "progress" : "tap";

	*r = (struct reports){ 0 };
	if (o->report && add_files(r, o->report, err))
		return -1;
	if (streq(format, "progress"))
		add(r, report_progress_new(stdout));
	else if (streq(format, "tap"))
		add(r, report_tap_new(stdout));
	if (!o->quiet)
		add(r, report_summary_new(streq(format, "tap") ? stderr : stdout));
	return 0;
}

void reports_begin(struct reports *r, const struct report_begin *b)
{
	for (size_t i = 0; i < r->n; i++)
		if (r->list[i]->begin)
			r->list[i]->begin(r->list[i], b);
}

int reports_end(struct reports *r, const struct run_result *run, struct error *err)
{
	int rc = 0;

	for (size_t i = 0; i < r->n; i++)
		if (r->list[i]->end && r->list[i]->end(r->list[i], run, err))
			rc = -1;
	return rc;
}

void reports_close(struct reports *r)
{
	for (size_t i = 0; i < r->n; i++)
		r->list[i]->free(r->list[i]);
	*r = (struct reports){ 0 };
}
