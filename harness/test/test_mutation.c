/*
 * mutation: lists, changed sources, what counts as a kill, and when the report is void.
 */
#include "mutation/mutation.h"

#include <sys/stat.h>

#include "doc.h"
#include "test/test.h"
#include "util/json.h"

static char root[] = "/tmp/podtest-test-XXXXXX";

static void put(const char *name, const char *text)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", root, name);
	FILE *f = fopen(path, "we");

	fputs(text, f);
	fclose(f);
}

static int load(const char *text, struct mutant_list *list, struct error *err)
{
	put("harness/mutants/core.yaml", text);
	return mutant_list_load(root, &(struct mutant_choice){ .areas = "Core" }, list, err);
}

#define MUTANT(id, find, replace)                                                       \
	"- {id: " id ", kills: NS-001, file: a.c, find: '" find "', replace: '" replace \
	"', why: because}\n"

static void refused(const char *text, const char *why)
{
	_cleanup_(mutant_list_clear) struct mutant_list list = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK_INT(load(text, &list, &err), -1);
	CHECK_HAS(error_text(&err), why);
}

static void test_a_list_without_a_mutant_is_refused(void)
{
	refused("[]\n", "holds no mutant");
	refused("area: core\nmutants: []\n", "holds no mutant");
	refused("", "holds no mutant");
}

static void test_an_empty_mutant_is_refused(void)
{
	refused(MUTANT("one", "x", "x"), "replaces nothing");
	refused(MUTANT("one", "x", "y") MUTANT("one", "x", "z"), "stands twice");
	refused("- {id: one, kills: NS-001, file: a.c, find: x, replace: y}\n", "has no why");
}

static size_t chosen(const char *areas, const char *only)
{
	_cleanup_(mutant_list_clear) struct mutant_list list = { 0 };
	const struct mutant_choice choice = { .areas = areas, .only = only };

	put("harness/mutants/core.yaml",
	    "- {id: must, control: must-die, kills: NS-001, file: a.c, find: x, replace: y, why: "
	    "because}\n" MUTANT("a-one", "x", "y") MUTANT("a-two", "x", "z"));
	return mutant_list_load(root, &choice, &list, NULL) ? 0 : list.n;
}

static void test_a_choice_takes_the_controls_along(void)
{
	CHECK_INT(chosen(NULL, NULL), 3);
	CHECK_INT(chosen("CORE", NULL), 3);
	CHECK_INT(chosen("ns", NULL), 3);
	CHECK_INT(chosen("core,net", NULL), 0);
	CHECK_INT(chosen(NULL, "a-*"), 2);
	CHECK_INT(chosen("core", "a-one,b"), 1);
	CHECK_INT(chosen(NULL, "NS-001"), 3);
	CHECK_INT(chosen(NULL, "b"), 0);
}

static int write_first(const char *find, char **ret_text)
{
	_cleanup_(mutant_list_clear) struct mutant_list list = { 0 };
	_cleanup_free_ char *yaml = xasprintf(MUTANT("one", "%s", "good"), find), *path = NULL;

	put("a.c", "int bad, worse, bad_again;\n");
	if (load(yaml, &list, NULL) || mutant_write(&list.items[0], root, root, &path, NULL))
		return -1;
	return doc_read_text(path, ret_text, NULL, NULL);
}

static void test_the_text_must_stand_exactly_once(void)
{
	_cleanup_free_ char *text = NULL;

	CHECK_INT(write_first("bad", &text), -1);
	CHECK_INT(write_first("best", &text), -1);
	CHECK_INT(write_first("worse", &text), 0);
	CHECK_TEXT(text, "#line 1 \"a.c\"\nint bad, good, bad_again;\n");
}

/* ---- what counts as a kill ---- */

static bool counts_ns(void *userdata, const char *name)
{
	(void)userdata;
	return has_prefix(name, "ns/");
}

static const char *killer(const char *tap)
{
	static char name[100];
	struct tap_watch w = { .req = "NS-001", .counts = counts_ns };

	tap_watch_feed(&w, tap, strlen(tap));
	snprintf(name, sizeof(name), "%s", w.killer ? w.killer : "nobody");
	tap_watch_clear(&w);
	return name;
}

#define NOT_OK(name, req, verdict)                                                    \
	"not ok 1 - " name "\n  ---\n  verdict: fail\n  assertions:\n    - req: " req \
	"\n      verdict: " verdict "\n      message: \"so\"\n  ...\n"

static void test_a_failed_claimed_assertion_kills(void)
{
	CHECK_TEXT(killer(NOT_OK("ns/a", "NS-001", "fail")), "ns/a");
	CHECK_TEXT(killer(NOT_OK("ns/a", "NS-001", "miss")), "ns/a");
}

