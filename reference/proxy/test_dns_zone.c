/*
 * Tests of the names of Services: questions and records, on literals.
 */
#include "proxy/dns_zone.h"

#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"

#define SERVICE(name, spec)                                                                        \
	"\"n/" name "\":{\"metadata\":{\"name\":\"" name "\",\"namespace\":\"n\"},\"spec\":{" spec \
	"}}"
#define HTTP "\"ports\":[{\"name\":\"http\",\"port\":80,\"protocol\":\"TCP\"}]"
#define SERVICES                                                                         \
	"{" SERVICE("web", "\"clusterIP\":\"10.96.0.5\"," HTTP) "," SERVICE(             \
		"head",                                                                  \
		"\"clusterIP\":\"None\"," HTTP) "," SERVICE("out",                       \
							    "\"type\":\"ExternalName\"," \
							    "\"externalName\":\"db.example\"") "}"
#define SLICES                                                                            \
	"{\"n/head\":{\"head-x\":{\"ports\":[{\"name\":\"http\",\"port\":8080}],"         \
	"\"endpoints\":[{\"addresses\":[\"10.88.0.4\"],\"hostname\":\"one\"},"            \
	"{\"addresses\":[\"10.88.0.5\"]},{\"addresses\":[\"10.88.0.6\"],\"conditions\":{" \
	"\"ready\":false}}]}}}"
#define D ".svc.cluster.local"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

/* "CODE RECORD RECORD…": addresses as they are, others as TYPE TARGET [PORT]. */
static const char *ask(const char *name, int type)
{
	_cleanup_json_ json_t *services = parse(SERVICES), *slices = parse(SLICES);
	struct dns_zone zone = { services, slices };
	struct strbuf out = STRBUF_INIT;
	static char buf[512];
	struct dns_answer a;

	dns_zone_answer(&zone, name, type, &a);
	strbuf_addf(&out, "%d", a.code);
	for (size_t i = 0; i < a.n; i++) {
		const struct dns_record *r = &a.records[i];

		if (r->type == DNS_A)
			strbuf_addf(&out, " %u.%u.%u.%u", r->address >> 24, r->address >> 16 & 255,
				    r->address >> 8 & 255, r->address & 255);
		else
			strbuf_addf(&out, " %d %s %d %d", r->type, r->target, r->port, r->weight);
	}
	snprintf(buf, sizeof(buf), "%s", strbuf_str(&out));
	strbuf_deinit(&out);
	dns_answer_deinit(&a);
	return buf;
}

static void test_a_service_has_its_address(void)
{
	CHECK_STR(ask("web.n" D, DNS_A), "0 10.96.0.5");
	CHECK_STR(ask("WEB.n.SVC.cluster.local.", DNS_A), "0 10.96.0.5");
	CHECK_STR(ask("web.n" D, 28), "0");
	CHECK_STR(ask("web.other" D, DNS_A), "3");
	CHECK_STR(ask("one.web.n" D, DNS_A), "3");
	CHECK_STR(ask("out.n" D, DNS_A), "0 5 db.example 0 0");
}

static void test_a_headless_service_has_its_ready_pods(void)
{
	CHECK_STR(ask("head.n" D, DNS_A), "0 10.88.0.4 10.88.0.5");
	CHECK_STR(ask("one.head.n" D, DNS_A), "0 10.88.0.4");
	CHECK_STR(ask("10-88-0-5.head.n" D, DNS_A), "0 10.88.0.5");
	CHECK_STR(ask("10-88-0-4.head.n" D, DNS_A), "3");
	CHECK_STR(ask("10-88-0-6.head.n" D, DNS_A), "3");
}

static void test_named_ports(void)
{
	CHECK_STR(ask("_http._tcp.web.n" D, DNS_SRV), "0 33 web.n" D " 80 100");
	CHECK_STR(ask("_http._tcp.head.n" D, DNS_SRV),
		  "0 33 one.head.n" D " 8080 50 33 10-88-0-5.head.n" D " 8080 50");
	CHECK_STR(ask("_http._udp.web.n" D, DNS_SRV), "3");
	CHECK_STR(ask("_http._tcp.web.n" D, DNS_A), "0");
}

static void test_names_between(void)
{
	CHECK_STR(ask("n" D, DNS_A), "0");
	CHECK_STR(ask("m" D, DNS_A), "3");
	CHECK_STR(ask("svc.cluster.local", DNS_A), "0");
	CHECK_STR(ask("cluster.local", DNS_A), "0");
	CHECK_STR(ask("example.com", DNS_A), "3");
	CHECK_STR(ask("", DNS_A), "3");
}

static void test_addresses_of_pods(void)
{
	CHECK_STR(ask("10-88-0-9.n.pod.cluster.local", DNS_A), "0 10.88.0.9");
	CHECK_STR(ask("x.n.pod.cluster.local", DNS_A), "3");
}

static void test_the_way_back(void)
{
	CHECK_STR(ask("5.0.96.10.in-addr.arpa", DNS_PTR), "0 12 web.n" D " 0 0");
	CHECK_STR(ask("4.0.88.10.in-addr.arpa", DNS_PTR), "0 12 one.head.n" D " 0 0");
	CHECK_STR(ask("9.0.88.10.in-addr.arpa", DNS_PTR), "3");
}

int main(void)
{
	TEST(test_a_service_has_its_address);
	TEST(test_a_headless_service_has_its_ready_pods);
	TEST(test_named_ports);
	TEST(test_names_between);
	TEST(test_addresses_of_pods);
	TEST(test_the_way_back);
	return test_end();
}
