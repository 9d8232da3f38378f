/*
 * report_html: report.html of one run, written once, at the end. page.h says what stands in it.
 */
#include "report/page.h"
#include "report/report_text.h"
#include "report/results.h"

struct html_reporter {
	struct reporter base;
	char *path;
	const struct catalog *catalog;
};

static void begin(struct reporter *r, const struct report_begin *b)
{
	((struct html_reporter *)r)->catalog = b->catalog;
}

static int end(struct reporter *r, const struct run_result *run, struct error *err)
{
	struct html_reporter *h = (struct html_reporter *)r;
	_cleanup_json_ json_t *list =
		json_pack("[{s:n, s:o}]", "file", "results", results_json(run));

	return page_write(h->path, list, h->catalog, err);
}

static void html_free(struct reporter *r)
{
	free(((struct html_reporter *)r)->path);
	free(r);
}

struct reporter *report_html_new(const char *path)
{
	struct html_reporter *h = xcalloc(1, sizeof(*h));

	h->base = (struct reporter){ .begin = begin, .end = end, .free = html_free };
	h->path = xstrdup(path);
	return &h->base;
}
