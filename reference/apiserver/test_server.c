/*
 * The API server over its own sockets: a store in memory, a node made of tape, and the HTTP client of base.
 */
#include "apiserver/server.h"

#include "api/meta.h"
#include "base/fsutil.h"
#include "base/http.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"
#include "store/sqlite.h"

#define PODS "/api/v1/namespaces/default/pods"
#define PATIENCE (10 * NSEC_PER_SEC)

static char dir[] = "/tmp/test_server.XXXXXX";
static struct loop *loop;
static struct http_client *client;
static struct clock hand;
static struct store *store;
static struct apiserver *server;
static char *socket_path;

/* ---- the node ---- */

static struct {
	struct node_stream_events ev;
	void *userdata;
	bool cancelled;
} tape;

static void tape_plays(void *userdata)
{
	(void)userdata;
	tape.ev.data(tape.userdata, 1, "hello\n", 6);
	tape.ev.done(tape.userdata, 0, NULL);
}

static int node_logs(void *ctx, const struct node_log_request *req,
		     const struct node_stream_events *ev, void *userdata, struct node_stream **ret,
		     struct error *err)
{
	(void)ctx;
	if (streq(req->container, "nope"))
		return error_set(err, ERR_BAD_REQUEST, NULL, "container nope is not valid");
	tape.ev = *ev;
	tape.userdata = userdata;
	tape.cancelled = false;
	if (!req->follow)
		loop_call_soon(loop, tape_plays, NULL);
	*ret = (struct node_stream *)&tape;
	return 0;
}

static int node_pod_metrics(void *ctx, const char *ns, json_t **ret_items, struct error *err)
{
	(void)ctx;
	(void)ns;
	(void)err;
	*ret_items = json_pack("[{s{ss, s{ss}}}, {s{ss}}]", "metadata", "name", "a", "labels",
			       "app", "web", "metadata", "name", "b");
	return 0;
}

static void node_cancel(struct node_stream *s)
{
	(void)s;
	tape.cancelled = true;
}

/* ---- a client that waits ---- */

struct answer {
	bool done;
	int status; /* 0: no answer */
	char *warning;
	struct strbuf body;
};

static void answer_deinit(struct answer *a)
{
	strbuf_deinit(&a->body);
	free(a->warning);
}
#define _cleanup_answer_ _cleanup_(answer_deinit)

static int on_data(void *userdata, const char *data, size_t len)
{
	struct answer *a = userdata;

	strbuf_add(&a->body, data, len);
	return 0;
}

static void on_done(void *userdata, const struct http_response *resp, const struct error *err)
{
	struct answer *a = userdata;

	(void)err;
	a->done = true;
	a->status = resp ? resp->status : 0;
	a->warning = resp ? xstrdup(http_header(resp, "Warning")) : NULL;
}

static struct http_request *begin(const struct http_opts *base, const char *method,
				  const char *path, const char *body, struct answer *a)
{
	_cleanup_free_ char *url = str_printf("http://podd%s", path);
	struct http_opts opts = *base;
	struct http_request *req = NULL;

	opts.method = method;
	if (!opts.url) {
		opts.url = url;
		opts.unix_socket = socket_path;
	}
	opts.body = body;
	if (body && !opts.body_len)
		opts.body_len = strlen(body);
	CHECK_OK(http_request(client, &opts, on_data, on_done, a, &req, NULL), NULL);
	return req;
}

static void ask(const char *method, const char *path, const char *body, struct answer *a)
{
	static char *const headers[] = { "Content-Type: application/json", NULL };
	struct http_opts opts = { .headers = headers };

	begin(&opts, method, path, body, a);
	CHECK(loop_run_until(loop, &a->done, PATIENCE));
}

static bool has_text(const struct answer *a, const char *text)
{
	for (int i = 0; i < 500 && !strstr(strbuf_str(&a->body), text); i++)
		loop_run_until(loop, &(bool){ false }, 10 * NSEC_PER_MSEC);
	return strstr(strbuf_str(&a->body), text);
}

