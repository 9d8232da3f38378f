/*
 * program_form: the transcripts of PROTOCOL.md are what podtest takes, and near misses are not.
 */
#include "subject/program_form.h"

#include "doc.h"
#include "test/test.h"
#include "util/json.h"
#include "util/paths.h"

/* A transcript's line as it would really be: `…` between members stands for more of them. The caller drops it. */
static json_t *spoken(const char *text)
{
	_cleanup_free_ char *line = xcalloc(1, strlen(text) + 1);
	char *out = line;

	for (const char *c = text; *c; c++)
		if (has_prefix(c, ",…"))
			c += strlen(",…") - 1;
		else
			*out++ = *c;
	return json_read(line, strlen(line));
}

/* Judges each answer of the contract; *ret_n counts them. */
static char *judge_answers(char *text, size_t *ret_n)
{
	_cleanup_free_ char *joined = NULL;
	char *verb = NULL, *fault = NULL, *save = NULL, *at;

	/* "broken here for reading": a line that goes on is indented further. */
	while ((at = strstr(text, "\n       ")))
		memmove(at, at + strlen("\n       "), strlen(at + strlen("\n       ")) + 1);
	for (char *line = strtok_r(text, "\n", &save); line && !fault;
	     line = strtok_r(NULL, "\n", &save)) {
		bool asks = has_prefix(line, "    > "), answers = has_prefix(line, "    < ");
		_cleanup_json_ json_t *said = asks || answers ? spoken(line + 6) : NULL;

		if (!asks && !answers)
			continue;
		if (!said) {
			fault = xasprintf("no JSON: %s", line);
		} else if (asks) {
			free(verb);
			verb = xstrdup(json_str(said, "verb"));
		} else {
			(*ret_n)++;
			joined = json_str(said, "event") ? program_event_fault(said) :
							   program_answer_fault(verb, said);
			if (joined)
				fault = xasprintf("%s: %s: %s", verb, joined, line);
			free(take_ptr(joined));
		}
	}
	free(verb);
	return fault;
}

static void test_the_transcripts_of_the_protocol_are_taken(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *text = NULL, *fault = NULL;
	size_t n = 0;

	if (doc_read_text("harness/PROTOCOL.md", &text, NULL, &err))
		TEST_FAIL("%s", error_text(&err));
	fault = judge_answers(text, &n);
	if (fault)
		TEST_FAIL("%s", fault);
	CHECK(n >= 15);
}

static void test_near_misses_are_not(void)
{
	static const struct {
		const char *verb, *answer, *fault;
	} rows[] = {
		{ "apply", "{}", "neither ok nor error" },
		{ "apply", "{\"ok\":false}", "neither ok nor error" },
		{ "apply", "{\"error\":{\"message\":\"m\"}}", "code is missing" },
		{ "apply", "{\"error\":{\"code\":\"ok\"}}", "error code \"ok\"" },
		{ "apply", "{\"error\":{\"code\":\"unreachable\"}}", "error code \"unreachable\"" },
		{ "get", "{\"ok\":true}", "no list of items" },
		{ "get", "{\"ok\":true,\"items\":[{\"kind\":\"Pod\"}]}", "item 0" },
		{ "logs", "{\"ok\":true}", "no text" },
		{ "exec", "{\"ok\":true,\"exit\":\"0\"}", "no exit" },
		{ "hello", "{\"ok\":true,\"name\":\"a\",\"features\":[]}", "names no protocol" },
		{ "hello", "{\"ok\":true,\"protocol\":1,\"features\":[]}", "no name" },
		{ "hello", "{\"ok\":true,\"protocol\":1,\"name\":\"a\",\"features\":[1]}",
		  "no list of features" },
		{ "hello",
		  "{\"ok\":true,\"protocol\":1,\"name\":\"a\",\"features\":[],\"clockRate\":0}",
		  "clockRate" },
		{ "hello",
		  "{\"ok\":true,\"protocol\":1,\"name\":\"a\",\"features\":[],\"capacity\":0}",
		  "capacity" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_json_ json_t *answer = json_read(rows[i].answer, strlen(rows[i].answer));
		_cleanup_free_ char *fault = program_answer_fault(rows[i].verb, answer);

		CHECK_HAS(fault, rows[i].fault);
	}
}

static void test_an_event_needs_its_object(void)
{
	_cleanup_json_ json_t *bare = json_pack("{s:s}", "event", "added"),
			      *odd = json_pack("{s:s,s:{s:s,s:{s:s}}}", "event", "changed",
					       "object", "kind", "Pod", "metadata", "name", "a");
	_cleanup_free_ char *one = program_event_fault(bare), *two = program_event_fault(odd);

	CHECK_HAS(one, "no kind");
	CHECK_HAS(two, "added, modified or deleted");
}

static void test_what_was_said_is_quoted_on_one_line(void)
{
	_cleanup_free_ char *
		bytes = program_quote("a\n\x1b\0z", 5),
	       *many = program_quote(
		       "0123456789012345678901234567890123456789012345678901234567890123456789", 70);

	CHECK_TEXT(bytes, "\"a\\x0a\\x1b\\x00z\"");
	CHECK_HAS(many, "123456789\"… (70 bytes)");
}

int main(void)
{
	TEST(test_the_transcripts_of_the_protocol_are_taken);
	TEST(test_near_misses_are_not);
	TEST(test_an_event_needs_its_object);
	TEST(test_what_was_said_is_quoted_on_one_line);
	return test_end();
}
