/*
 * script: how a fake driver departs from an honest one: a list of rules, each for some requests of one verb.
 *
 * The first rule that fits a request is taken. What it changes is either what is done (skip, says: the verbs look at those), the answer
 * (merge, items) or how it is written. README.md lists the keys; a key that is not there is an error, so that a script cannot be
 * without effect by a slip.
 */
#include "drivers/fake/script.h"

#include <fnmatch.h>

#include "doc.h"
#include "util/json.h"

static json_t *rules; /* list, or NULL */
static json_t *counts; /* verb to how often it was asked */

static const char *const keys[] = { "at",     "from",  "to",   "in",   "skip",	"says",
				    "merge",  "items", "hang", "exit", "print", "hex",
				    "repeat", "twice", "cut",  "also" };

static int check(const char *path, struct error *err)
{
	json_t *rule, *value;
	const char *key;
	size_t i;

	json_array_foreach(rules, i, rule) {
		if (!json_str(rule, "at"))
			return error_set(err, "%s: rule %zu names no verb by `at`", path, i + 1);
		json_object_foreach(rule, key, value) {
			bool known = false;

			for (size_t k = 0; k < ARRAY_SIZE(keys); k++)
				known = known || streq(keys[k], key);
			if (!known)
				return error_set(err, "%s: rule %zu: no key `%s`", path, i + 1, key);
		}
	}
	return 0;
}

int script_load(const char *path, struct error *err)
{
	_cleanup_json_ json_t *docs = NULL;

	counts = json_object();
	if (!path)
		return 0;
	if (doc_load(path, &docs, NULL, err))
		return -1;
	rules = json_incref(json_array_get(docs, 0));
	if (!json_is_array(rules))
		return error_set(err, "%s: must be a list of rules", path);
	return check(path, err);
}

void script_free(void)
{
	json_decref(rules);
	json_decref(counts);
}

const json_t *script_rule(const char *verb, const char *ns)
{
	int64_t n = json_int(counts, verb, 0) + 1;
	json_t *rule;
	size_t i;

	json_object_set_new(counts, verb, json_integer(n));
	json_array_foreach(rules, i, rule) {
		const char *in = json_str(rule, "in");

		if (streq(json_str(rule, "at"), verb) && n >= json_int(rule, "from", 1) &&
		    n <= json_int(rule, "to", INT64_MAX) && (!in || (ns && !fnmatch(in, ns, 0))))
			return rule;
	}
	return NULL;
}

void script_merge(json_t *to, const json_t *patch)
{
	const char *key;
	json_t *value, *old;

	json_object_foreach((json_t *)patch, key, value) {
		old = json_object_get(to, key);
		if (json_is_null(value))
			json_object_del(to, key);
		else if (json_is_object(value) && json_is_object(old))
			script_merge(old, value);
		else
			json_object_set_new(to, key, json_deep_copy(value));
	}
}

static void put_hex(const char *hex)
{
	unsigned byte;

	for (; sscanf(hex, "%2x", &byte) == 1; hex += 2)
		putchar((int)byte);
}

static void put_answer(const json_t *answer, const json_t *rule)
{
	const char *print = json_str(rule, "print"), *hex = json_str(rule, "hex");
	int64_t cut = json_int(rule, "cut", -1), repeat = json_int(rule, "repeat", 1);
	_cleanup_free_ char *line = json_line(answer);

	if (hex)
		put_hex(hex);
	else if (cut >= 0)
		printf("%.*s", (int)cut, line);
	else
		for (int64_t i = 0; i < repeat; i++)
			fputs(print ? print : line, stdout);
}

void script_deliver(const json_t *answer, const json_t *rule)
{
	bool ends = json_object_get(rule, "exit"), cut = json_object_get(rule, "cut");
	const char *also = json_str(rule, "also");

	if (json_truth(rule, "hang", false))
		return;
	for (int i = 0; i < (json_truth(rule, "twice", false) ? 2 : 1) && (!ends || cut); i++) {
		put_answer(answer, rule);
		if (!ends)
			putchar('\n');
	}
	if (also)
		puts(also);
	fflush(stdout);
	if (ends)
		exit((int)json_int(rule, "exit", 0));
}
