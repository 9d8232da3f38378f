/*
 * phrase: what an assertion demands, in words for a person.
 *
 * A failure is read by somebody who has never seen the language of the fixtures. Names of events and contents stand as they are
 * written there; what is around them is said in words, and spans in seconds of this subject's clock, so that they can be compared
 * with what was seen. Nothing here judges.
 */
#include "phrase.h"

#include "util/json.h"

#define TEXT_MAX 600

struct text {
	FILE *out;
	char *data;
	size_t len;
};

static void text_open(struct text *t)
{
	t->out = open_memstream(&t->data, &t->len);
}

static char *text_close(struct text *t)
{
	fclose(t->out);
	return t->data;
}

/* `BEFORE VALUE` when there is a value, as JSON. */
static void put_json(FILE *out, const char *before, const json_t *value)
{
	_cleanup_free_ char *line = value ? json_line(value) : NULL;

	if (line)
		fprintf(out, "%s%.*s%s", before, TEXT_MAX, line, strlen(line) > TEXT_MAX ? "…" : "");
}

static void put_word(FILE *out, const char *before, const char *word, const char *behind)
{
	if (word)
		fprintf(out, "%s%s%s", before, word, behind);
}

/* "exactly 2", "at least 1", "from 1 to 3", "at most 3"; `otherwise` when nothing is given. */
static void put_number(FILE *out, const json_t *map, const char *otherwise)
{
	int64_t is = json_int(map, "is", -1), min = json_int(map, "min", -1),
		max = json_int(map, "max", -1);

	if (is >= 0)
		fprintf(out, "exactly %lld", (long long)is);
	else if (min >= 0 && max >= 0)
		fprintf(out, "from %lld to %lld", (long long)min, (long long)max);
	else if (min >= 0 || max >= 0)
		fprintf(out, "at %s %lld", min >= 0 ? "least" : "most",
			(long long)(min >= 0 ? min : max));
	else
		fputs(otherwise, out);
}

/* ---- facts ---- */

static void put_log(FILE *out, const json_t *fact)
{
	fprintf(out, "the %slog of %s", json_truth(fact, "previous", false) ? "previous " : "",
		json_str(fact, "log"));
	if (json_object_get(fact, "tail"))
		fprintf(out, " (last %lld lines)", (long long)json_int(fact, "tail", 0));
}

static void put_objects(FILE *out, const json_t *fact)
{
	put_number(out, fact, "at least 1");
	fprintf(out, " of kind %s", json_str(fact, "objects"));
	put_json(out, " labelled ", json_object_get(fact, "labels"));
}

char *phrase_fact(const json_t *fact)
{
	struct text t;

	text_open(&t);
	put_word(t.out, "", json_str(fact, "object"), "");
	put_word(t.out, "no ", json_str(fact, "absent"), "");
	put_word(t.out, "\"guest ", json_str(fact, "guest"), "\"");
	if (json_str(fact, "objects"))
		put_objects(t.out, fact);
	if (json_str(fact, "log"))
		put_log(t.out, fact);
	if (json_str(fact, "api"))
		fprintf(t.out, "GET %s answered by %lld", json_str(fact, "api"),
			(long long)json_int(fact, "status", 200));
	put_json(t.out, " with ", json_object_get(fact, "match"));
	return text_close(&t);
}

/* ---- relations ---- */

/* `"a", "b" and "c"` */
static void put_events(FILE *out, const json_t *list)
{
	size_t n = json_array_size(list), i;
	json_t *name;

	json_array_foreach((json_t *)list, i, name)
		fprintf(out, "%s\"%s\"",
			!i	  ? "" :
			i + 1 < n ? ", " :
				    " and ",
			json_string_value(name));
}

static void put_stretch(FILE *out, const json_t *relation)
{
	put_word(out, " after \"", json_str(relation, "after"), "\"");
	put_word(out, " until \"", json_str(relation, "until"), "\"");
}

static void put_before(FILE *out, const json_t *relation, const struct bounds *b)
{
	const json_t *list = json_object_get(relation, "before"),
		     *gap = json_object_get(relation, "gap");
	bool min = json_object_get(gap, "min"), max = json_object_get(gap, "max");

	fprintf(out, "\"%s\", then \"%s\"", json_str(list, "0"), json_str(list, "1"));
	if (min)
		fprintf(out, ", at least %.3f s", bounds_gap_min(gap, b));
	if (max)
		fprintf(out, "%s at most %.3f s", min ? " and" : ",", bounds_gap_max(gap, b));
	if (min || max)
		fputs(" later", out);
}

char *phrase_relation(const json_t *relation, const struct bounds *b)
{
	const json_t *same = json_object_get(relation, "same"),
		     *differ = json_object_get(relation, "differ");
	struct text t;

	text_open(&t);
	if (json_object_get(relation, "before"))
		put_before(t.out, relation, b);
	if (json_str(relation, "count")) {
		put_number(t.out, relation, "any number");
		fprintf(t.out, " of \"%s\"", json_str(relation, "count"));
	}
	put_word(t.out, "never \"", json_str(relation, "never"), "\"");
	if (same || differ) {
		fprintf(t.out, "%s %s in ", same ? "the same" : "another",
			json_str(relation, "of") ? json_str(relation, "of") : "content");
		fputs(differ ? "each of " : "", t.out);
		put_events(t.out, same ? same : differ);
	}
	put_word(t.out, "every \"", json_str(relation, "each"), "\"");
	put_json(t.out, " with ", json_object_get(relation, "match"));
	put_stretch(t.out, relation);
	return text_close(&t);
}

/* ---- steps ---- */

char *phrase_exec(const json_t *args)
{
	const json_t *json = json_object_get(json_object_get(args, "stdout"), "json");
	const char *object = json_str(args, "object"), *container = json_str(args, "container");
	struct text t;

	text_open(&t);
	fprintf(t.out, "exit %lld", (long long)json_int(args, "exit", 0));
	put_json(t.out, json ? " and JSON " : " and output ",
		 json ? json : json_object_get(args, "stdout"));
	put_json(t.out, " of ", json_object_get(args, "command"));
	fprintf(t.out, " in %s%s%s", object, container ? "/" : "", container ? container : "");
	return text_close(&t);
}

char *phrase_refusal(const json_t *args)
{
	const char *object = json_str(args, "object"), *kind = json_str(args, "objects");
	struct text t;

	text_open(&t);
	fprintf(t.out, "%s refused", object ? object : kind);
	put_word(t.out, " at ", json_str(args, "field"), "");
	put_word(t.out, " with reason ", json_str(args, "reason"), "");
	put_word(t.out, " and a message that says \"", json_str(args, "text"), "\"");
	return text_close(&t);
}
