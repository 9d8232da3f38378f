/*
 * report_text: what the reports share: outcomes, quoting, files that appear whole.
 *
 * The mapping of verdicts to the words of TAP and JUnit is one table here, so that the two cannot disagree (it is printed in
 * harness/README.md). A report file is written beside its name and renamed at the end: whoever finds it, finds all of it,
 * and a run that was killed leaves the report of the run before.
 */
#include "report/report_text.h"

#include <errno.h>
#include <sys/stat.h>

static const enum outcome outcomes[N_VERDICTS] = {
	[VERDICT_PASS] = OUTCOME_OK,
	[VERDICT_FAIL] = OUTCOME_FAILURE,
	[VERDICT_MISS] = OUTCOME_TODO,
	[VERDICT_IGNORED] = OUTCOME_FAILURE,
	[VERDICT_SLOW] = OUTCOME_OK,
	[VERDICT_UNDECIDED] = OUTCOME_TODO,
	[VERDICT_KNOWN] = OUTCOME_TODO,
	[VERDICT_FIXED] = OUTCOME_FAILURE,
	[VERDICT_NOT_APPLICABLE] = OUTCOME_SKIPPED,
	[VERDICT_BROKEN] = OUTCOME_ERROR,
	[VERDICT_DISPUTED] = OUTCOME_TODO,
};

enum outcome outcome_of(enum verdict v, bool strict)
{
	return verdict_is_failure(v, strict) ? OUTCOME_FAILURE : outcomes[v];
}

char *quoted(const char *text)
{
	_cleanup_json_ json_t *s = text ? json_string(text) : NULL;

	if (!text)
		return xstrdup("null");
	return s ? json_dumps(s, JSON_ENCODE_ANY) : xstrdup("\"(not UTF-8)\"");
}

static const char *xml_entity(char c)
{
	switch (c) {
	case '<':
		return "&lt;";
	case '>':
		return "&gt;";
	case '&':
		return "&amp;";
	case '"':
		return "&quot;";
	default:
		return NULL;
	}
}

static const char *valid_utf8(const char *text)
{
	_cleanup_json_ json_t *s = json_string(text);

	return s ? text : "(not UTF-8)";
}

char *xml_escaped(const char *text)
{
	size_t len = 0, room;
	char *out;

	text = valid_utf8(text ? text : "");
	room = strlen(text) * 6 + 1;
	out = xcalloc(1, room);
	for (; *text; text++) {
		const char *entity = xml_entity(*text);
		bool control = (unsigned char)*text < 0x20 && !strchr("\n\t", *text);

		if (entity)
			len += (size_t)snprintf(out + len, room - len, "%s", entity);
		else
			out[len++] = control ? '?' : *text;
	}
	return out;
}

static int make_parents(const char *path, struct error *err)
{
	_cleanup_free_ char *copy = xstrdup(path);

	for (char *slash = strchr(copy + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(copy, 0755) && errno != EEXIST)
			return error_set_errno(err, errno, "%s", copy);
		*slash = '/';
	}
	return 0;
}

int report_file_begin(struct report_file *f, const char *path, struct error *err)
{
	*f = (struct report_file){ 0 };
	if (make_parents(path, err))
		return -1;
	f->path = xstrdup(path);
	f->temporary = xasprintf("%s.new", path);
	f->out = fopen(f->temporary, "we");
	if (f->out)
		return 0;
	error_set_errno(err, errno, "%s", f->temporary);
	free(take_ptr(f->path));
	free(take_ptr(f->temporary));
	return -1;
}

int report_file_end(struct report_file *f, struct error *err)
{
	bool bad = fflush(f->out) || ferror(f->out);
	int rc = 0;

	bad |= fclose(take_ptr(f->out)) != 0;
	if (bad || rename(f->temporary, f->path)) {
		rc = error_set_errno(err, errno, "%s", f->path);
		unlink(f->temporary);
	}
	free(take_ptr(f->path));
	free(take_ptr(f->temporary));
	return rc;
}

json_t *counts_json(const struct verdict_counts *counts)
{
	json_t *o = json_object();

	for (enum verdict v = 0; v < N_VERDICTS; v++)
		json_object_set_new(o, verdict_name(v), json_integer((json_int_t)counts->of[v]));
	return o;
}
