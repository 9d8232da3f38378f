/*
 * Tests of the matching between pods and nodes: each operator on each sort of label, terms, tolerations on taints.
 */
#include "api/node_affinity.h"

#include "base/json.h"
#include "base/str.h"
#include "base/test.h"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

static json_t *node(void)
{
	return parse("{\"metadata\":{\"name\":\"n1\",\"labels\":{\"disk\":\"ssd\",\"gen\":\"7\","
		     "\"big\":\"9000000000\",\"minus\":\"-1\",\"empty\":\"\",\"x.io/y\":\"z\"}}}");
}

static bool matches(const char *term)
{
	_cleanup_json_ json_t *t = parse(term), *n = node();

	return node_term_matches(t, n);
}

static void check_expression(const char *key, const char *op, const char *values, bool want)
{
	_cleanup_free_ char *term = str_printf(
		"{\"matchExpressions\":[{\"key\":\"%s\",\"operator\":\"%s\",\"values\":[%s]}]}",
		key, op, values);

	if (matches(term) != want)
		CHECK_STR(term, want ? "matches" : "does not match");
}

static void test_operators(void)
{
	static const struct {
		const char *key, *op, *values;
		bool want;
	} rows[] = {
		{ "disk", "In", "\"ssd\"", true },
		{ "disk", "In", "\"hdd\",\"ssd\"", true },
		{ "disk", "In", "\"hdd\"", false },
		{ "disk", "In", "\"ss\"", false },
		{ "disk", "In", "\"SSD\"", false },
		{ "none", "In", "\"ssd\"", false },
		{ "none", "In", "\"\"", false },
		{ "empty", "In", "\"\"", true },
		{ "x.io/y", "In", "\"z\"", true },
		{ "disk", "NotIn", "\"ssd\"", false },
		{ "disk", "NotIn", "\"hdd\"", true },
		{ "disk", "NotIn", "\"hdd\",\"ssd\"", false },
		{ "none", "NotIn", "\"ssd\"", true },
		{ "empty", "NotIn", "\"\"", false },
		{ "disk", "Exists", "", true },
		{ "empty", "Exists", "", true },
		{ "none", "Exists", "", false },
		{ "disk", "DoesNotExist", "", false },
		{ "empty", "DoesNotExist", "", false },
		{ "none", "DoesNotExist", "", true },
		{ "gen", "Gt", "\"6\"", true },
		{ "gen", "Gt", "\"7\"", false },
		{ "gen", "Gt", "\"8\"", false },
		{ "gen", "Gt", "\"-8\"", true },
		{ "gen", "Gt", "\"10\"", false },
		{ "big", "Gt", "\"10\"", true },
		{ "minus", "Gt", "\"-2\"", true },
		{ "disk", "Gt", "\"0\"", false },
		{ "empty", "Gt", "\"0\"", false },
		{ "none", "Gt", "\"0\"", false },
		{ "gen", "Gt", "\"x\"", false },
		{ "gen", "Gt", "", false },
		{ "gen", "Lt", "\"8\"", true },
		{ "gen", "Lt", "\"7\"", false },
		{ "gen", "Lt", "\"6\"", false },
		{ "gen", "Lt", "\"10\"", true },
		{ "big", "Lt", "\"10\"", false },
		{ "minus", "Lt", "\"0\"", true },
		{ "disk", "Lt", "\"0\"", false },
		{ "none", "Lt", "\"100\"", false },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		check_expression(rows[i].key, rows[i].op, rows[i].values, rows[i].want);
}

#define SSD "{\"key\":\"disk\",\"operator\":\"In\",\"values\":[\"ssd\"]}"
#define HDD "{\"key\":\"disk\",\"operator\":\"In\",\"values\":[\"hdd\"]}"
#define NAME(op, name) \
	"{\"key\":\"metadata.name\",\"operator\":\"" op "\",\"values\":[\"" name "\"]}"

static void test_terms(void)
{
	CHECK(!matches("{}"));
	CHECK(!matches("{\"matchExpressions\":[]}"));
	CHECK(!matches("{\"matchExpressions\":[],\"matchFields\":[]}"));
	CHECK(matches("{\"matchExpressions\":[" SSD "]}"));
	CHECK(!matches("{\"matchExpressions\":[" SSD "," HDD "]}"));
	CHECK(!matches("{\"matchExpressions\":[" HDD "," SSD "]}"));
	CHECK(matches("{\"matchFields\":[" NAME("In", "n1") "]}"));
	CHECK(!matches("{\"matchFields\":[" NAME("In", "n2") "]}"));
	CHECK(matches("{\"matchFields\":[" NAME("NotIn", "n2") "]}"));
	CHECK(!matches("{\"matchFields\":[" NAME("NotIn", "n1") "]}"));
	CHECK(matches("{\"matchFields\":[" NAME("In", "n1") "],\"matchExpressions\":[" SSD "]}"));
	CHECK(!matches("{\"matchFields\":[" NAME("In", "n1") "],\"matchExpressions\":[" HDD "]}"));
	CHECK(!matches("{\"matchFields\":[" NAME("In", "n2") "],\"matchExpressions\":[" SSD "]}"));
	/* a label called so is no field */
	CHECK(!matches("{\"matchExpressions\":[" NAME("In", "n1") "]}"));
}

static bool affinity(const char *spec)
{
	_cleanup_json_ json_t *pod = json_pack("{s:o}", "spec", parse(spec)), *n = node();

	return node_affinity_matches(pod, n);
}

#define REQUIRED(terms)                                                                        \
	"\"affinity\":{\"nodeAffinity\":{\"requiredDuringSchedulingIgnoredDuringExecution\":{" \
	"\"nodeSelectorTerms\":[" terms "]}}}"
#define T(expr) "{\"matchExpressions\":[" expr "]}"

static void test_selector_and_affinity(void)
{
	CHECK(affinity("{}"));
	CHECK(affinity("{\"nodeSelector\":{}}"));
	CHECK(affinity("{\"nodeSelector\":{\"disk\":\"ssd\",\"gen\":\"7\"}}"));
	CHECK(!affinity("{\"nodeSelector\":{\"disk\":\"ssd\",\"gen\":\"8\"}}"));
	CHECK(!affinity("{\"nodeSelector\":{\"disk\":\"ssd\",\"none\":\"\"}}"));
	CHECK(affinity("{\"nodeSelector\":{\"empty\":\"\"}}"));
	CHECK(affinity("{" REQUIRED(T(HDD) "," T(SSD)) "}"));
	CHECK(!affinity("{" REQUIRED(T(HDD) "," T(HDD)) "}"));
	CHECK(!affinity("{" REQUIRED("") "}"));
	CHECK(!affinity("{" REQUIRED("{}") "}"));
	CHECK(affinity("{" REQUIRED("{}," T(SSD)) "}"));
	CHECK(!affinity("{\"nodeSelector\":{\"gen\":\"8\"}," REQUIRED(T(SSD)) "}"));
	CHECK(!affinity("{\"nodeSelector\":{\"gen\":\"7\"}," REQUIRED(T(HDD)) "}"));
	CHECK(affinity("{\"affinity\":{}}"));
	CHECK(affinity("{\"affinity\":{\"nodeAffinity\":{}}}"));
}

/* Per toleration: does it cover k=v:NoSchedule, k:NoExecute, j=v:NoSchedule? */
static void test_tolerations(void)
{
	static const char *const taints[] = {
		"{\"key\":\"k\",\"value\":\"v\",\"effect\":\"NoSchedule\"}",
		"{\"key\":\"k\",\"effect\":\"NoExecute\"}",
		"{\"key\":\"j\",\"value\":\"v\",\"effect\":\"NoSchedule\"}",
	};
	static const struct {
		const char *toleration, *want;
	} rows[] = {
		{ "{\"operator\":\"Exists\"}", "yyy" },
		{ "{\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}", "yny" },
		{ "{\"operator\":\"Exists\",\"effect\":\"NoExecute\"}", "nyn" },
		{ "{\"operator\":\"Exists\",\"effect\":\"PreferNoSchedule\"}", "nnn" },
		{ "{\"key\":\"k\",\"operator\":\"Exists\"}", "yyn" },
		{ "{\"key\":\"k\",\"operator\":\"Exists\",\"effect\":\"NoExecute\"}", "nyn" },
		{ "{\"key\":\"k\",\"operator\":\"Exists\",\"effect\":\"NoSchedule\"}", "ynn" },
		{ "{\"key\":\"k\",\"operator\":\"Equal\",\"value\":\"v\"}", "ynn" },
		{ "{\"key\":\"k\",\"value\":\"v\"}", "ynn" },
		{ "{\"key\":\"k\",\"value\":\"v\",\"effect\":\"NoSchedule\"}", "ynn" },
		{ "{\"key\":\"k\",\"value\":\"v\",\"effect\":\"NoExecute\"}", "nnn" },
		{ "{\"key\":\"k\"}", "nyn" },
		{ "{\"key\":\"k\",\"value\":\"\"}", "nyn" },
		{ "{\"key\":\"k\",\"value\":\"w\"}", "nnn" },
		{ "{\"key\":\"j\",\"value\":\"v\"}", "nny" },
		{ "{\"key\":\"j\",\"operator\":\"Exists\"}", "nny" },
		{ "{\"key\":\"K\",\"operator\":\"Exists\"}", "nnn" },
		{ "{\"key\":\"none\",\"operator\":\"Exists\"}", "nnn" },
		{ "{\"value\":\"v\"}", "nnn" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_json_ json_t *toleration = parse(rows[i].toleration);
		char got[4] = "";

		for (size_t t = 0; t < ARRAY_SIZE(taints); t++) {
			_cleanup_json_ json_t *taint = parse(taints[t]);

			got[t] = toleration_covers(toleration, taint) ? 'y' : 'n';
		}
		CHECK_STR(got, rows[i].want);
	}
}

static void test_taints_that_are_not_tolerated(void)
{
	static const char *const hard[] = { "NoSchedule", "NoExecute", NULL };
	static const char *const soft[] = { "PreferNoSchedule", NULL };
	_cleanup_json_ json_t *n = parse("{\"spec\":{\"taints\":["
					 "{\"key\":\"a\",\"effect\":\"PreferNoSchedule\"},"
					 "{\"key\":\"b\",\"effect\":\"PreferNoSchedule\"},"
					 "{\"key\":\"c\",\"effect\":\"NoSchedule\"},"
					 "{\"key\":\"d\",\"effect\":\"NoExecute\"}]}}");
	_cleanup_json_ json_t *none = parse("{}");
	_cleanup_json_ json_t *some = parse("{\"spec\":{\"tolerations\":["
					    "{\"key\":\"a\",\"operator\":\"Exists\"},"
					    "{\"key\":\"c\",\"operator\":\"Exists\"}]}}");

	CHECK_STR(json_str(node_untolerated_taint(none, n, hard), "key"), "c");
	CHECK_STR(json_str(node_untolerated_taint(some, n, hard), "key"), "d");
	CHECK_INT(node_untolerated_taints(none, n, soft), 2);
	CHECK_INT(node_untolerated_taints(some, n, soft), 1);
	CHECK_INT(node_untolerated_taints(some, n, hard), 1);
}

int main(void)
{
	TEST(test_operators);
	TEST(test_terms);
	TEST(test_selector_and_affinity);
	TEST(test_tolerations);
	TEST(test_taints_that_are_not_tolerated);
	return test_end();
}