static void restart(void)
{
	struct node_ops node = { .logs = node_logs,
				 .cancel = node_cancel,
				 .pod_metrics = node_pod_metrics };
	struct sqlite_store_config sc = { .loop = loop, .clock = &hand };
	struct apiserver_config ac = { .loop = loop, .clock = &hand, .node = &node, .version = "1" };

	server = apiserver_free(server);
	store = store_free(store);
	clock_hand_init(&hand, 1);
	CHECK_OK(sqlite_store_open(&sc, &store, NULL), NULL);
	ac.store = store;
	CHECK_OK(apiserver_new(&ac, &server, NULL), NULL);
	CHECK_OK(apiserver_listen_unix(server, socket_path, NULL), NULL);
}

#define POD(more)                                                                \
	"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"}," \
	"\"spec\":{" more "\"containers\":[{\"name\":\"c\",\"image\":\"i\"}]}}"
static const char pod_a[] = POD(""), bound_a[] = POD("\"nodeName\":\"n\",");

/* ---- verbs ---- */

static void test_an_object_comes_and_goes(void)
{
	_cleanup_answer_ struct answer made = { 0 }, got = { 0 }, gone = { 0 }, none = { 0 };

	restart();
	ask("POST", PODS, pod_a, &made);
	CHECK_INT(made.status, 201);
	ask("GET", PODS "/a", NULL, &got);
	CHECK_INT(got.status, 200);
	CHECK_CONTAINS(strbuf_str(&got.body), "\"phase\":\"Pending\"");
	ask("DELETE", PODS "/a", NULL, &gone);
	CHECK_INT(gone.status, 200);
	ask("GET", PODS "/a", NULL, &none);
	CHECK_INT(none.status, 404);
	CHECK_CONTAINS(strbuf_str(&none.body), "\"reason\":\"NotFound\"");
}

static void test_an_unknown_field_is_refused_by_its_path(void)
{
	static const char body[] =
		"{\"apiVersion\":\"v1\",\"kind\":\"Pod\",\"metadata\":{\"name\":\"a\"},"
		"\"spec\":{\"containers\":[{\"name\":\"c\",\"image\":\"i\",\"imag\":1}]}}";
	_cleanup_answer_ struct answer refused = { 0 }, warned = { 0 };

	restart();
	ask("POST", PODS, body, &refused);
	CHECK_INT(refused.status, 400);
	CHECK_CONTAINS(strbuf_str(&refused.body), "spec.containers[0].imag");
	ask("POST", PODS "?fieldValidation=Warn", body, &warned);
	CHECK_INT(warned.status, 201);
	CHECK_CONTAINS(warned.warning, "299 - ");
	CHECK(!strstr(strbuf_str(&warned.body), "\"imag\""));
}

static void test_a_body_over_the_limit_is_413(void)
{
	_cleanup_free_ char *body = xmalloc(BODY_MAX + 2);
	_cleanup_answer_ struct answer a = { 0 };

	restart();
	memset(body, 'x', BODY_MAX + 1);
	body[BODY_MAX + 1] = '\0';
	ask("POST", PODS, body, &a);
	CHECK_INT(a.status, 413);
	CHECK_CONTAINS(strbuf_str(&a.body), "Request entity too large: limit is 3145728");
}

static void test_other_methods_and_types_are_refused(void)
{
	static char *const headers[] = { "Content-Type: text/html", NULL };
	struct http_opts opts = { .headers = headers };
	_cleanup_answer_ struct answer method = { 0 }, type = { 0 };

	restart();
	ask("PUT", PODS, pod_a, &method);
	CHECK_INT(method.status, 405);
	begin(&opts, "POST", PODS, pod_a, &type);
	CHECK(loop_run_until(loop, &type.done, PATIENCE));
	CHECK_INT(type.status, 415);
}

#define HPA(version) "/apis/autoscaling/" version "/namespaces/default/horizontalpodautoscalers"
#define METRICS "/apis/metrics.k8s.io/v1beta1/namespaces/default/pods"

