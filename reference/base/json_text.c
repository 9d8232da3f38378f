/*
 * JSON text: parsing with strict duplicate keys, and printing.
 *
 * jansson says that a key came twice and where, but not at which path. Kubernetes answers with the path, so
 * on that one error the text is scanned again up to the place: a stack of frames, one per open object or
 * array, each with its present key or index. The scanner trusts the text, because jansson read that
 * far without another complaint.
 */
#include "base/json.h"

#include "base/str.h"
#include "base/strbuf.h"

#define DEPTH_MAX 2048 /* jansson's own limit */

struct frame {
	bool array;
	size_t index;
	char *key; /* owned, may be NULL */
};

struct scan {
	struct frame *frames;
	size_t depth;
};

char *json_text(const json_t *v)
{
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);

	return text ? text : xstrdup("null");
}

char *json_text_pretty(const json_t *v)
{
	char *text = json_dumps(v, JSON_INDENT(4) | JSON_SORT_KEYS | JSON_ENCODE_ANY);

	return text ? text : xstrdup("null");
}

static void scan_open(struct scan *s, bool array)
{
	s->frames = xrealloc(s->frames, (s->depth + 1) * sizeof(*s->frames));
	s->frames[s->depth++] = (struct frame){ .array = array };
}

static void scan_close(struct scan *s)
{
	if (s->depth)
		free(s->frames[--s->depth].key);
}

/* A string from the opening quote on: a key when a colon follows. Returns the last byte of it. */
static const char *scan_string(struct scan *s, const char *p, const char *end)
{
	const char *start = p + 1, *q = start, *after;
	struct frame *top = s->depth ? &s->frames[s->depth - 1] : NULL;

	while (q < end && *q != '"')
		q += *q == '\\' ? 2 : 1;
	after = q + 1;
	while (after < end && strchr(" \t\r\n", *after))
		after++;
	/* The text ends with the key that came twice: its colon was not read yet. */
	if (top && !top->array && (after >= end || *after == ':')) {
		free(top->key);
		top->key = xstrndup(start, (size_t)(MIN(q, end) - start));
	}
	return q;
}

static void scan_path(const struct scan *s, struct strbuf *path)
{
	for (size_t i = 0; i < s->depth; i++) {
		const struct frame *f = &s->frames[i];

		if (f->array)
			strbuf_addf(path, "[%zu]", f->index);
		else if (f->key)
			strbuf_addf(path, "%s%s", path->len ? "." : "", f->key);
	}
}

/* The path of the last key in text[0, len). */
static char *path_at(const char *text, size_t len)
{
	struct strbuf path = STRBUF_INIT;
	struct scan s = { 0 };

	for (const char *p = text, *end = text + len; p < end && s.depth < DEPTH_MAX; p++) {
		if (*p == '{' || *p == '[')
			scan_open(&s, *p == '[');
		else if (*p == '}' || *p == ']')
			scan_close(&s);
		else if (*p == '"')
			p = scan_string(&s, p, end);
		else if (*p == ',' && s.depth && s.frames[s.depth - 1].array)
			s.frames[s.depth - 1].index++;
	}
	scan_path(&s, &path);
	while (s.depth)
		scan_close(&s);
	free(s.frames);
	return strbuf_take(&path);
}

static int duplicate_key(const char *text, size_t len, const json_error_t *fault, struct error *err)
{
	size_t at = fault->position > 0 ? (size_t)fault->position : 0;
	_cleanup_free_ char *path = path_at(text, MIN(at, len));
	int r = error_set(err, ERR_BAD_REQUEST, "DuplicateField",
			  "line %d, column %d: duplicate field \"%s\"", fault->line, fault->column,
			  path);

	error_field(err, "%s", path);
	return r;
}

int json_parse(const char *text, size_t len, json_t **ret, struct error *err)
{
	json_error_t fault;
	json_t *v = json_loadb(text, len, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &fault);

	if (v) {
		*ret = v;
		return 0;
	}
	if (json_error_code(&fault) == json_error_duplicate_key)
		return duplicate_key(text, len, &fault, err);
	return error_set(err, ERR_BAD_REQUEST, NULL, "line %d, column %d: %s", fault.line,
			 fault.column, fault.text);
}