static void test_nothing_else_kills(void)
{
	CHECK_TEXT(killer(NOT_OK("ns/a", "NS-001", "broken")), "nobody");
	CHECK_TEXT(killer(NOT_OK("ns/a", "NS-002", "fail")), "nobody");
	CHECK_TEXT(killer(NOT_OK("net/a", "NS-001", "fail")), "nobody");
	CHECK_TEXT(killer("ok 1 - ns/a\n"), "nobody");
	CHECK_TEXT(killer("not ok 1 - ns/a\n"), "nobody");
}

/* ---- the report ---- */

static const char *void_reason(enum fate die, enum fate survive, enum fate plain)
{
	static const struct mutant mutants[] = { { .id = "a", .control = CONTROL_MUST_DIE },
						 { .id = "b", .control = CONTROL_MUST_SURVIVE },
						 { .id = "c" } };
	struct trial trials[] = { { .mutant = &mutants[0], .fate = die },
				  { .mutant = &mutants[1], .fate = survive },
				  { .mutant = &mutants[2], .fate = plain } };

	return mutation_score(trials, plain == FATE_WAITING ? 2 : 3).void_reason;
}

static void test_controls_decide_whether_the_report_says_anything(void)
{
	CHECK(!void_reason(FATE_KILLED, FATE_SURVIVED, FATE_KILLED));
	CHECK(!void_reason(FATE_BROKEN, FATE_SURVIVED, FATE_SURVIVED));
	CHECK_HAS(void_reason(FATE_SURVIVED, FATE_SURVIVED, FATE_KILLED), "must die lives");
	CHECK_HAS(void_reason(FATE_VOID, FATE_SURVIVED, FATE_KILLED), "must die lives");
	CHECK_HAS(void_reason(FATE_KILLED, FATE_KILLED, FATE_KILLED), "must survive does not");
	CHECK_HAS(void_reason(FATE_KILLED, FATE_SURVIVED, FATE_UNBUILT), "could not be built");
	CHECK_HAS(void_reason(FATE_KILLED, FATE_SURVIVED, FATE_WAITING), "no mutant besides");
}

static void test_what_is_not_killed_counts(void)
{
	static const struct mutant m = { .id = "a" };
	struct trial trials[] = { { .mutant = &m, .fate = FATE_KILLED },
				  { .mutant = &m, .fate = FATE_UNCLAIMED },
				  { .mutant = &m, .fate = FATE_BROKEN },
				  { .mutant = &m, .fate = FATE_EQUIVALENT } };
	struct score s = mutation_score(trials, 4);

	CHECK_INT(s.total, 3);
	CHECK_INT(s.of[FATE_KILLED], 1);
}

static void test_a_part_is_added_to_the_rest(void)
{
	static const struct mutant items[] = { { .id = "a", .kills = "NS-001" },
					       { .id = "b", .kills = "NS-002" },
					       { .id = "c", .kills = "NS-003" } };
	const struct mutant_list tree = { .items = (struct mutant *)items, .n = 3 };
	const struct mutant_list now = { .items = (struct mutant *)items, .n = 1 };
	_cleanup_free_ char *path = xasprintf("%s/a.c", root);
	_cleanup_json_ json_t *kept = NULL;

	put("a.c",
	    "{\"mutants\": [{\"id\": \"a\", \"kills\": \"NS-001\"}, {\"id\": \"b\", \"kills\": "
	    "\"NS-002\"}, {\"id\": \"c\", \"kills\": \"NS-009\"}, {\"id\": \"gone\"}]}\n");
	kept = mutation_earlier(path, &tree, &now);
	CHECK_INT(json_array_size(kept), 1);
	CHECK_TEXT(json_str(kept, "0.id"), "b");
}

static void make_tree(const char *name, bool make)
{
	_cleanup_free_ char *path = xasprintf("%s/%s", root, name);

	if (make)
		mkdir(path, 0755);
	else if (unlink(path))
		rmdir(path);
}

int main(void)
{
	static const char *const tree[] = { "harness", "harness/mutants",
					    "harness/mutants/core.yaml", "a.c" };

	if (!mkdtemp(root))
		return 1;
	make_tree(tree[0], true);
	make_tree(tree[1], true);
	TEST(test_a_list_without_a_mutant_is_refused);
	TEST(test_an_empty_mutant_is_refused);
	TEST(test_a_choice_takes_the_controls_along);
	TEST(test_the_text_must_stand_exactly_once);
	TEST(test_a_failed_claimed_assertion_kills);
	TEST(test_nothing_else_kills);
	TEST(test_controls_decide_whether_the_report_says_anything);
	TEST(test_what_is_not_killed_counts);
	TEST(test_a_part_is_added_to_the_rest);
	for (size_t i = ARRAY_SIZE(tree); i-- > 0;)
		make_tree(tree[i], false);
	rmdir(root);
	return test_end();
}