static void test_one_object_is_served_in_two_versions(void)
{
	static const char body[] =
		"{\"metadata\":{\"name\":\"h\"},\"spec\":{\"maxReplicas\":3,"
		"\"targetCPUUtilizationPercentage\":37,\"scaleTargetRef\":{\"apiVersion\":"
		"\"apps/v1\",\"kind\":\"Deployment\",\"name\":\"d\"}}}";
	_cleanup_answer_ struct answer made = { 0 }, v2 = { 0 };

	restart();
	ask("POST", HPA("v1"), body, &made);
	CHECK_CONTAINS(strbuf_str(&made.body), "\"targetCPUUtilizationPercentage\":37");
	ask("GET", HPA("v2") "/h", NULL, &v2);
	CHECK_CONTAINS(strbuf_str(&v2.body), "\"averageUtilization\":37");
}

static void test_metrics_are_asked_of_the_node(void)
{
	_cleanup_answer_ struct answer some = { 0 }, none = { 0 }, post = { 0 };

	restart();
	ask("GET", METRICS "?labelSelector=app%3Dweb", NULL, &some);
	CHECK_CONTAINS(strbuf_str(&some.body), "\"kind\":\"PodMetricsList\"");
	CHECK(!strstr(strbuf_str(&some.body), "\"name\":\"b\""));
	ask("GET", METRICS "/c", NULL, &none);
	CHECK_INT(none.status, 404);
	ask("POST", METRICS, "{}", &post);
	CHECK_INT(post.status, 405);
}

/* A namespace, as a client's encoder writes it. */
static void test_a_body_in_protobuf_is_read(void)
{
	static const char body[] = "k8s\0\n\x0f\n\x02v1\x12\tNamespace\x12\x05\n\x03\n\x01p";
	static char *const headers[] = { "Content-Type: application/vnd.kubernetes.protobuf",
					 "Accept: application/vnd.kubernetes.protobuf,"
					 "application/json",
					 NULL };
	struct http_opts opts = { .headers = headers, .body_len = sizeof(body) - 1 };
	_cleanup_answer_ struct answer made = { 0 }, got = { 0 };

	restart();
	begin(&opts, "POST", "/api/v1/namespaces", body, &made);
	CHECK(loop_run_until(loop, &made.done, PATIENCE));
	CHECK_INT(made.status, 201);
	ask("GET", "/api/v1/namespaces/p", NULL, &got);
	CHECK_INT(got.status, 200);
}

static void test_a_list_comes_in_pages(void)
{
	_cleanup_answer_ struct answer first = { 0 }, bad = { 0 };

	restart();
	ask("GET", "/api/v1/namespaces?limit=1", NULL, &first);
	CHECK_INT(first.status, 200);
	CHECK_CONTAINS(strbuf_str(&first.body), "\"continue\":\"");
	CHECK_CONTAINS(strbuf_str(&first.body), "\"remainingItemCount\":");
	ask("GET", "/api/v1/namespaces?limit=1&continue=x", NULL, &bad);
	CHECK_INT(bad.status, 400);
}

static void test_the_one_user_may_do_everything(void)
{
	_cleanup_answer_ struct answer may = { 0 }, who = { 0 };

	restart();
	ask("POST", "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", "{}", &may);
	CHECK_INT(may.status, 201);
	CHECK_CONTAINS(strbuf_str(&may.body), "\"allowed\":true");
	ask("POST", "/apis/authentication.k8s.io/v1/selfsubjectreviews", "{}", &who);
	CHECK_CONTAINS(strbuf_str(&who.body), "\"username\":\"podd:admin\"");
}

static void test_dry_run_stores_nothing(void)
{
	_cleanup_answer_ struct answer made = { 0 }, none = { 0 };

	restart();
	ask("POST", PODS "?dryRun=All", pod_a, &made);
	CHECK_INT(made.status, 201);
	ask("GET", PODS "/a", NULL, &none);
	CHECK_INT(none.status, 404);
}

/* ---- streams ---- */

