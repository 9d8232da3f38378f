/*
 * rest_client: libcurl's easy interface with the API's manners.
 *
 * One handle, so one connection that is kept between the calls. PEM comes from memory. A failed answer is not
 * data: its body is collected and becomes an error, also when the call streams. A watch is cut into lines;
 * a line may come in any number of pieces.
 */
#include "client/rest_client.h"

#include <curl/curl.h>

#include "base/json.h"
#include "base/str.h"
#include "client/rest_connect.h"

#define FAILURE_BODY_MAX (1 << 20)

struct rest_client {
	struct endpoint *endpoint;
	CURL *curl;
};

/* One answer on its way in. */
struct answer {
	CURL *curl;
	struct strbuf body; /* of a failure, or of a whole answer */
	rest_data_fn fn; /* NULL: collect */
	void *userdata;
	bool stopped; /* fn has had enough */
};

int rest_client_new(struct endpoint *e, struct rest_client **ret, struct error *err)
{
	struct rest_client *c = xnew(c);

	c->endpoint = e;
	c->curl = curl_easy_init();
	if (!c->curl) {
		rest_client_free(c);
		return error_set(err, ERR_INTERNAL, NULL, "libcurl does not start");
	}
	*ret = c;
	return 0;
}

struct rest_client *rest_client_free(struct rest_client *c)
{
	if (!c)
		return NULL;
	curl_easy_cleanup(c->curl);
	endpoint_free(c->endpoint);
	free(c);
	return NULL;
}

const struct endpoint *rest_endpoint(const struct rest_client *c)
{
	return c->endpoint;
}

static long http_status(CURL *curl)
{
	long status = 0;

	curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &status);
	return status;
}

static size_t on_data(char *data, size_t size, size_t n, void *userdata)
{
	struct answer *a = userdata;
	size_t len = size * n;

	if (a->fn && http_status(a->curl) < 400) {
		a->stopped = !a->fn(a->userdata, data, len);
		return a->stopped ? 0 : len;
	}
	if (a->fn && a->body.len + len > FAILURE_BODY_MAX)
		return 0;
	strbuf_add(&a->body, data, len);
	return len;
}

static void set_blob(CURL *curl, CURLoption option, const char *pem)
{
	struct curl_blob blob = { .data = (void *)pem, .flags = CURL_BLOB_COPY };

	if (!pem)
		return;
	blob.len = strlen(pem);
	curl_easy_setopt(curl, option, &blob);
}

static void set_endpoint(CURL *curl, const struct endpoint *e)
{
	curl_easy_reset(curl); /* the connection stays */
	curl_easy_setopt(curl, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(curl, CURLOPT_PROXY, "");
	if (e->socket)
		curl_easy_setopt(curl, CURLOPT_UNIX_SOCKET_PATH, e->socket);
	if (e->insecure) {
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYPEER, 0L);
		curl_easy_setopt(curl, CURLOPT_SSL_VERIFYHOST, 0L);
	}
	set_blob(curl, CURLOPT_CAINFO_BLOB, e->ca);
	set_blob(curl, CURLOPT_SSLCERT_BLOB, e->cert);
	set_blob(curl, CURLOPT_SSLKEY_BLOB, e->key);
}

static struct curl_slist *add_header(struct curl_slist *list, const char *name, const char *value)
{
	_cleanup_free_ char *line = str_printf("%s: %s", name, value);

	return curl_slist_append(list, line);
}

static struct curl_slist *headers_of(const struct endpoint *e, const struct rest_request *req)
{
	struct curl_slist *list = NULL;
	_cleanup_free_ char *bearer = e->token ? str_printf("Bearer %s", e->token) : NULL;

	list = add_header(list, "Accept", req->accept ? req->accept : "application/json");
	list = add_header(list, "User-Agent", "podctl");
	list = curl_slist_append(list, "Expect:");
	if (bearer)
		list = add_header(list, "Authorization", bearer);
	if (req->body || req->data)
		list = add_header(list, "Content-Type",
				  req->content_type ? req->content_type : "application/json");
	return list;
}

static int unreachable(const struct rest_client *c, CURLcode code, const char *detail,
		       struct error *err)
{
	_cleanup_free_ char *where = endpoint_text(c->endpoint);

	if (code == CURLE_OPERATION_TIMEDOUT)
		return error_set(err, ERR_TIMEOUT, NULL, "%s: timed out", where);
	if (code == CURLE_COULDNT_CONNECT)
		return error_set(err, ERR_UNAVAILABLE, "Unreachable",
				 "The connection to the server %s was refused - is podd running, "
				 "and did you name the right socket?",
				 where);
	return error_set(err, ERR_UNAVAILABLE, "Unreachable",
			 "Unable to connect to the server %s: %s", where,
			 *detail ? detail : curl_easy_strerror(code));
}

static int failed_answer(struct answer *a, long status, struct error *err)
{
	_cleanup_json_ json_t *body = NULL;

	if (json_parse(strbuf_str(&a->body), a->body.len, &body, NULL) < 0 || !json_is_object(body))
		return error_set(err, ERR_INTERNAL, NULL, "the server answered %ld: %.200s", status,
				 strbuf_str(&a->body));
	return rest_status_error(body, status, err);
}

