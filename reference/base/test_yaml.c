/*
 * yaml: typing, faults with line and path, limits, and kubectl's layout on the way out.
 */
#include "base/yaml.h"

#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"

static void check_json(const char *yaml, const char *want)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *docs = NULL;
	_cleanup_free_ char *text = NULL;

	CHECK_OK(yaml_load_all(yaml, strlen(yaml), "f", &docs, &err), &err);
	text = json_text(docs);
	CHECK_STR(text, want);
}

static void check_fault(const char *yaml, const char *want)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *docs = NULL;

	CHECK_INT(yaml_load_all(yaml, strlen(yaml), "f.yaml", &docs, &err), -ERR_BAD_REQUEST);
	CHECK_CONTAINS(err.message, want);
}

static void test_booleans_and_null_are_yaml_1_1(void)
{
	check_json("[yes, No, on, OFF, y, true, ~, null, ]",
		   "[[true,false,true,false,true,true,null,null]]");
	check_json("['yes', \"no\", yess, nil]", "[[\"yes\",\"no\",\"yess\",\"nil\"]]");
}

static void test_integers_have_bases(void)
{
	check_json("[010, 0x1F, 0o17, 0b101, -5, +5, 1_000, 0]", "[[8,31,15,5,-5,5,1000,0]]");
	check_json("[-0x10, 9223372036854775807, -9223372036854775808]",
		   "[[-16,9223372036854775807,-9223372036854775808]]");
}

static void test_floats(void)
{
	check_json("[1.5, .5, 1e3, 3.0, 08]", "[[1.5,0.5,1000,3,8]]");
	check_json("[1.2.3, '1.5', 1e, ., -, 0x]",
		   "[[\"1.2.3\",\"1.5\",\"1e\",\".\",\"-\",\"0x\"]]");
	check_fault("a: .inf", "f.yaml:1:4: .inf has no JSON form");
}

static void test_stamps_and_base_60_are_strings(void)
{
	check_json("[2026-01-02, 2026-01-02T00:00:00Z, 1:30]",
		   "[[\"2026-01-02\",\"2026-01-02T00:00:00Z\",\"1:30\"]]");
}

static void test_tags_override(void)
{
	check_json("[!!str 1, !!int '7']", "[[\"1\",7]]");
}

static void test_keys_become_strings(void)
{
	check_json("{8080: a, on: b, 1.5: c}", "[{\"8080\":\"a\",\"true\":\"b\",\"1.5\":\"c\"}]");
	check_fault("? [a]\n: b\n", "a key must be a scalar");
	check_fault("~: b\n", "a key must be a string, not null");
}

static void test_documents(void)
{
	check_json("---\na: 1\n---\n# nothing\n---\n- 2\n", "[{\"a\":1},[2]]");
	check_json("", "[]");
}

static void test_block_text(void)
{
	check_json("a: |\n  x\n  y\nb: >-\n  x\n  y\n", "[{\"a\":\"x\\ny\\n\",\"b\":\"x y\"}]");
}

static void test_anchors_and_merges(void)
{
	check_json("a: &x {p: 1, q: 2}\nb: {<<: *x, q: 3}\nc: *x\n",
		   "[{\"a\":{\"p\":1,\"q\":2},\"b\":{\"q\":3,\"p\":1},\"c\":{\"p\":1,\"q\":2}}]");
	check_fault("a: *x\n", "f.yaml:1:4: unknown anchor \"x\"");
	check_fault("a: &x [*x]\n", "unknown anchor \"x\"");
	check_fault("a: &x 1\nb: {<<: *x}\n", "<< merges mappings only");
}

static void test_an_anchor_ends_with_its_document(void)
{
	check_fault("a: &x 1\n---\nb: *x\n", "f.yaml:3:4: unknown anchor");
}

static void test_duplicate_keys_are_refused_by_path(void)
{
	static const char yaml[] = "spec:\n  c:\n  - k: 1\n  - k: 1\n    m: 2\n    k: 3\n";
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *docs = NULL;

	CHECK_INT(yaml_load_all(yaml, strlen(yaml), "f", &docs, &err), -ERR_BAD_REQUEST);
	CHECK_STR(err.reason, "DuplicateField");
	CHECK_STR(err.field, "spec.c[1].k");
	CHECK_STR(err.message, "f:6:5: duplicate field \"spec.c[1].k\"");
}

