/*
 * Tests of the OpenAPI documents, for every kind that is served.
 */
#include "apiserver/openapi.h"

#include "base/json.h"
#include "base/str.h"
#include "base/test.h"

#define REF "#/components/schemas/"

static json_t *document_of(const struct kind *k)
{
	char *const core[] = { (char[]){ "api" }, (char *)(uintptr_t)k->version, NULL };
	char *const others[] = { (char[]){ "apis" }, (char *)(uintptr_t)k->group,
				 (char *)(uintptr_t)k->version, NULL };

	return openapi_document(*k->group ? others : core);
}

static json_t *schema_of(const json_t *doc, const char *name)
{
	return json_object_get(json_obj(doc, "components.schemas"), name);
}

/* The first reference in v that leads nowhere, or NULL. */
static const char *lost_reference(const json_t *doc, json_t *v)
{
	const char *key, *lost = NULL;
	json_t *element;
	size_t i;

	json_array_foreach(v, i, element)
		if (!lost)
			lost = lost_reference(doc, element);
	json_object_foreach(v, key, element) {
		const char *ref = streq(key, "$ref") ? json_string_value(element) : NULL;

		if (ref && (!str_starts(ref, REF) || !schema_of(doc, ref + strlen(REF))))
			lost = ref;
		if (!lost)
			lost = lost_reference(doc, element);
	}
	return lost;
}

static void test_every_reference_leads_somewhere(void)
{
	for (const struct kind *k = scheme_next(NULL); k; k = scheme_next(k)) {
		_cleanup_json_ json_t *doc = document_of(k);

		CHECK(doc);
		CHECK_STR(lost_reference(doc, doc), NULL);
	}
}

/* The operation that clients look for: by the extension, not by the path. */
static json_t *patch_of(const json_t *doc, const struct kind *k)
{
	_cleanup_json_ json_t *gvk = openapi_gvk(k);
	json_t *item;
	const char *path;

	json_object_foreach(json_obj(doc, "paths"), path, item) {
		json_t *patch = json_obj(item, "patch");

		if (patch &&
		    json_equal(json_object_get(patch, "x-kubernetes-group-version-kind"), gvk))
			return patch;
	}
	return NULL;
}

static void test_every_kind_may_be_patched_and_validated(void)
{
	for (const struct kind *k = scheme_next(NULL); k; k = scheme_next(k)) {
		_cleanup_json_ json_t *doc = document_of(k);
		json_t *patch = patch_of(doc, k);

		CHECK(patch);
		CHECK(json_find(json_arr(patch, "parameters"), "name", "fieldValidation"));
		CHECK(json_find(json_arr(patch, "parameters"), "name", "dryRun"));
		CHECK(json_object_get(json_obj(patch, "requestBody.content"),
				      "application/strategic-merge-patch+json"));
	}
}

static void test_rows_become_properties(void)
{
	_cleanup_json_ json_t *doc = document_of(scheme_kind("v1", "Pod"));
	json_t *spec = schema_of(doc, "io.k8s.api.core.v1.PodSpec");

	CHECK_STR(json_str(spec, "properties.restartPolicy.type"), "string");
	CHECK_STR(json_str(spec, "properties.restartPolicy.enum[0]"), "Always");
	CHECK_STR(json_str(spec, "properties.containers.type"), "array");
	CHECK_STR(json_str(spec, "properties.containers.x-kubernetes-patch-merge-key"), "name");
	CHECK_STR(json_str(spec, "required[0]"), "containers");
	CHECK_STR(json_str(spec, "properties.activeDeadlineSeconds.description"),
		  "From 1 to 2147483647.");
}

static void test_types_keep_the_name_of_their_home(void)
{
	_cleanup_json_ json_t *doc = document_of(scheme_kind("apps/v1", "Deployment"));

	CHECK(schema_of(doc, "io.k8s.api.apps.v1.DeploymentSpec"));
	CHECK(schema_of(doc, "io.k8s.api.core.v1.PodSpec"));
	CHECK(schema_of(doc, "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta"));
}

static void test_the_index_names_each_group_version(void)
{
	char *const none[] = { NULL }, *const wrong[] = { (char[]){ "api" }, (char[]){ "v2" },
							  NULL };
	_cleanup_json_ json_t *index = openapi_document(none);
	json_t *paths = json_obj(index, "paths");

	CHECK_STR(json_str(json_object_get(paths, "apis/apps/v1"), "serverRelativeURL"),
		  "/openapi/v3/apis/apps/v1");
	CHECK(json_object_get(paths, "api/v1"));
	CHECK(!openapi_document(wrong));
}

int main(void)
{
	TEST(test_every_reference_leads_somewhere);
	TEST(test_every_kind_may_be_patched_and_validated);
	TEST(test_rows_become_properties);
	TEST(test_types_keep_the_name_of_their_home);
	TEST(test_the_index_names_each_group_version);
	return test_end();
}
