/*
 * Tests of the rules that lead to Services: objects as literals, texts of nft(8) as the outcome.
 */
#include "proxy/proxy_rules.h"

#include "base/json.h"
#include "base/str.h"
#include "base/test.h"

#define SERVICE(more)                                                                 \
	"{\"n/web\":{\"metadata\":{\"name\":\"web\",\"namespace\":\"n\"},\"spec\":{"  \
	"\"type\":\"ClusterIP\",\"clusterIP\":\"10.96.0.5\",\"ports\":[{\"port\":80," \
	"\"protocol\":\"TCP\"}]" more "}}}"
#define STATE(r, s, t) ",\"conditions\":{\"ready\":" r ",\"serving\":" s ",\"terminating\":" t "}"
#define READY STATE("true", "true", "false")
#define UNREADY STATE("false", "false", "false")
#define LEAVING STATE("false", "true", "true")
#define E(ip, more) "{\"addresses\":[\"" ip "\"]" more "}"
#define SLICES(list)                                                                               \
	"{\"n/web\":{\"web-x\":{\"addressType\":\"IPv4\",\"ports\":[{\"name\":\"\",\"port\":8080}" \
	"],\"endpoints\":[" list "]}}}"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

static json_t *rules(const char *services, const char *slices)
{
	_cleanup_json_ json_t *s = parse(services), *e = parse(slices);
	struct proxy_facts facts = {
		.services = s,
		.slices = e,
		.node_name = "one",
		.node_ip = "10.88.0.1",
		.rate = 20,
	};

	return proxy_rules_make(&facts);
}

#define CHAIN "s-10.96.0.5-tcp-80"

/* The i-th rule of a chain; "" when there is none. */
static const char *rule(const json_t *table, const char *chain, size_t i)
{
	const json_t *list = json_object_get(json_obj(table, "chains"), chain);

	return json_string_value(json_array_get(list, i)) ?: "";
}

static void test_connections_are_spread_over_the_ready(void)
{
	_cleanup_json_ json_t *t =
		rules(SERVICE(""), SLICES(E("10.88.0.9", READY) "," E("10.88.0.3", UNREADY) "," E(
					   "10.88.0.4", LEAVING) "," E("10.88.0.5", "")));

	CHECK_STR(rule(t, CHAIN, 0),
		  "meta l4proto tcp dnat to numgen random mod 2 map { 0 : 10.88.0.5 . 8080, 1 : "
		  "10.88.0.9 . 8080 }");
	CHECK_STR(json_string_value(json_object_get(json_obj(t, "ports"), "10.96.0.5 . tcp . 80")),
		  CHAIN);
	CHECK_INT(json_len(t, "hairpins"), 2);
}

static void test_those_that_leave_are_the_last_resort(void)
{
	_cleanup_json_ json_t *t =
		rules(SERVICE(""), SLICES(E("10.88.0.3", UNREADY) "," E("10.88.0.4", LEAVING)));
	_cleanup_json_ json_t *none = rules(SERVICE(""), SLICES(E("10.88.0.3", UNREADY)));

	CHECK_STR(rule(t, CHAIN, 0),
		  "meta l4proto tcp dnat to numgen random mod 1 map { 0 : 10.88.0.4 . 8080 }");
	CHECK_INT(json_len(none, "ports"), 0);
	CHECK_INT(json_len(none, "addresses"), 1);
}

static void test_a_client_is_remembered_in_nominal_time(void)
{
	_cleanup_json_ json_t *t =
		rules(SERVICE(",\"sessionAffinity\":\"ClientIP\",\"sessionAffinityConfig\":{"
			      "\"clientIP\":{\"timeoutSeconds\":100}}"),
		      SLICES(E("10.88.0.4", READY) "," E("10.88.0.5", READY)));
	const char *name = "10.96.0.5-tcp-80-10.88.0.4-8080-5000";
	_cleanup_free_ char *set = str_printf("c-%s", name), *chain = str_printf("e-%s", name);

	CHECK_INT(json_len(t, "sets"), 2);
	CHECK_STR(json_string_value(json_object_get(json_obj(t, "sets"), set)),
		  "type ipv4_addr; flags dynamic,timeout; timeout 5000ms;");
	CHECK_STR(rule(t, CHAIN, 0), "ip saddr @c-10.96.0.5-tcp-80-10.88.0.4-8080-5000 goto "
				     "e-10.96.0.5-tcp-80-10.88.0.4-8080-5000");
	CHECK_STR(rule(t, chain, 0), "update @c-10.96.0.5-tcp-80-10.88.0.4-8080-5000 { ip saddr }");
	CHECK_STR(rule(t, chain, 1), "meta l4proto tcp dnat to 10.88.0.4:8080");
}