/* Sends req; the body goes to a. */
static int exchange(struct rest_client *c, const struct rest_request *req, long limit_ms,
		    struct answer *a, struct error *err)
{
	_cleanup_free_ char *url = str_printf("%s%s", c->endpoint->server, req->path);
	_cleanup_free_ char *text = req->body ? json_text(req->body) : NULL;
	struct curl_slist *headers = headers_of(c->endpoint, req);
	const char *data = text ? text : req->data;
	char detail[CURL_ERROR_SIZE] = "";
	CURLcode code;

	a->curl = c->curl;
	set_endpoint(c->curl, c->endpoint);
	curl_easy_setopt(c->curl, CURLOPT_URL, url);
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, detail);
	curl_easy_setopt(c->curl, CURLOPT_WRITEFUNCTION, on_data);
	curl_easy_setopt(c->curl, CURLOPT_WRITEDATA, a);
	curl_easy_setopt(c->curl, CURLOPT_TIMEOUT_MS, limit_ms);
	if (data) {
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDSIZE_LARGE,
				 (curl_off_t)(text ? strlen(text) : req->len));
		curl_easy_setopt(c->curl, CURLOPT_POSTFIELDS, data);
	}
	curl_easy_setopt(c->curl, CURLOPT_CUSTOMREQUEST, req->method ? req->method : "GET");
	code = curl_easy_perform(c->curl);
	curl_slist_free_all(headers);
	curl_easy_setopt(c->curl, CURLOPT_HTTPHEADER, NULL);
	curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, NULL);
	if (code == CURLE_SEND_ERROR && http_status(c->curl) >= 400)
		code = CURLE_OK; /* the server has answered before it had read all */
	if (code != CURLE_OK && !a->stopped)
		return unreachable(c, code, detail, err);
	if (http_status(c->curl) >= 400)
		return failed_answer(a, http_status(c->curl), err);
	return 0;
}

int rest_connect(struct rest_client *c, CURL **ret, struct error *err)
{
	char detail[CURL_ERROR_SIZE] = "";
	CURLcode code;

	set_endpoint(c->curl, c->endpoint);
	curl_easy_setopt(c->curl, CURLOPT_URL, c->endpoint->server);
	curl_easy_setopt(c->curl, CURLOPT_CONNECT_ONLY, 1L);
	curl_easy_setopt(c->curl, CURLOPT_HTTP_VERSION, (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, detail);
	code = curl_easy_perform(c->curl);
	curl_easy_setopt(c->curl, CURLOPT_ERRORBUFFER, NULL);
	if (code != CURLE_OK)
		return unreachable(c, code, detail, err);
	*ret = c->curl;
	return 0;
}

int rest_call(struct rest_client *c, const struct rest_request *req, json_t **ret, struct error *err)
{
	struct answer a = { 0 };
	_cleanup_free_ char *body = NULL;
	size_t len;
	int r;

	r = exchange(c, req, req->limit_ms, &a, err);
	len = a.body.len;
	body = strbuf_take(&a.body);
	if (r < 0)
		return r;
	if (ret && json_parse(body, len, ret, err) < 0)
		return error_wrap(err, "the server's answer to %s", req->path);
	return 0;
}

int rest_stream(struct rest_client *c, const char *path, const char *accept, long limit_ms,
		rest_data_fn fn, void *userdata, struct error *err)
{
	struct rest_request req = { .path = path, .accept = accept };
	struct answer a = { .fn = fn, .userdata = userdata };
	int r;

	r = exchange(c, &req, limit_ms, &a, err);
	strbuf_deinit(&a.body);
	return r;
}

struct lines {
	struct strbuf rest;
	rest_value_fn fn;
	void *userdata;
	struct error *err;
	int r;
};

static bool on_line(struct lines *l, const char *line, size_t len)
{
	_cleanup_json_ json_t *value = NULL;

	if (!len)
		return true;
	l->r = json_parse(line, len, &value, l->err);
	if (l->r == 0 && streq(json_str(value, "type"), "ERROR"))
		l->r = rest_status_error(json_obj(value, "object"), 0, l->err);
	return l->r == 0 && l->fn(l->userdata, value);
}

static bool on_watch_data(void *userdata, const char *data, size_t len)
{
	struct lines *l = userdata;
	const char *end;

	strbuf_add(&l->rest, data, len);
	while (l->rest.len && (end = memchr(l->rest.data, '\n', l->rest.len))) {
		size_t n = (size_t)(end - l->rest.data);
		bool more = on_line(l, l->rest.data, n);

		strbuf_consume(&l->rest, n + 1);
		if (!more)
			return false;
	}
	return true;
}

int rest_watch(struct rest_client *c, const char *path, const char *accept, long limit_ms,
	       rest_value_fn fn, void *userdata, struct error *err)
{
	struct lines l = { .fn = fn, .userdata = userdata, .err = err };
	int r;

	r = rest_stream(c, path, accept, limit_ms, on_watch_data, &l, err);
	strbuf_deinit(&l.rest);
	return l.r < 0 ? l.r : r;
}
