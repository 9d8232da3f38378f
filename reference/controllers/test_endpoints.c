/*
 * Tests of where Services lead to: the plans on literals, then the controller on a store in memory.
 */
#include "controllers/test_objects.h"

#include "api/endpoints.h"
#include "api/service.h"
#include "controllers/endpoints_plan.h"
#include "controllers/slices_plan.h"

#define META(name, more) \
	"\"metadata\":{\"name\":\"" name "\",\"namespace\":\"n\",\"uid\":\"u" name "\"" more "}"
#define READY "\"conditions\":[{\"type\":\"Ready\",\"status\":\"True\"}]"
#define POD(name, ip, more, spec, status)                                                      \
	"{" META(name, more) ",\"spec\":{\"nodeName\":\"w\"" spec                              \
			     "},\"status\":{\"phase\":\"Running\",\"podIP\":\"" ip "\"" status \
			     "}}"
#define GOING ",\"deletionTimestamp\":\"2026-01-02T00:00:00Z\""
#define HTTP(n) ",\"containers\":[{\"ports\":[{\"name\":\"http\",\"containerPort\":" n "}]}]"
#define SERVICE(spec) "{" META("web", "") ",\"spec\":{" spec "}}"
#define PORT_80 "\"ports\":[{\"port\":80,\"targetPort\":80,\"protocol\":\"TCP\"}]"

/* The groups of a Service over these pods. */
static json_t *groups(const char *service, const char *pods)
{
	_cleanup_json_ json_t *s = parse(service), *p = parse(pods);

	return endpoints_groups(s, p);
}

static bool condition(const json_t *groups, const char *name)
{
	char path[80];

	snprintf(path, sizeof(path), "endpoints[0].conditions.%s", name);
	return json_bool(json_array_get(groups, 0), path, false);
}

static void check_conditions(const json_t *g, bool ready, bool serving, bool terminating)
{
	CHECK_INT(condition(g, "ready"), ready);
	CHECK_INT(condition(g, "serving"), serving);
	CHECK_INT(condition(g, "terminating"), terminating);
}

static void test_conditions_follow_the_pod(void)
{
	_cleanup_json_ json_t *ready =
		groups(SERVICE(PORT_80), "[" POD("a", "10.0.0.1", "", "", "," READY) "]");
	_cleanup_json_ json_t *not =
		groups(SERVICE(PORT_80), "[" POD("a", "10.0.0.1", "", "", "") "]");
	_cleanup_json_ json_t *going =
		groups(SERVICE(PORT_80), "[" POD("a", "10.0.0.1", GOING, "", "," READY) "]");
	_cleanup_json_ json_t *all = groups(SERVICE(PORT_80 ",\"publishNotReadyAddresses\":true"),
					    "[" POD("a", "10.0.0.1", GOING, "", "") "]");

	check_conditions(ready, true, true, false);
	check_conditions(not, false, false, false);
	check_conditions(going, false, true, true);
	check_conditions(all, true, false, true);
}

static void test_only_pods_with_an_address_that_have_not_ended(void)
{
	_cleanup_json_ json_t *g = groups(
		SERVICE(PORT_80),
		"[{" META("a", "") ",\"status\":{\"phase\":\"Pending\"}},"
				   "{" META("b", "") ",\"status\":{\"phase\":\"Failed\",\"podIP\":"
						     "\"10.0.0.2\"}}]");

	CHECK_INT(json_array_size(g), 0);
}

static void test_named_ports_make_groups(void)
{
	_cleanup_json_ json_t *g =
		groups(SERVICE("\"ports\":[{\"port\":80,\"targetPort\":\"http\"}]"),
		       "[" POD("a", "10.0.0.1", "", HTTP("8080"),
			       "") "," POD("b", "10.0.0.2", "", HTTP("9090"),
					   "") "," POD("c", "10.0.0.3", "", HTTP("8080"), "") "]");

	CHECK_INT(json_array_size(g), 2);
	CHECK_INT(json_int(json_array_get(g, 0), "ports[0].port", 0), 8080);
	CHECK_INT(json_len(json_array_get(g, 0), "endpoints"), 2);
	CHECK_INT(json_int(json_array_get(g, 1), "ports[0].port", 0), 9090);
}

