/*
 * program_form: what a line of a driver program must look like.
 *
 * A driver that breaks the protocol is told so at once and in its own words: whatever is made of a malformed answer would be a
 * verdict about a slip of the pen. So each answer is looked at here before anything is made of it. What is not named in
 * PROTOCOL.md is passed over.
 */
#include "subject/program_form.h"

#include <ctype.h>

#include "subject/request.h"
#include "util/json.h"

#define QUOTED_BYTES 60

char *program_quote(const char *text, size_t len)
{
	char *quoted = NULL;
	size_t size = 0, n = MIN(len, (size_t)QUOTED_BYTES);
	FILE *out = open_memstream(&quoted, &size);

	fputc('"', out);
	for (size_t i = 0; i < n; i++)
		if (isprint((unsigned char)text[i]))
			fputc(text[i], out);
		else
			fprintf(out, "\\x%02x", (unsigned char)text[i]);
	fputc('"', out);
	if (len > n)
		fprintf(out, "… (%zu bytes)", len);
	fclose(out);
	return quoted;
}

/* ---- hello ---- */

static bool is_texts(const json_t *list)
{
	json_t *v;
	size_t i;

	if (!json_is_array(list))
		return false;
	json_array_foreach((json_t *)list, i, v)
		if (!json_is_string(v))
			return false;
	return true;
}

/* Not there, or a number from `least` on. */
static bool is_at_least(const json_t *o, const char *key, double least)
{
	const json_t *v = json_object_get(o, key);

	return !v || (json_is_number(v) && json_number_value(v) >= least);
}

static char *hello_fault(const json_t *hello)
{
	const json_t *protocol = json_object_get(hello, "protocol");

	if (!json_is_integer(protocol))
		return xstrdup("it names no protocol");
	if (json_integer_value(protocol) != 1)
		return xasprintf("it speaks protocol %lld, podtest speaks 1",
				 (long long)json_integer_value(protocol));
	if (!json_str(hello, "name"))
		return xstrdup("it has no name");
	if (!is_texts(json_object_get(hello, "features")))
		return xstrdup("it has no list of features");
	if (!is_at_least(hello, "capacity", 1) || !is_at_least(hello, "concurrency", 1))
		return xstrdup("capacity and concurrency must be 1 or more");
	if (!is_at_least(hello, "clockRate", 1))
		return xstrdup("clockRate must be 1 or more");
	return NULL;
}

/* ---- the other verbs ---- */

static char *items_fault(const json_t *answer)
{
	const json_t *items = json_object_get(answer, "items");
	json_t *o;
	size_t i;

	if (!json_is_array(items))
		return xstrdup("it has no list of items");
	json_array_foreach((json_t *)items, i, o)
		if (!json_str(o, "kind") || !json_str(o, "metadata.name"))
			return xasprintf("item %zu has no kind or no metadata.name", i);
	return NULL;
}

static char *error_fault(const json_t *error)
{
	const char *code = json_str(error, "code");

	for (int c = REPLY_UNSUPPORTED; c <= REPLY_INTERNAL; c++)
		if (streq(reply_code_name((enum reply_code)c), code))
			return NULL;
	return xasprintf("error code %s%s%s: must be unsupported, invalid, not-found, conflict or "
			 "internal",
			 code ? "\"" : "", code ? code : "is missing", code ? "\"" : "");
}

char *program_answer_fault(const char *verb, const json_t *answer)
{
	if (json_object_get(answer, "error"))
		return error_fault(json_object_get(answer, "error"));
	if (!json_truth(answer, "ok", false))
		return xstrdup("it has neither ok nor error");
	if (streq(verb, "hello"))
		return hello_fault(answer);
	if (streq(verb, "get"))
		return items_fault(answer);
	if (streq(verb, "logs") && !json_str(answer, "text"))
		return xstrdup("it has no text");
	if (streq(verb, "exec") && !json_is_integer(json_object_get(answer, "exit")))
		return xstrdup("it has no exit");
	return NULL;
}

char *program_event_fault(const json_t *line)
{
	static const char *const words[] = { "added", "modified", "deleted" };
	const json_t *object = json_object_get(line, "object");
	bool known = false;

	for (size_t i = 0; i < ARRAY_SIZE(words); i++)
		known = known || streq(json_str(line, "event"), words[i]);
	if (!known)
		return xstrdup("an event must be added, modified or deleted");
	if (!json_str(object, "kind") || !json_str(object, "metadata.name"))
		return xstrdup("the event's object has no kind or no metadata.name");
	return NULL;
}
