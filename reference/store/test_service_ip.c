/*
 * Tests of what Services are given: in a store in memory with a network of fourteen addresses.
 */
#include "api/meta.h"
#include "api/service.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/test.h"
#include "store/sqlite.h"

static struct loop *loop;
static struct clock hand;
static struct store *store;

static void open_store(void)
{
	struct sqlite_store_config cfg = { .loop = loop, .clock = &hand };

	cfg.service_cidr = "10.96.0.0/28";
	clock_hand_init(&hand, 1);
	store = store_free(store);
	CHECK_OK(sqlite_store_open(&cfg, &store, NULL), NULL);
}

/* spec: the text between its braces. Returns what the store says; *ret is the Service. */
static int make(const char *name, const char *spec, json_t **ret, struct error *err)
{
	char text[1024];
	_cleanup_json_ json_t *given = NULL;

	snprintf(text, sizeof(text),
		 "{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"%s\"},"
		 "\"spec\":{\"ports\":[{\"port\":80}]%s}}",
		 name, spec);
	CHECK_OK(json_parse(text, strlen(text), &given, NULL), NULL);
	return store_create(store, &kind_service, "default", given, ret, err);
}

static void test_each_gets_an_address_of_its_own(void)
{
	_cleanup_json_ json_t *all = json_object();
	_cleanup_error_ struct error err = ERROR_INIT;
	char name[16];

	open_store();
	for (int i = 0; i < 14; i++) {
		_cleanup_json_ json_t *s = NULL;

		snprintf(name, sizeof(name), "s%d", i);
		CHECK_OK(make(name, "", &s, &err), &err);
		CHECK(strncmp(service_address(s), "10.96.0.", 8) == 0);
		CHECK_STR(json_str(s, "spec.clusterIPs[0]"), service_address(s));
		json_object_set_new(all, service_address(s), json_true());
	}
	CHECK_INT(json_object_size(all), 14);
	CHECK_INT(make("last", "", NULL, &err), STORE_REFUSED);
	CHECK_OK(store_delete(store, &kind_service, "default", "s3", NULL, NULL, NULL, &err), &err);
	CHECK_OK(make("last", "", NULL, &err), &err);
}

static void test_a_wish_is_kept_or_refused(void)
{
	_cleanup_json_ json_t *s = NULL, *none = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;

	open_store();
	CHECK_OK(make("a", ",\"clusterIP\":\"10.96.0.7\"", &s, &err), &err);
	CHECK_STR(service_address(s), "10.96.0.7");
	CHECK_INT(make("b", ",\"clusterIP\":\"10.96.0.7\"", NULL, &err), STORE_REFUSED);
	CHECK_STR(err.message, "Service \"b\" is invalid: spec.clusterIPs: Invalid value: "
			       "[\"10.96.0.7\"]: failed to allocate IP 10.96.0.7: provided IP is "
			       "already allocated");
	CHECK_INT(make("b", ",\"clusterIP\":\"10.97.0.7\"", NULL, &err), STORE_REFUSED);
	CHECK_STR(err.causes[0].field, "spec.clusterIPs");
	CHECK_OK(make("c", ",\"clusterIP\":\"None\"", &none, &err), &err);
	CHECK(!service_address(none));
}

static void test_node_ports_are_given(void)
{
	_cleanup_json_ json_t *s = NULL, *again = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	int64_t port;

	open_store();
	CHECK_OK(make("a", ",\"type\":\"NodePort\"", &s, &err), &err);
	port = json_int(s, "spec.ports[0].nodePort", 0);
	CHECK(port >= 30000 && port < 32768);
	json_object_del(json_obj(s, "spec.ports[0]"), "nodePort");
	CHECK_OK(store_update(store, &kind_service, STORE_SPEC, s, &again, &err), &err);
	CHECK_INT(json_int(again, "spec.ports[0].nodePort", 0), port);
}

static void test_an_external_name_that_becomes_a_service_gets_an_address(void)
{
	_cleanup_json_ json_t *s = NULL, *now = NULL, *back = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;

	open_store();
	CHECK_OK(make("a", ",\"type\":\"ExternalName\",\"externalName\":\"x\"", &s, &err), &err);
	CHECK(!json_has(s, "spec.clusterIP"));
	json_set_str(s, "spec.type", "ClusterIP");
	CHECK_OK(store_update(store, &kind_service, STORE_SPEC, s, &now, &err), &err);
	CHECK(service_address(now));
	json_set_str(now, "spec.type", "ExternalName");
	CHECK_OK(store_update(store, &kind_service, STORE_SPEC, now, &back, &err), &err);
	CHECK(!json_has(back, "spec.clusterIP") && !json_has(back, "spec.clusterIPs"));
}

int main(void)
{
	CHECK_OK(loop_new(&loop, NULL), NULL);
	TEST(test_each_gets_an_address_of_its_own);
	TEST(test_a_wish_is_kept_or_refused);
	TEST(test_node_ports_are_given);
	TEST(test_an_external_name_that_becomes_a_service_gets_an_address);
	store = store_free(store);
	loop_free(loop);
	return test_end();
}