static void test_faults_tell_file_line_and_column(void)
{
	check_fault("a: b\n c: d\n", "f.yaml:2:3: mapping values are not allowed");
	check_fault("a: [1\nb: 2\n", "f.yaml:2:2: did not find expected ',' or ']'");
	check_fault("x: 1\na: \xff\n", "f.yaml:2:4: invalid leading UTF-8 octet");
	check_fault("a: \"\\0\"\n", "f.yaml:1:4: a string holds a NUL");
	check_fault("\ta: b\n", "f.yaml:1:1: ");
}

static void test_a_bomb_is_refused(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	strbuf_adds(&b, "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n");
	for (int i = 1; i < 9; i++)
		strbuf_addf(&b, "a%d: &a%d [*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d,*a%d]\n", i, i,
			    i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1, i - 1);
	check_fault(strbuf_str(&b), "excessive aliasing");
}

static void test_depth_is_limited(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	for (int i = 0; i < 5000; i++)
		strbuf_addc(&b, '[');
	check_fault(strbuf_str(&b), "nested deeper than");
}

static void test_one_document_means_one(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *v = NULL;

	CHECK_INT(yaml_load("a\n---\nb\n", 8, "f", &v, &err), -ERR_BAD_REQUEST);
	CHECK_STR(err.message, "f: 2 documents, want 1");
}

static void check_dump(const char *yaml_in, const char *want)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *v = NULL, *again = NULL;
	_cleanup_free_ char *text = NULL;

	CHECK_OK(yaml_load(yaml_in, strlen(yaml_in), "f", &v, &err), &err);
	text = yaml_dump(v);
	CHECK_STR(text, want);
	CHECK_OK(yaml_load(text, strlen(text), "again", &again, &err), &err);
	CHECK(json_same(v, again));
}

static void test_dump_sorts_and_does_not_indent_lists(void)
{
	check_dump("{b: [x, {d: 1, c: []}], a: {}}", "a: {}\nb:\n- x\n- c: []\n  d: 1\n");
}

static void test_dump_quotes_what_would_change(void)
{
	check_dump("{a: '80', b: 'yes', c: '', d: '2026-01-02T00:00:00Z', e: '1:30', f: '~'}",
		   "a: \"80\"\nb: \"yes\"\nc: \"\"\nd: \"2026-01-02T00:00:00Z\"\ne: \"1:30\"\n"
		   "f: \"~\"\n");
	check_dump("{a: 'x: y', b: '# c', 'on': d, e: '*f'}",
		   "a: 'x: y'\nb: '# c'\ne: '*f'\n\"on\": d\n");
}

static void test_dump_writes_lines_as_a_block(void)
{
	check_dump("{a: \"x\\ny\\n\", b: \"x\\n y\", c: \"x\\n\\n\"}",
		   "a: |\n  x\n  y\nb: |-\n  x\n   y\nc: |+\n  x\n\n");
}

static void test_dump_never_folds(void)
{
	_cleanup_json_ json_t *v = json_array();
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	_cleanup_free_ char *text = NULL;

	for (int i = 0; i < 100; i++)
		strbuf_adds(&b, "word ");
	strbuf_adds(&b, "end");
	json_array_append_new(v, json_string(strbuf_str(&b)));
	text = yaml_dump(v);
	CHECK_INT(strlen(text), b.len + 3);
}

int main(void)
{
	TEST(test_booleans_and_null_are_yaml_1_1);
	TEST(test_integers_have_bases);
	TEST(test_floats);
	TEST(test_stamps_and_base_60_are_strings);
	TEST(test_tags_override);
	TEST(test_keys_become_strings);
	TEST(test_documents);
	TEST(test_block_text);
	TEST(test_anchors_and_merges);
	TEST(test_an_anchor_ends_with_its_document);
	TEST(test_duplicate_keys_are_refused_by_path);
	TEST(test_faults_tell_file_line_and_column);
	TEST(test_a_bomb_is_refused);
	TEST(test_depth_is_limited);
	TEST(test_one_document_means_one);
	TEST(test_dump_sorts_and_does_not_indent_lists);
	TEST(test_dump_quotes_what_would_change);
	TEST(test_dump_writes_lines_as_a_block);
	TEST(test_dump_never_folds);
	return test_end();
}
