/*
 * Tests of the three patch types.
 */
#include "api/patch.h"
#include "api/pod.h"
#include "base/json.h"
#include "base/test.h"

enum patch_type { MERGE, STRATEGIC, JSON_PATCH };

/* The patched text, or the error's. JSON with single quotes. Static buffer. */
static const char *patched(enum patch_type type, const char *target, const char *patch)
{
	static char out[2048];
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *t = NULL, *p = NULL, *r = NULL;
	_cleanup_free_ char *text = NULL;

	snprintf(out, sizeof out, "%s\n%s", target, patch);
	for (char *c = out; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	t = json_loadb(out, strlen(target), 0, NULL);
	p = json_loads(out + strlen(target) + 1, 0, NULL);
	if (type == MERGE)
		patch_merge(t, p, &r, &err);
	else if (type == STRATEGIC)
		patch_strategic(&schema_pod_spec, t, p, &r, &err);
	else
		patch_json(t, p, &r, &err);
	if (error_is_set(&err)) {
		snprintf(out, sizeof out, "%s", err.message);
		return out;
	}
	text = json_dumps(r, JSON_COMPACT | JSON_SORT_KEYS);
	snprintf(out, sizeof out, "%s", text);
	for (char *c = out; *c != '\0'; c++)
		if (*c == '"')
			*c = '\'';
	return out;
}

static void test_merge_patch(void)
{
	CHECK_STR(patched(MERGE, "{'a':{'b':1,'c':2},'d':[1]}", "{'a':{'b':null,'e':3},'d':[2]}"),
		  "{'a':{'c':2,'e':3},'d':[2]}");
	CHECK_STR(patched(MERGE, "{'a':1}", "{'a':{'b':{'c':null}}}"), "{'a':{'b':{}}}");
	CHECK_CONTAINS(patched(MERGE, "{}", "[]"), "must be a JSON object");
}

static void test_strategic_merges_by_key(void)
{
	CHECK_STR(patched(STRATEGIC, "{'containers':[{'name':'a','image':'i'},{'name':'b'}]}",
			  "{'containers':[{'name':'a','image':'j'},{'name':'c'}]}"),
		  "{'containers':[{'image':'j','name':'a'},{'name':'b'},{'name':'c'}]}");
	CHECK_STR(patched(STRATEGIC, "{'tolerations':[{'key':'a'}]}",
			  "{'tolerations':[{'key':'b'}]}"),
		  "{'tolerations':[{'key':'b'}]}");
	CHECK_CONTAINS(patched(STRATEGIC, "{}", "{'containers':[{'image':'j'}]}"),
		       "does not contain declared merge key: name");
}

static void test_strategic_nested_lists(void)
{
	CHECK_STR(patched(STRATEGIC,
			  "{'containers':[{'name':'a','ports':[{'containerPort':1}],'env':[{'name':"
			  "'x',"
			  "'value':'1'}]}]}",
			  "{'containers':[{'name':'a','ports':[{'containerPort':1,'name':'p'},"
			  "{'containerPort':2}],'env':[{'name':'x','value':'2'}]}]}"),
		  "{'containers':[{'env':[{'name':'x','value':'2'}],'name':'a','ports':["
		  "{'containerPort':1,'name':'p'},{'containerPort':2}]}]}");
}

static void test_strategic_directives(void)
{
	CHECK_STR(patched(STRATEGIC, "{'containers':[{'name':'a'},{'name':'b'}]}",
			  "{'containers':[{'name':'a','$patch':'delete'}]}"),
		  "{'containers':[{'name':'b'}]}");
	CHECK_STR(patched(STRATEGIC, "{'containers':[{'name':'a'}]}",
			  "{'containers':[{'$patch':'replace'},{'name':'z'}]}"),
		  "{'containers':[{'name':'z'}]}");
	CHECK_STR(patched(STRATEGIC, "{'securityContext':{'runAsUser':1}}",
			  "{'securityContext':{'$patch':'replace','fsGroup':2}}"),
		  "{'securityContext':{'fsGroup':2}}");
	CHECK_STR(patched(STRATEGIC, "{'volumes':[{'name':'v','emptyDir':{}}]}",
			  "{'volumes':[{'name':'v','$retainKeys':['name','hostPath'],"
			  "'hostPath':{'path':'/a'}}]}"),
		  "{'volumes':[{'hostPath':{'path':'/a'},'name':'v'}]}");
	CHECK_STR(patched(STRATEGIC, "{'x':[1,2,3]}", "{'$deleteFromPrimitiveList/x':[2]}"),
		  "{'x':[1,3]}");
	CHECK_STR(patched(STRATEGIC, "{'containers':[{'name':'a'},{'name':'b'}]}",
			  "{'$setElementOrder/containers':[{'name':'b'},{'name':'a'}]}"),
		  "{'containers':[{'name':'b'},{'name':'a'}]}");
	CHECK_CONTAINS(patched(STRATEGIC, "{}", "{'$patch':'odd'}"), "unknown patch directive");
}

static void test_json_patch(void)
{
	CHECK_STR(patched(JSON_PATCH, "{'a':[1,2]}",
			  "[{'op':'add','path':'/a/1','value':9},{'op':'add','path':'/a/"
			  "-','value':3}]"),
		  "{'a':[1,9,2,3]}");
	CHECK_STR(
		patched(JSON_PATCH, "{'a/b':1,'c':2}",
			"[{'op':'remove','path':'/a~1b'},{'op':'replace','path':'/c','value':{}}]"),
		"{'c':{}}");
	CHECK_STR(patched(JSON_PATCH, "{'a':{'b':1}}",
			  "[{'op':'move','from':'/a/b','path':'/c'},{'op':'copy','from':'/"
			  "c','path':'/d'}]"),
		  "{'a':{},'c':1,'d':1}");
	CHECK_STR(patched(JSON_PATCH, "{'a':1}", "[{'op':'test','path':'/a','value':1}]"),
		  "{'a':1}");
}

static void test_json_patch_failures(void)
{
	CHECK_CONTAINS(patched(JSON_PATCH, "{'a':1}", "[{'op':'test','path':'/a','value':2}]"),
		       "testing value failed");
	CHECK_CONTAINS(patched(JSON_PATCH, "{}", "[{'op':'remove','path':'/a'}]"), "missing path");
	CHECK_CONTAINS(patched(JSON_PATCH, "{}", "[{'op':'replace','path':'/a/b','value':1}]"),
		       "missing path");
	CHECK_CONTAINS(patched(JSON_PATCH, "{'a':[]}", "[{'op':'add','path':'/a/5','value':1}]"),
		       "missing path");
	CHECK_CONTAINS(patched(JSON_PATCH, "{}", "[{'op':'odd','path':'/a','value':1}]"),
		       "unexpected");
	CHECK_CONTAINS(patched(JSON_PATCH, "{}", "{}"), "must be an array");
}

int main(void)
{
	TEST(test_merge_patch);
	TEST(test_strategic_merges_by_key);
	TEST(test_strategic_nested_lists);
	TEST(test_strategic_directives);
	TEST(test_json_patch);
	TEST(test_json_patch_failures);
	return test_end();
}