static void test_a_watch_sees_a_pod_and_notices_its_client_leave(void)
{
	_cleanup_answer_ struct answer watch = { 0 }, made = { 0 };
	struct http_opts opts = { 0 };
	struct http_request *req;

	restart();
	req = begin(&opts, "GET", PODS "?watch=1", NULL, &watch);
	ask("POST", PODS, pod_a, &made);
	CHECK(has_text(&watch, "{\"type\":\"ADDED\",\"object\":{"));
	CHECK(server->streams);
	http_cancel(req);
	for (int i = 0; i < 500 && server->streams; i++)
		loop_run_until(loop, &(bool){ false }, 10 * NSEC_PER_MSEC);
	CHECK(!server->streams);
}

static void test_a_watch_ends_with_its_time(void)
{
	_cleanup_answer_ struct answer watch = { 0 };

	restart();
	ask("GET", "/api/v1/namespaces?watch=1&timeoutSeconds=1", NULL, &watch);
	CHECK_INT(watch.status, 200);
	CHECK_CONTAINS(strbuf_str(&watch.body), "\"name\":\"kube-system\"");
}

static void test_a_watch_from_the_unknown_is_gone_inside_a_200(void)
{
	_cleanup_answer_ struct answer watch = { 0 };

	restart();
	ask("GET", PODS "?watch=1&resourceVersion=77", NULL, &watch);
	CHECK_INT(watch.status, 200);
	CHECK_CONTAINS(strbuf_str(&watch.body), "{\"type\":\"ERROR\"");
	CHECK_CONTAINS(strbuf_str(&watch.body), "\"code\":410");
}

static void test_bookmarks_come_to_those_who_ask(void)
{
	struct http_opts opts = { 0 };
	_cleanup_answer_ struct answer watch = { 0 };
	struct http_request *req;

	restart();
	hand.rate_milli = 1000 * 1000;
	req = begin(&opts, "GET", PODS "?watch=1&allowWatchBookmarks=true", NULL, &watch);
	CHECK(has_text(&watch, "{\"type\":\"BOOKMARK\""));
	CHECK_CONTAINS(strbuf_str(&watch.body), "\"resourceVersion\":\"3\"");
	http_cancel(req);
}

static void test_logs_are_text_and_their_faults_a_status(void)
{
	_cleanup_answer_ struct answer made = { 0 }, text = { 0 }, fault = { 0 }, bad = { 0 };

	restart();
	ask("POST", PODS, bound_a, &made);
	ask("GET", PODS "/a/log", NULL, &text);
	CHECK_INT(text.status, 200);
	CHECK_STR(strbuf_str(&text.body), "hello\n");
	ask("GET", PODS "/a/log?container=nope", NULL, &fault);
	CHECK_INT(fault.status, 400);
	ask("GET", PODS "/a/log?tailLines=-1", NULL, &bad);
	CHECK_INT(bad.status, 422);
}

static void test_a_follower_that_leaves_cancels_the_stream(void)
{
	_cleanup_answer_ struct answer made = { 0 }, follow = { 0 };
	struct http_opts opts = { 0 };
	struct http_request *req;

	restart();
	ask("POST", PODS, bound_a, &made);
	tape.cancelled = false;
	req = begin(&opts, "GET", PODS "/a/log?follow=true", NULL, &follow);
	for (int i = 0; i < 500 && !server->streams; i++)
		loop_run_until(loop, &(bool){ false }, 10 * NSEC_PER_MSEC);
	http_cancel(req);
	CHECK(loop_run_until(loop, &tape.cancelled, PATIENCE));
}

/* ---- listeners ---- */

static void test_a_socket_in_use_is_not_taken(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	restart();
	CHECK_INT(apiserver_listen_unix(server, socket_path, &err), -ERR_UNAVAILABLE);
	CHECK_CONTAINS(error_text(&err), "another process listens on");
}

static void ask_tls(const char *url, const char *token, struct answer *a)
{
	_cleanup_free_ char *ca = fs_join(dir, "pki/ca.crt"), *full = str_printf("%s/version", url);
	struct http_opts opts = { .ca_file = ca, .url = full, .token = token };

	begin(&opts, "GET", NULL, NULL, a);
	CHECK(loop_run_until(loop, &a->done, PATIENCE));
}