static void test_local_traffic_stays_on_the_node(void)
{
	_cleanup_json_ json_t *t = rules(SERVICE(",\"internalTrafficPolicy\":\"Local\""),
					 SLICES(E("10.88.0.4", ",\"nodeName\":\"one\"") "," E(
						 "10.89.0.4", ",\"nodeName\":\"two\"")));

	CHECK_STR(rule(t, CHAIN, 0),
		  "meta l4proto tcp dnat to numgen random mod 1 map { 0 : 10.88.0.4 . 8080 }");
}

static void test_a_node_port_is_open_on_the_node(void)
{
	_cleanup_json_ json_t *services = parse(SERVICE("")), *t = NULL;
	_cleanup_free_ char *text = NULL;

	json_set_int(json_array_get(json_arr(json_object_get(services, "n/web"), "spec.ports"), 0),
		     "nodePort", 30080);
	text = json_text(services);
	t = rules(text, SLICES(E("10.88.0.4", "")));
	CHECK(json_object_get(json_obj(t, "ports"), "10.88.0.1 . tcp . 30080"));
	/* the answer of a pod on another node has to come back this way */
	CHECK_STR(rule(t, "s-10.88.0.1-tcp-30080", 0), "meta mark set 1");
	CHECK_STR(rule(t, CHAIN, 0),
		  "meta l4proto tcp dnat to numgen random mod 1 map { 0 : 10.88.0.4 . 8080 }");
}

/* The commands from one set of endpoints to the other. */
static char *commands(const char *before, const char *now)
{
	_cleanup_json_ json_t *a = before ? rules(SERVICE(""), before) : NULL;
	_cleanup_json_ json_t *b = rules(SERVICE(""), now);
	struct strbuf out = STRBUF_INIT;

	proxy_rules_diff(a, b, &out);
	return strbuf_take(&out);
}

static void test_the_same_again_is_nothing(void)
{
	_cleanup_free_ char *text = commands(SLICES(E("10.88.0.4", "") "," E("10.88.0.5", "")),
					     SLICES(E("10.88.0.5", "") "," E("10.88.0.4", "")));

	CHECK_STR(text, "");
}

static void test_a_changed_chain_is_filled_anew(void)
{
	_cleanup_free_ char *text = commands(SLICES(E("10.88.0.4", "")), SLICES(E("10.88.0.5", "")));

	CHECK_STR(text,
		  "flush chain ip services " CHAIN "\n"
		  "add rule ip services " CHAIN " meta l4proto tcp dnat to numgen random mod 1 map "
		  "{ 0 : 10.88.0.5 . 8080 }\n"
		  "delete element ip services hairpins { 10.88.0.4 . 10.88.0.4 }\n"
		  "add element ip services hairpins { 10.88.0.5 . 10.88.0.5 }\n");
}

static void test_what_is_gone_is_emptied_last(void)
{
	_cleanup_free_ char *text =
		commands(SLICES(E("10.88.0.4", "")), SLICES(E("10.88.0.4", UNREADY)));

	CHECK_STR(text, "delete element ip services ports { 10.96.0.5 . tcp . 80 }\n"
			"delete element ip services hairpins { 10.88.0.4 . 10.88.0.4 }\n"
			"flush chain ip services " CHAIN "\n");
}

static void test_what_is_left_is_deleted_later_unless_it_is_wanted_again(void)
{
	_cleanup_json_ json_t *a = rules(SERVICE(""), SLICES(E("10.88.0.4", "")));
	_cleanup_json_ json_t *b = rules(SERVICE(""), SLICES(E("10.88.0.4", UNREADY)));
	_cleanup_json_ json_t *left = json_object();
	_cleanup_strbuf_ struct strbuf first = STRBUF_INIT, then = STRBUF_INIT;

	proxy_rules_leave(a, b, left);
	proxy_rules_drop(left, &first);
	CHECK_STR(strbuf_str(&first), "delete chain ip services " CHAIN "\n");
	proxy_rules_leave(NULL, a, left);
	proxy_rules_drop(left, &then);
	CHECK_STR(strbuf_str(&then), "");
}

int main(void)
{
	TEST(test_connections_are_spread_over_the_ready);
	TEST(test_those_that_leave_are_the_last_resort);
	TEST(test_a_client_is_remembered_in_nominal_time);
	TEST(test_local_traffic_stays_on_the_node);
	TEST(test_a_node_port_is_open_on_the_node);
	TEST(test_the_same_again_is_nothing);
	TEST(test_a_changed_chain_is_filled_anew);
	TEST(test_what_is_gone_is_emptied_last);
	TEST(test_what_is_left_is_deleted_later_unless_it_is_wanted_again);
	return test_end();
}
