/*
 * The pure parts of the API server: paths, Status objects, Accept headers and tables.
 */
#include "apiserver/route.h"

#include <errno.h>

#include "apiserver/status_object.h"
#include "apiserver/table.h"
#include "base/json.h"
#include "base/test.h"

static struct route route;

static int parse(const char *path)
{
	route_deinit(&route);
	return route_parse(path, &route, NULL);
}

static void test_a_core_object_in_a_namespace(void)
{
	CHECK_INT(parse("/api/v1/namespaces/ns1/pods/web"), 0);
	CHECK_INT(route.type, ROUTE_OBJECT);
	CHECK_STR(route.kind->kind, "Pod");
	CHECK_STR(route.ns, "ns1");
	CHECK_STR(route.name, "web");
	CHECK_STR(route.sub, NULL);
}

static void test_a_subresource(void)
{
	CHECK_INT(parse("/apis/apps/v1/namespaces/ns1/replicasets/web/scale"), 0);
	CHECK_STR(route.kind->kind, "ReplicaSet");
	CHECK_STR(route.sub, "scale");
}

static void test_a_list_over_all_namespaces(void)
{
	CHECK_INT(parse("/api/v1/pods"), 0);
	CHECK_INT(route.type, ROUTE_COLLECTION);
	CHECK_STR(route.ns, NULL);
}

static void test_a_namespace_is_an_object_too(void)
{
	CHECK_INT(parse("/api/v1/namespaces/ns1"), 0);
	CHECK_STR(route.kind->kind, "Namespace");
	CHECK_STR(route.name, "ns1");
	CHECK_STR(route.ns, NULL);
	CHECK_INT(parse("/api/v1/namespaces/ns1/status"), 0);
	CHECK_STR(route.kind->kind, "Namespace");
	CHECK_STR(route.sub, "status");
}

static void test_names_are_decoded_after_the_split(void)
{
	CHECK_INT(parse("/api/v1/nodes/a%2Fb"), 0);
	CHECK_STR(route.name, "a/b");
}

static void test_what_is_not_served_is_not_found(void)
{
	CHECK_INT(parse("/api/v1/gizmos"), -ERR_NOT_FOUND);
	CHECK_INT(parse("/api/v2/pods"), -ERR_NOT_FOUND);
	CHECK_INT(parse("/apis/extensions/v1beta1/replicasets"), -ERR_NOT_FOUND);
	CHECK_INT(parse("/api/v1/namespaces/ns1/nodes/n"), -ERR_NOT_FOUND);
	CHECK_INT(parse("/api/v1/pods/web"), -ERR_NOT_FOUND);
	CHECK_INT(parse("/api/v1/namespaces/ns1/pods/web/log/more"), -ERR_NOT_FOUND);
}

static void test_fixed_paths_are_plain(void)
{
	CHECK_INT(parse("/healthz"), 0);
	CHECK_INT(route.type, ROUTE_PLAIN);
	CHECK_INT(parse("/apis/apps/v1"), 0);
	CHECK_INT(route.type, ROUTE_PLAIN);
	CHECK_INT(parse("/apis/podd.podtest/v1/images"), 0);
	CHECK_INT(route.type, ROUTE_PLAIN);
}

static void test_an_invalid_object_is_named_by_its_kind(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *status = NULL;

	parse("/api/v1/namespaces/ns1/pods/web");
	error_add_cause(&err, "spec.x", "FieldValueRequired", "Required value");
	status = status_failure(&err, &route);
	CHECK_INT(json_int(status, "code", 0), 422);
	CHECK_STR(json_str(status, "reason"), "Invalid");
	CHECK_STR(json_str(status, "details.kind"), "Pod");
	CHECK_STR(json_str(status, "details.causes[0].field"), "spec.x");
	CHECK_STR(json_str(status, "details.causes[0].reason"), "FieldValueRequired");
}

static void test_a_missing_object_is_named_by_its_resource(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *status = NULL;

	parse("/apis/apps/v1/namespaces/ns1/replicasets/web");
	error_set(&err, ERR_NOT_FOUND, NULL, "x");
	status = status_failure(&err, &route);
	CHECK_INT(json_int(status, "code", 0), 404);
	CHECK_STR(json_str(status, "details.kind"), "replicasets");
	CHECK_STR(json_str(status, "details.group"), "apps");
	CHECK_STR(json_str(status, "details.name"), "web");
}

static void test_a_code_without_a_row_is_an_internal_error(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *status = NULL;

	error_set_errno(&err, ENOSPC, "write x");
	status = status_failure(&err, NULL);
	CHECK_INT(json_int(status, "code", 0), 500);
	CHECK_STR(json_str(status, "reason"), "InternalError");
	CHECK_CONTAINS(json_str(status, "message"), "No space left on device");
}

static void test_accept_takes_the_first_type_that_is_served(void)
{
	enum table_version v;

	CHECK_INT(table_accepted("application/json;as=Table;v=v1;g=meta.k8s.io, application/json",
				 &v),
		  0);
	CHECK_INT(v, TABLE_V1);
	CHECK_INT(table_accepted("application/json;as=Table;v=v2,application/json", &v), 0);
	CHECK_INT(v, TABLE_NONE);
	CHECK_INT(table_accepted("application/vnd.kubernetes.protobuf", &v), ACCEPT_NOTHING);
	CHECK_INT(table_accepted("application/vnd.kubernetes.protobuf,*/*", &v), 0);
	CHECK_INT(table_accepted(NULL, &v), 0);
}

static void test_a_table_has_a_row_per_object(void)
{
	struct table_opts opts = { .version = TABLE_V1 };
	_cleanup_json_ json_t *items = json_pack("[{s{ss}, ss}]", "metadata", "name", "a", "kind",
						 "Pod"),
			      *table = table_new(scheme_kind("v1", "Pod"), items, NULL, &opts);

	CHECK_STR(json_str(table, "columnDefinitions[0].name"), "Name");
	CHECK_INT(json_len(table, "rows"), 1);
	CHECK_STR(json_str(table, "rows[0].cells[0]"), "a");
	CHECK_STR(json_str(table, "rows[0].object.kind"), "PartialObjectMetadata");
	CHECK_INT(json_len(table, "rows[0].cells"), json_len(table, "columnDefinitions"));
}

int main(void)
{
	TEST(test_a_core_object_in_a_namespace);
	TEST(test_a_subresource);
	TEST(test_a_list_over_all_namespaces);
	TEST(test_a_namespace_is_an_object_too);
	TEST(test_names_are_decoded_after_the_split);
	TEST(test_what_is_not_served_is_not_found);
	TEST(test_fixed_paths_are_plain);
	TEST(test_an_invalid_object_is_named_by_its_kind);
	TEST(test_a_missing_object_is_named_by_its_resource);
	TEST(test_a_code_without_a_row_is_an_internal_error);
	TEST(test_accept_takes_the_first_type_that_is_served);
	TEST(test_a_table_has_a_row_per_object);
	route_deinit(&route);
	return test_end();
}