static void test_a_host_name_needs_the_services_subdomain(void)
{
	_cleanup_json_ json_t *g = groups(
		SERVICE(PORT_80),
		"[" POD("a", "10.0.0.1", "", ",\"hostname\":\"h\",\"subdomain\":\"web\"",
			"") "," POD("b", "10.0.0.2", "", ",\"hostname\":\"h\",\"subdomain\":\"x\"",
				    "") "," POD("c", "10.0.0.3", "", ",\"subdomain\":\"web\"",
						"") "]");
	const json_t *first = json_array_get(g, 0);

	CHECK_STR(json_str(first, "endpoints[0].hostname"), "h");
	CHECK(!json_has(first, "endpoints[1].hostname"));
	CHECK(!json_has(first, "endpoints[2].hostname"));
}

static void test_the_older_form(void)
{
	_cleanup_json_ json_t *s = parse(SERVICE(PORT_80));
	_cleanup_json_ json_t *pods = parse("[" POD("a", "10.0.0.9", "", "", "," READY) "," POD(
		"b", "10.0.0.2", "", "", "," READY) "," POD("c", "10.0.0.3", "", "",
							    "") "," POD("d", "10.0.0.4", GOING, "",
									"," READY) "]");
	_cleanup_json_ json_t *e = endpoints_object(s, pods, NULL);

	CHECK_INT(json_len(e, "subsets"), 1);
	CHECK_INT(json_len(e, "subsets[0].addresses"), 2);
	CHECK_STR(json_str(e, "subsets[0].addresses[0].ip"), "10.0.0.2");
	CHECK_STR(json_str(e, "subsets[0].notReadyAddresses[0].ip"), "10.0.0.3");
	CHECK_INT(json_int(e, "subsets[0].ports[0].port", 0), 80);
}

/* ---- slices ---- */

static struct slices_plan plan_of(const char *wanted, const char *present, size_t room)
{
	_cleanup_json_ json_t *owner = parse(SERVICE("")), *g = parse(wanted), *p = parse(present);
	struct slices_wish wish = {
		.owner = owner,
		.manager = "m",
		.groups = g,
		.placeholder = true,
		.room = room,
	};
	struct slices_plan plan;

	slices_plan_make(&wish, p, &plan);
	return plan;
}

#define E(ip) "{\"addresses\":[\"" ip "\"]}"
#define GROUP(n, list) "{\"ports\":[{\"port\":" n "}],\"endpoints\":[" list "]}"
#define SLICE(name, n, list)                                                                       \
	"{\"metadata\":{\"name\":\"" name "\",\"labels\":{\"kubernetes.io/service-name\":\"web\"," \
	"\"endpointslice.kubernetes.io/managed-by\":\"m\"}},\"addressType\":\"IPv4\",\"ports\":[{" \
	"\"port\":" n "}],\"endpoints\":[" list "]}"

static void check_plan(struct slices_plan *plan, size_t create, size_t update, size_t remove)
{
	CHECK_INT(json_array_size(plan->create), create);
	CHECK_INT(json_array_size(plan->update), update);
	CHECK_INT(json_array_size(plan->remove), remove);
}

static void test_full_slices_are_followed_by_new_ones(void)
{
	_cleanup_(slices_plan_deinit) struct slices_plan plan =
		plan_of("[" GROUP("80", E("1") "," E("2") "," E("3")) "]", "[]", 2);

	check_plan(&plan, 2, 0, 0);
	CHECK_INT(json_len(json_array_get(plan.create, 0), "endpoints"), 2);
	CHECK_STR(meta_label(json_array_get(plan.create, 0), SLICE_SERVICE_LABEL), "web");
	CHECK_STR(json_str(json_array_get(plan.create, 0), "metadata.ownerReferences[0].uid"),
		  "uweb");
}

static void test_what_is_as_it_should_be_is_left_alone(void)
{
	_cleanup_(slices_plan_deinit) struct slices_plan plan =
		plan_of("[" GROUP("80", E("2") "," E("1")) "]",
			"[" SLICE("x", "80", E("1") "," E("2")) "]", 2);

	check_plan(&plan, 0, 0, 0);
}

static void test_one_pod_less_is_one_slice_changed(void)
{
	_cleanup_(slices_plan_deinit) struct slices_plan plan =
		plan_of("[" GROUP("80", E("2") "," E("3")) "]",
			"[" SLICE("x", "80", E("1") "," E("2")) "," SLICE("y", "80", E("3")) "]", 2);

	check_plan(&plan, 0, 1, 0);
	CHECK_STR(json_str(json_array_get(plan.update, 0), "metadata.name"), "x");
	CHECK_INT(json_len(json_array_get(plan.update, 0), "endpoints"), 1);
}

