/*
 * violation: the words of a failed validation.
 *
 * Each function renders the path, adds one cause (field, machine reason, sentence) to the error that the
 * caller collects in, and counts it. The sentences are those of Kubernetes: `Required value: detail`,
 * `Invalid value: "x": detail`. Strings are quoted as JSON strings, objects printed compact, since both
 * must fit on one line of a terminal.
 *
 * Nothing is allocated while an object is good: paths are chains on the stack.
 */
#include "api/violation.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void path_print(FILE *out, const struct fpath *p)
{
	if (p == NULL)
		return;
	path_print(out, p->up);
	if (p->name != NULL)
		fprintf(out, "%s%s", p->up == NULL ? "" : ".", p->name);
	else if (p->key != NULL)
		fprintf(out, "[%s]", p->key);
	else
		fprintf(out, "[%zu]", p->index);
}

char *fpath_format(const struct fpath *p)
{
	char *text = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&text, &len);

	if (out == NULL)
		return NULL;
	path_print(out, p);
	fclose(out);
	return text;
}

static void add(struct violations *v, const struct fpath *p, const char *reason, const char *head,
		const char *fmt, va_list ap)
{
	_cleanup_free_ char *path = fpath_format(p);
	_cleanup_free_ char *detail = NULL;

	if (fmt != NULL && vasprintf(&detail, fmt, ap) < 0)
		detail = NULL;
	v->n++;
	if (detail != NULL)
		error_add_cause(v->err, path, reason, "%s: %s", head, detail);
	else
		error_add_cause(v->err, path, reason, "%s", head);
}

void violate_required(struct violations *v, const struct fpath *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(v, p, "FieldValueRequired", "Required value", fmt, ap);
	va_end(ap);
}

void violate_forbidden(struct violations *v, const struct fpath *p, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(v, p, "FieldValueForbidden", "Forbidden", fmt, ap);
	va_end(ap);
}

static void add_value(struct violations *v, const struct fpath *p, const char *reason,
		      const char *what, const json_t *value, const char *fmt, va_list ap)
{
	_cleanup_free_ char *text =
		value == NULL ? NULL : json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
	_cleanup_free_ char *head = NULL;

	if (asprintf(&head, "%s: %s", what, text != NULL ? text : "null") < 0)
		return;
	add(v, p, reason, head, fmt, ap);
}

void violate_invalid(struct violations *v, const struct fpath *p, const json_t *value,
		     const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add_value(v, p, "FieldValueInvalid", "Invalid value", value, fmt, ap);
	va_end(ap);
}

void violate_invalid_str(struct violations *v, const struct fpath *p, const char *value,
			 const char *fmt, ...)
{
	_cleanup_json_ json_t *text = json_string(value != NULL ? value : "");
	va_list ap;

	va_start(ap, fmt);
	add_value(v, p, "FieldValueInvalid", "Invalid value", text, fmt, ap);
	va_end(ap);
}

void violate_invalid_int(struct violations *v, const struct fpath *p, int64_t value,
			 const char *fmt, ...)
{
	_cleanup_json_ json_t *number = json_integer(value);
	va_list ap;

	va_start(ap, fmt);
	add_value(v, p, "FieldValueInvalid", "Invalid value", number, fmt, ap);
	va_end(ap);
}

static void add_plain(struct violations *v, const struct fpath *p, const char *reason,
		      const char *head, const char *fmt, ...) _printf_(5, 6);

static void add_plain(struct violations *v, const struct fpath *p, const char *reason,
		      const char *head, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	add(v, p, reason, head, fmt, ap);
	va_end(ap);
}

static void add_quoted(struct violations *v, const struct fpath *p, const char *reason,
		       const char *what, const char *value, const char *detail)
{
	_cleanup_json_ json_t *text = json_string(value != NULL ? value : "");
	_cleanup_free_ char *quoted = json_dumps(text, JSON_ENCODE_ANY);
	_cleanup_free_ char *head = NULL;

	if (asprintf(&head, "%s: %s", what, quoted != NULL ? quoted : "\"\"") < 0)
		return;
	if (detail != NULL)
		add_plain(v, p, reason, head, "%s", detail);
	else
		add_plain(v, p, reason, head, NULL);
}

void violate_duplicate(struct violations *v, const struct fpath *p, const char *value)
{
	add_quoted(v, p, "FieldValueDuplicate", "Duplicate value", value, NULL);
}

void violate_not_found(struct violations *v, const struct fpath *p, const char *value)
{
	add_quoted(v, p, "FieldValueNotFound", "Not found", value, NULL);
}

void violate_too_long(struct violations *v, const struct fpath *p, size_t max)
{
	add_plain(v, p, "FieldValueTooLong", "Too long", "may not be more than %zu bytes", max);
}

void violate_too_many(struct violations *v, const struct fpath *p, size_t n, size_t max)
{
	_cleanup_free_ char *head = NULL;

	if (asprintf(&head, "Too many: %zu", n) < 0)
		abort();
	add_plain(v, p, "FieldValueTooMany", head, "must have at most %zu items", max);
}

void violate_unsupported(struct violations *v, const struct fpath *p, const char *value,
			 const char *const *values)
{
	_cleanup_free_ char *detail = NULL;
	size_t len = 0;
	FILE *out = open_memstream(&detail, &len);

	if (out == NULL)
		return;
	fputs("supported values: ", out);
	for (size_t i = 0; values[i] != NULL; i++)
		fprintf(out, "%s\"%s\"", i == 0 ? "" : ", ", values[i]);
	fclose(out);
	add_quoted(v, p, "FieldValueNotSupported", "Unsupported value", value, detail);
}

bool violate_name(struct violations *v, const struct fpath *p, enum name_rule rule,
		  const char *value)
{
	const char *problems[NAME_MAX_PROBLEMS];
	size_t n = name_check(rule, value, problems);

	for (size_t i = 0; i < n; i++)
		violate_invalid_str(v, p, value, "%s", problems[i]);
	return n == 0;
}
