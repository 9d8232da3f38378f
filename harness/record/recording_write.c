/*
 * recording_write: a case that is over, written down so that it can be judged again.
 *
 * The head says who was tested, with which bounds, by which case and with what verdict; the list `seen` is what the case was told,
 * one entry a line. The Case document is written as it was evaluated, names filled in, so that nothing outside of the file is needed
 * but the catalogue. The file has a limit: entries beyond it are left out, their number is told in it, and it can only be looked at.
 */
#include "record/recording.h"

#include <dirent.h>

#include "case_variables.h"
#include "report/report_file.h"
#include "util/clock.h"
#include "util/json.h"

#define MAX_BYTES (64u << 20)
#define FORMAT (JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15))

char *recording_path(const char *dir, const struct case_result *r, bool rounds, const char *which)
{
	_cleanup_free_ char *round = rounds ? xasprintf("-%u", r->round) : xstrdup("");
	_cleanup_free_ char *name = xasprintf("%s-%s%s%s%s.json", r->area, r->name, round,
					      which ? "." : "", which ? which : "");

	for (char *p = name; *p; p++)
		if (*p == '/' || *p == ' ')
			*p = '_';
	return xasprintf("%s/%s", dir, name);
}

void recordings_clear(const char *dir)
{
	DIR *d = opendir(dir);
	const struct dirent *entry;

	while (d && (entry = readdir(d))) {
		const char *dot = strrchr(entry->d_name, '.');

		if (streq(dot, ".json"))
			unlinkat(dirfd(d), entry->d_name, 0);
	}
	if (d)
		closedir(d);
}

static json_t *text_or_null(const char *s)
{
	json_t *v = s ? json_string(s) : NULL;

	return v ? v : json_null();
}

static json_t *features_json(const struct subject *s)
{
	json_t *list;

	if (!s->features)
		return json_null();
	list = json_array();
	for (char **f = s->features; *f; f++)
		json_array_append_new(list, json_string(*f));
	return list;
}

static json_t *subject_json(const struct session *session)
{
	const struct subject *s = session->subject;

	_cleanup_free_ char *again = options_again(session->options);

	return json_pack("{s:o,s:o,s:o,s:s,s:f,s:o,s:o}", "name", text_or_null(s->name), "version",
			 text_or_null(s->version), "spec", text_or_null(session->options->subject),
			 "again", again, "rate", session->bounds.rate, "node",
			 text_or_null(s->node), "features", features_json(s));
}

static json_t *runner_json(const struct session *s)
{
	return json_pack("{s:s,s:f,s:f}", "boot", clock_boot_id(), "lag", s->bounds.lag, "slack",
			 s->slack);
}

/* The Case document with every step as it was evaluated; steps that were never begun as far as they can be filled in. */
static json_t *document_json(struct case_run *c)
{
	json_t *doc = case_fill(c, c->fixture->doc), *steps = json_object_get(doc, "steps"), *args;
	int64_t began, over;

	for (size_t i = 0; i < c->fixture->n_steps; i++)
		if (recorder_step(c->tape, i, &args, &began, &over))
			json_object_set(json_array_get(steps, i),
					step_name(c->fixture->steps[i].kind), args);
	json_object_del(doc, "template");
	json_object_del(doc, "with");
	return doc;
}

static json_t *seconds_json(const struct case_run *c, int64_t at)
{
	return at ? json_real(clock_seconds(at - c->began)) : json_null();
}

/* Where the relations of a history stand. */
static json_t *lines_json(const struct step *s)
{
	json_t *list = s->lines ? json_array() : json_null();

	for (size_t i = 0; s->lines && i < json_array_size(s->args); i++)
		json_array_append_new(list, json_integer(step_line(s, i)));
	return list;
}

static json_t *steps_json(const struct case_run *c)
{
	json_t *list = json_array(), *args;

	for (size_t i = 0; i < c->fixture->n_steps; i++) {
		int64_t began = 0, over = 0;

		recorder_step(c->tape, i, &args, &began, &over);
		json_array_append_new(list, json_pack("{s:s,s:i,s:o,s:o,s:o}", "step",
						      step_name(c->fixture->steps[i].kind), "line",
						      c->fixture->steps[i].line, "lines",
						      lines_json(&c->fixture->steps[i]), "began",
						      seconds_json(c, began), "over",
						      seconds_json(c, over)));
	}
	return list;
}

static json_t *case_json(struct case_run *c)
{
	const struct fixture *f = c->fixture;

	return json_pack("{s:s,s:s,s:s,s:s,s:i,s:i,s:s,s:o,s:o,s:o,s:o,s:o}", "area", f->area,
			 "name", f->name, "title", f->title ? f->title : "", "file", f->file,
			 "line", f->line, "round", (int)c->round, "namespace", c->ns, "witness",
			 json_boolean(f->uses_witness), "document", document_json(c), "manifests",
			 case_fill(c, f->manifests), "applied", json_deep_copy(c->applied), "steps",
			 steps_json(c));
}

static json_t *assertions_json(const struct case_result *r)
{
	json_t *list = json_array();

	for (size_t i = 0; i < r->n_assertions; i++) {
		const struct assertion_result *a = &r->assertions[i];
		json_t *o = json_pack("{s:s,s:s,s:o,s:i}", "req", a->req, "verdict",
				      verdict_name(a->verdict), "message", text_or_null(a->message),
				      "line", a->line);

		if (a->invariant)
			json_object_set_new(o, "invariant", json_true());
		json_array_append_new(list, o);
	}
	return list;
}

static json_t *head_json(struct case_run *c)
{
	return json_pack("{s:i,s:o,s:o,s:o,s:I,s:o,s:o,s:s,s:o,s:o}", "schema", RECORDING_SCHEMA,
			 "subject", subject_json(c->session), "runner", runner_json(c->session),
			 "case", case_json(c), "began_ns", (json_int_t)c->began, "ended",
			 seconds_json(c, c->ended), "cancelled", text_or_null(c->cancelled),
			 "verdict", verdict_name(c->result.verdict), "message",
			 text_or_null(c->result.message), "assertions", assertions_json(&c->result));
}

/* One key a line; the object stays open. */
static size_t write_head(FILE *out, json_t *head)
{
	size_t n = 2;
	const char *key;
	json_t *value;

	fputs("{\n", out);
	json_object_foreach(head, key, value) {
		_cleanup_free_ char *text = json_dumps(value, FORMAT);

		n += (size_t)fprintf(out, "\"%s\": %s,\n", key, text ? text : "null");
	}
	return n;
}

static void write_seen(FILE *out, const struct recorder *tape, size_t bytes)
{
	size_t left_out = 0, n = 0, i;
	json_t *e;

	fputs("\"seen\": [", out);
	json_array_foreach((json_t *)recorder_seen(tape), i, e) {
		_cleanup_free_ char *text = json_dumps(e, FORMAT);

		if (!text || left_out || bytes + strlen(text) > MAX_BYTES)
			left_out++;
		else
			bytes += (size_t)fprintf(out, "%s\n%s", n++ ? "," : "", text);
	}
	fprintf(out, "\n],\n\"left_out\": %zu\n}\n", left_out + recorder_left_out(tape));
}

int recording_write(struct case_run *c, const char *path, struct error *err)
{
	_cleanup_json_ json_t *head = head_json(c);
	struct report_file f;

	if (!head)
		return error_set(err, "%s: %s/%s cannot be written as JSON", path, c->fixture->area,
				 c->fixture->name);
	if (report_file_begin(&f, path, err))
		return -1;
	write_seen(f.out, c->tape, write_head(f.out, head));
	return report_file_end(&f, err);
}