static void test_tls_wants_the_token(void)
{
	_cleanup_free_ char *pki = fs_join(dir, "pki"), *url = NULL, *token = NULL,
			    *file = fs_join(dir, "pki/token");
	_cleanup_answer_ struct answer without = { 0 }, wrong = { 0 }, with = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;

	restart();
	CHECK_OK(apiserver_listen_tcp(server, "127.0.0.1", 0, pki, &url, &err), &err);
	CHECK_OK(fs_read_file(AT_FDCWD, file, 1024, &token, NULL, &err), &err);
	ask_tls(url, NULL, &without);
	CHECK_INT(without.status, 401);
	ask_tls(url, "guess", &wrong);
	CHECK_INT(wrong.status, 401);
	ask_tls(url, token, &with);
	CHECK_INT(with.status, 200);
}

#define JOBS "/apis/batch/v1/namespaces/default/jobs"

static void test_who_deletes_a_job_is_told_that_its_pods_stay(void)
{
	static const char job[] =
		"{\"apiVersion\":\"batch/v1\",\"kind\":\"Job\",\"metadata\":{\"name\":\"j\"},"
		"\"spec\":{\"template\":{\"spec\":{\"restartPolicy\":\"Never\",\"containers\":"
		"[{\"name\":\"c\",\"image\":\"i\"}]}}}}";
	_cleanup_answer_ struct answer made = { 0 }, again = { 0 }, plain = { 0 }, said = { 0 };

	restart();
	ask("POST", JOBS, job, &made);
	CHECK_INT(made.status, 201);
	ask("DELETE", JOBS "/j?propagationPolicy=Background", NULL, &said);
	CHECK_INT(said.status, 200);
	CHECK_STR(said.warning, NULL);
	ask("POST", JOBS, job, &again);
	ask("DELETE", JOBS "/j", NULL, &plain);
	CHECK_INT(plain.status, 200);
	CHECK_CONTAINS(plain.warning, "299 - \"child pods are preserved by default");
}

static void test_only_loopback_is_listened_on(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *pki = fs_join(dir, "pki"), *url = NULL;

	restart();
	CHECK_INT(apiserver_listen_tcp(server, "0.0.0.0", 0, pki, &url, &err), -ERR_INVALID);
}

int main(void)
{
	if (!mkdtemp(dir) || loop_new(&loop, NULL) < 0 || http_client_new(loop, &client, NULL) < 0)
		return 1;
	socket_path = fs_join(dir, "sock");
	TEST(test_an_object_comes_and_goes);
	TEST(test_an_unknown_field_is_refused_by_its_path);
	TEST(test_a_body_over_the_limit_is_413);
	TEST(test_other_methods_and_types_are_refused);
	TEST(test_one_object_is_served_in_two_versions);
	TEST(test_metrics_are_asked_of_the_node);
	TEST(test_a_body_in_protobuf_is_read);
	TEST(test_a_list_comes_in_pages);
	TEST(test_the_one_user_may_do_everything);
	TEST(test_dry_run_stores_nothing);
	TEST(test_a_watch_sees_a_pod_and_notices_its_client_leave);
	TEST(test_a_watch_ends_with_its_time);
	TEST(test_a_watch_from_the_unknown_is_gone_inside_a_200);
	TEST(test_bookmarks_come_to_those_who_ask);
	TEST(test_logs_are_text_and_their_faults_a_status);
	TEST(test_a_follower_that_leaves_cancels_the_stream);
	TEST(test_a_socket_in_use_is_not_taken);
	TEST(test_tls_wants_the_token);
	TEST(test_who_deletes_a_job_is_told_that_its_pods_stay);
	TEST(test_only_loopback_is_listened_on);
	http_client_free(client);
	apiserver_free(server);
	store_free(store);
	loop_free(loop);
	fs_remove_tree(AT_FDCWD, dir, NULL);
	free(socket_path);
	return test_end();
}
