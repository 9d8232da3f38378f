/*
 * Tests of the advice about old groups.
 */
#include "api/retired.h"

#include "base/defs.h"
#include "base/error.h"
#include "base/test.h"
#include "api/scheme.h"

static void test_a_kind_and_its_resource_get_the_same_advice(void)
{
	_cleanup_free_ char *kind = retired_advice("extensions/v1beta1", "Deployment");
	_cleanup_free_ char *resource = retired_advice("extensions/v1beta1", "deployments");

	CHECK_STR(kind, "Kubernetes serves it no more since 1.16: use apps/v1, kind Deployment");
	CHECK_STR(resource, kind);
}

static void test_what_never_was_gets_none(void)
{
	CHECK(!retired_advice("extensions/v1beta1", "Pod"));
	CHECK(!retired_advice("apps/v1", "Deployment"));
}

static void test_a_manifest_of_an_old_group_is_told(void)
{
	static const char old[] = "apiVersion: apps/v1beta2\nkind: ReplicaSet\n";
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *obj = NULL;

	CHECK_INT(scheme_decode(old, strlen(old), &obj, &err), -ERR_BAD_REQUEST);
	CHECK_CONTAINS(err.message, "no matches for kind \"ReplicaSet\" in version "
				    "\"apps/v1beta2\": Kubernetes serves it no more");
}

int main(void)
{
	TEST(test_a_kind_and_its_resource_get_the_same_advice);
	TEST(test_what_never_was_gets_none);
	TEST(test_a_manifest_of_an_old_group_is_told);
	return test_end();
}
