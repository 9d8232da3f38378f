/*
 * page: report.html, one page of one or several results that needs nothing but a browser.
 *
 * The page is a text of the program (page_parts.c) with three places to be filled: its style, its script and its data. The data are the
 * results as they are, the catalogue's requirements and the order of the verdicts; all that is shown is made of them by the script in the
 * browser. They stand in a script element of their own, where HTML knows no escapes: so every '<' becomes JSON's own escape of
 * it, and no text of a subject can end the element or begin a comment.
 */
#include "report/page.h"

#include "report/page_parts.h"
#include "report/report_text.h"

static void set_text(json_t *o, const char *key, const char *text)
{
	if (text && *text)
		json_object_set_new(o, key, json_string(text));
}

static json_t *requirement_json(const struct requirement *r)
{
	static const char *const levels[] = {
		[LEVEL_MUST] = "must", [LEVEL_SHOULD] = "should", [LEVEL_MAY] = "may", [LEVEL_DROPPED] = "dropped"
	};
	json_t *o = json_object();

	set_text(o, "id", r->id);
	set_text(o, "area", r->area);
	set_text(o, "level", levels[r->level]);
	set_text(o, "statement", r->statement);
	set_text(o, "source", r->source);
	set_text(o, "since", r->since);
	set_text(o, "disputed", r->disputed);
	set_text(o, "observe", r->observe);
	set_text(o, "seen", r->seen);
	set_text(o, "unasserted", r->unasserted);
	return o;
}

static json_t *requirements_json(const struct catalog *catalog)
{
	json_t *list = json_array();

	for (size_t i = 0; catalog && i < catalog_size(catalog); i++)
		json_array_append_new(list, requirement_json(catalog_at(catalog, i)));
	return list;
}

static int by_rank(const void *a, const void *b)
{
	enum verdict x = *(const enum verdict *)a, y = *(const enum verdict *)b;

	return x == y ? 0 : verdict_worse(x, y) == x ? -1 : 1;
}

/* Worst first: what a requirement takes of its assertions. */
static json_t *verdicts_json(void)
{
	enum verdict order[N_VERDICTS];
	json_t *list = json_array();

	for (enum verdict v = 0; v < N_VERDICTS; v++)
		order[v] = v;
	qsort(order, N_VERDICTS, sizeof(*order), by_rank);
	for (size_t i = 0; i < N_VERDICTS; i++)
		json_array_append_new(list, json_string(verdict_name(order[i])));
	return list;
}

static void print_data(FILE *out, const json_t *results, const struct catalog *catalog)
{
	_cleanup_json_ json_t *o = json_pack("{s:o, s:o, s:O}", "verdicts", verdicts_json(),
					     "requirements", requirements_json(catalog), "results",
					     results);
	_cleanup_free_ char *text = json_dumps(o, JSON_COMPACT | JSON_REAL_PRECISION(9));

	for (const char *p = text; *p; p++)
		if (*p == '<')
			fputs("\\u003c", out);
		else
			fputc(*p, out);
}

static void print_texts(FILE *out, const char *const *texts)
{
	for (; *texts; texts++)
		fputs(*texts, out);
}

int page_write(const char *path, const json_t *results, const struct catalog *catalog,
	       struct error *err)
{
	const char *rest = page_frame, *mark;
	struct report_file f;

	if (report_file_begin(&f, path, err))
		return -1;
	while ((mark = strstr(rest, "{{"))) {
		fwrite(rest, 1, (size_t)(mark - rest), f.out);
		if (has_prefix(mark, "{{style}}"))
			print_texts(f.out, page_styles);
		else if (has_prefix(mark, "{{script}}"))
			print_texts(f.out, page_scripts);
		else
			print_data(f.out, results, catalog);
		rest = strstr(mark, "}}") + 2;
	}
	fputs(rest, f.out);
	return report_file_end(&f, err);
}