static void test_the_last_slice_stays_empty(void)
{
	_cleanup_(slices_plan_deinit) struct slices_plan none = plan_of("[]", "[]", 2);
	_cleanup_(slices_plan_deinit) struct slices_plan last =
		plan_of("[]", "[" SLICE("x", "80", E("1")) "," SLICE("y", "81", E("1")) "]", 2);
	_cleanup_(slices_plan_deinit) struct slices_plan ports =
		plan_of("[" GROUP("81", E("1")) "]", "[" SLICE("x", "80", E("1")) "]", 2);

	check_plan(&none, 1, 0, 0);
	check_plan(&last, 0, 1, 1);
	CHECK_INT(json_len(json_array_get(last.update, 0), "endpoints"), 0);
	check_plan(&ports, 1, 0, 1);
}

/* ---- the controller ---- */

static json_t *slices(void)
{
	struct store_list_opts opts = { .ns = "default" };
	json_t *items = NULL;
	uint64_t revision;

	if (store_list(w.store, &kind_endpointslice, &opts, &items, &revision, NULL) < 0)
		abort();
	return items;
}

#define WEB(spec)                                                                                \
	"{\"apiVersion\":\"v1\",\"kind\":\"Service\",\"metadata\":{\"name\":\"web\"},\"spec\":{" \
	"\"ports\":[{\"port\":80}]" spec "}}"
#define CHOOSES ",\"selector\":{\"app\":\"web\"}"

static void test_a_services_objects_come_and_go(void)
{
	_cleanup_json_ json_t *s = create(&kind_service, WEB(CHOOSES));
	_cleanup_json_ json_t *pod =
		create(&kind_pod,
		       "{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\","
		       "\"labels\":{\"app\":\"web\"}},\"spec\":{\"containers\":[{\"name\":\"c\","
		       "\"image\":\"i\"}]}}");
	_cleanup_json_ json_t *before = NULL, *list = NULL, *e = NULL, *after = NULL, *gone = NULL;

	settle();
	before = slices();
	CHECK_INT(json_len(json_array_get(before, 0), "endpoints"), 0);
	json_set_str(pod, "status.podIP", "10.0.0.1");
	update(&kind_pod, STORE_STATUS, pod);
	settle();
	list = slices();
	CHECK_INT(json_array_size(list), 1);
	CHECK_STR(json_str(json_array_get(list, 0), "endpoints[0].addresses[0]"), "10.0.0.1");
	e = get(&kind_endpoints, "web");
	CHECK_STR(json_str(e, "subsets[0].notReadyAddresses[0].ip"), "10.0.0.1");
	delete_as(&kind_service, "web", NULL, -1);
	settle();
	after = slices();
	CHECK_INT(json_array_size(after), 0);
	gone = get(&kind_endpoints, "web");
	CHECK(!gone);
}

static void test_endpoints_by_hand_are_mirrored(void)
{
	_cleanup_json_ json_t *s = create(&kind_service, WEB("")), *none = NULL, *list = NULL;
	_cleanup_json_ json_t *e = NULL, *after = NULL;

	settle();
	none = slices();
	CHECK_INT(json_array_size(none), 0);
	e = create(
		&kind_endpoints,
		"{\"apiVersion\":\"v1\",\"kind\":\"Endpoints\",\"metadata\":{\"name\":\"web\"},"
		"\"subsets\":[{\"addresses\":[{\"ip\":\"192.0.2.1\"}],\"ports\":[{\"port\":8}]}]}");
	settle();
	list = slices();
	CHECK_INT(json_array_size(list), 1);
	CHECK_STR(json_str(json_array_get(list, 0), "endpoints[0].addresses[0]"), "192.0.2.1");
	CHECK_STR(meta_label(json_array_get(list, 0), SLICE_MANAGER_LABEL),
		  "endpointslicemirroring-controller.k8s.io");
	delete_as(&kind_endpoints, "web", NULL, -1);
	settle();
	after = slices();
	CHECK_INT(json_array_size(after), 0);
}

int main(void)
{
	TEST(test_conditions_follow_the_pod);
	TEST(test_only_pods_with_an_address_that_have_not_ended);
	TEST(test_named_ports_make_groups);
	TEST(test_a_host_name_needs_the_services_subdomain);
	TEST(test_the_older_form);
	TEST(test_full_slices_are_followed_by_new_ones);
	TEST(test_what_is_as_it_should_be_is_left_alone);
	TEST(test_one_pod_less_is_one_slice_changed);
	TEST(test_the_last_slice_stays_empty);
	WORLD_TEST(test_a_services_objects_come_and_go);
	WORLD_TEST(test_endpoints_by_hand_are_mirrored);
	return test_end();
}
