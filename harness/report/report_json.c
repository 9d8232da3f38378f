/*
 * report_json: results.json, the report that other programs read.
 *
 * What stands in it is results.h's; the file is written once, at the end, from the run's result.
 */
#include "report/report_text.h"
#include "report/results.h"

struct json_reporter {
	struct reporter base;
	char *path;
};

static int end(struct reporter *r, const struct run_result *run, struct error *err)
{
	struct json_reporter *j = (struct json_reporter *)r;
	_cleanup_json_ json_t *o = results_json(run);
	struct report_file f;

	if (report_file_begin(&f, j->path, err))
		return -1;
	json_dumpf(o, f.out, JSON_INDENT(1) | JSON_REAL_PRECISION(9));
	fputc('\n', f.out);
	return report_file_end(&f, err);
}

static void json_reporter_free(struct reporter *r)
{
	free(((struct json_reporter *)r)->path);
	free(r);
}

struct reporter *report_json_new(const char *path)
{
	struct json_reporter *j = xcalloc(1, sizeof(*j));

	j->base = (struct reporter){ .end = end, .free = json_reporter_free };
	j->path = xstrdup(path);
	return &j->base;
}
