/*
 * Tests of the client's small pure parts: paths, durations, frames, tables, kubeconfigs, errors.
 */
#include <fcntl.h>
#include <unistd.h>

#include "api/scheme.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"
#include "base/test.h"
#include "base/yaml.h"
#include "client/endpoint.h"
#include "client/human.h"
#include "client/rest_client.h"
#include "client/table_printer.h"
#include "client/websocket.h"

static json_t *parse(const char *text)
{
	json_t *v = NULL;

	if (json_parse(text, strlen(text), &v, NULL) < 0)
		abort();
	return v;
}

static void test_paths_are_escaped(void)
{
	_cleanup_free_ char *pod = rest_path(scheme_kind("v1", "Pod"), "ns", "a/../b", "log");
	_cleanup_free_ char *rs = rest_path(scheme_kind("apps/v1", "ReplicaSet"), NULL, NULL, NULL);
	_cleanup_strbuf_ struct strbuf q = STRBUF_INIT;

	CHECK_STR(pod, "/api/v1/namespaces/ns/pods/a%2F..%2Fb/log");
	CHECK_STR(rs, "/apis/apps/v1/replicasets");
	strbuf_adds(&q, "/x");
	rest_query(&q, "labelSelector", "a=b,c in (d)");
	rest_query(&q, "none", NULL);
	rest_query(&q, "watch", "true");
	CHECK_STR(strbuf_str(&q), "/x?labelSelector=a%3Db%2Cc%20in%20%28d%29&watch=true");
}

static int64_t duration(const char *text)
{
	int64_t ns;

	return human_parse_duration(text, &ns) == 0 ? ns : -77;
}

static void test_durations(void)
{
	CHECK_INT(duration("30s"), 30 * NSEC_PER_SEC);
	CHECK_INT(duration("1m30s"), 90 * NSEC_PER_SEC);
	CHECK_INT(duration("1.5h"), 5400 * NSEC_PER_SEC);
	CHECK_INT(duration("250ms"), 250 * NSEC_PER_MSEC);
	CHECK_INT(duration("-1s"), -NSEC_PER_SEC);
	CHECK_INT(duration("7"), 7 * NSEC_PER_SEC);
	CHECK_INT(duration("7x"), -77);
	CHECK_INT(duration(""), -77);
	CHECK_INT(duration("s"), -77);
}

static void test_a_frame_is_masked_and_read_back(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	static const char server[] = "\x82\x03\x01hi";
	struct websocket_frame f;

	websocket_encode(&b, WS_BINARY, "hi", 2, 0x01010101);
	CHECK_INT(b.len, 8);
	CHECK_INT((unsigned char)b.data[1], 0x82);
	CHECK_INT(b.data[6], 'h' ^ 1);
	CHECK_INT(websocket_decode(server, 4, &f), 0);
	CHECK_INT(websocket_decode(server, 5, &f), 1);
	CHECK_INT(f.len, 3);
	CHECK_INT(f.consumed, 5);
	CHECK(f.final);
	CHECK_INT(websocket_decode(b.data, b.len, &f), -1); /* a server must not mask */
}

static void test_long_frames_have_long_lengths(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	static char data[70000];

	websocket_encode(&b, WS_BINARY, data, 200, 0);
	CHECK_INT(b.len, 208);
	strbuf_reset(&b);
	websocket_encode(&b, WS_BINARY, data, sizeof(data), 0);
	CHECK_INT(b.len, 70014);
}

static void test_tables_stand_in_columns(void)
{
	_cleanup_json_ json_t *table = parse(
		"{\"columnDefinitions\":[{\"name\":\"Name\",\"format\":\"name\"},{\"name\":"
		"\"Ready\"},"
		"{\"name\":\"IP\",\"priority\":1},{\"name\":\"Age\"}],\"rows\":[{\"cells\":[\"a\","
		"\"1/1\","
		"\"10.0.0.1\",\"5s\"],\"object\":{\"metadata\":{\"namespace\":\"default\"}}}]}");
	char prefix[] = "pod/";
	struct table_options options = { .show_namespace = true, .name_prefix = prefix };
	_cleanup_(table_printer_freep) struct table_printer *t = table_printer_new(&options);
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	memset(prefix, 'x', strlen(prefix)); /* the printer has its own */
	table_print(t, table, &out);
	table_print(t, table, &out);
	CHECK_STR(strbuf_str(&out), "NAMESPACE   NAME    READY   AGE\n"
				    "default     pod/a   1/1     5s\n"
				    "default     pod/a   1/1     5s\n");
}

static void test_a_status_becomes_an_error(void)
{
	_cleanup_json_ json_t *status = parse("{\"reason\":\"AlreadyExists\",\"code\":409,"
					      "\"message\":\"pods \\\"a\\\" already exists\"}");
	_cleanup_json_ json_t *bare = parse("{\"message\":\"m\"}");
	_cleanup_error_ struct error err = ERROR_INIT, other = ERROR_INIT, local = ERROR_INIT;

	CHECK_INT(rest_status_error(status, 0, &err), -ERR_EXISTS);
	CHECK_STR(error_text(&err), "pods \"a\" already exists");
	CHECK(rest_is_status(&err));
	CHECK_INT(rest_status_error(bare, 503, &other), -ERR_UNAVAILABLE);
	CHECK(rest_is_status(&other));
	error_set(&local, ERR_NOT_FOUND, NULL, "no file");
	CHECK(!rest_is_status(&local));
}

static void test_a_kubeconfig_survives_the_way_through_a_file(void)
{
	struct endpoint e = {
		.server = "https://127.0.0.1:1", .ca = "PEM\n", .token = "t", .ns = "n"
	};
	_cleanup_json_ json_t *config = endpoint_to_kubeconfig(&e, "x");
	_cleanup_free_ char *text = yaml_dump(config);
	_cleanup_(endpoint_freep) struct endpoint *read = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	char path[] = "/tmp/podtest-kubeconfig-XXXXXX";
	int fd = mkstemp(path);

	CHECK(fd >= 0);
	CHECK_OK(fs_write_fd(fd, text, strlen(text), &err), &err);
	close(fd);
	fd = endpoint_from_kubeconfig(path, &read, &err);
	unlink(path);
	CHECK_OK(fd, &err);
	CHECK_STR(read->server, e.server);
	CHECK_STR(read->ca, e.ca);
	CHECK_STR(read->token, e.token);
	CHECK_STR(read->ns, e.ns);
	CHECK(!read->cert && !read->insecure);
}

static void test_a_missing_kubeconfig_is_named(void)
{
	_cleanup_(endpoint_freep) struct endpoint *e = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK(endpoint_from_kubeconfig("/nonexistent/config", &e, &err) < 0);
	CHECK_CONTAINS(error_text(&err), "error loading config file \"/nonexistent/config\"");
}

int main(void)
{
	TEST(test_paths_are_escaped);
	TEST(test_durations);
	TEST(test_a_frame_is_masked_and_read_back);
	TEST(test_long_frames_have_long_lengths);
	TEST(test_tables_stand_in_columns);
	TEST(test_a_status_becomes_an_error);
	TEST(test_a_kubeconfig_survives_the_way_through_a_file);
	TEST(test_a_missing_kubeconfig_is_named);
	return test_end();
}
