/*
 * One HTTP transfer: options in, response out.
 *
 * Redirects are followed here and not by libcurl, because "the same host only" is no option of libcurl's: at
 * the end of a 301, 302, 303, 307 or 308 with a Location, the handle is pointed at the new place and
 * run once more. As Go's client does, the first three turn other methods than HEAD into GET.
 *
 * A transfer whose sockets are made by open_socket never shares connections with others: the same address
 * may be somebody else in another network namespace. Proxies of the environment are not used. Host names
 * that are no addresses are resolved by libcurl on a helper thread; pods' addresses never are.
 */
#include "base/http_transfer.h"

#include <errno.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/str.h"

/* ---- libcurl's callbacks ---- */

static size_t header_came(char *data, size_t size, size_t n, void *userdata)
{
	struct http_transfer *t = userdata;
	size_t len = size * n;

	/* A status line begins a new answer: what came before was a 1xx or a proxy's. */
	if (len >= 5 && memcmp(data, "HTTP/", 5) == 0) {
		t->headers_in = strv_free(t->headers_in);
		return len;
	}
	while (len && (data[len - 1] == '\r' || data[len - 1] == '\n'))
		len--;
	if (len && memchr(data, ':', len))
		strv_take(&t->headers_in, xstrndup(data, len));
	return size * n;
}

static size_t body_came(char *data, size_t size, size_t n, void *userdata)
{
	struct http_transfer *t = userdata;
	size_t len = size * n, room = len;

	if (t->muted)
		return 0;
	if (t->on_data) {
		t->stopped = t->on_data(t->userdata, data, len) != 0;
		return t->stopped || t->muted ? 0 : len;
	}
	if (t->max_body)
		room = MIN(len, t->max_body - t->body.len);
	strbuf_add(&t->body, data, room);
	if (room == len)
		return len;
	t->truncated = true;
	return 0;
}

static curl_socket_t make_socket(void *userdata, _unused_ curlsocktype purpose,
				 struct curl_sockaddr *a)
{
	struct http_transfer *t = userdata;
	int fd;

	if (t->open_socket)
		fd = t->open_socket(t->open_socket_ctx, a->family, a->socktype, a->protocol);
	else
		fd = socket(a->family, a->socktype | SOCK_CLOEXEC, a->protocol);
	return fd < 0 ? CURL_SOCKET_BAD : fd;
}

/* ---- set-up ---- */

static void add_header(struct http_transfer *t, const char *line)
{
	struct curl_slist *list = curl_slist_append(t->headers_out, line);

	if (list)
		t->headers_out = list;
}

static void set_headers(struct http_transfer *t, const struct http_opts *o)
{
	add_header(t, "Expect:");
	for (char *const *h = o->headers; h && *h; h++)
		add_header(t, *h);
	if (o->token) {
		_cleanup_free_ char *line = str_printf("Authorization: Bearer %s", o->token);

		add_header(t, line);
	}
	curl_easy_setopt(t->easy, CURLOPT_HTTPHEADER, t->headers_out);
}

static void set_method(struct http_transfer *t, const struct http_opts *o)
{
	bool has_body = o->body != NULL;

	t->method = xstrdup(o->method ? o->method : has_body ? "POST" : "GET");
	if (has_body || streq(t->method, "POST")) {
		curl_easy_setopt(t->easy, CURLOPT_POSTFIELDSIZE_LARGE, (curl_off_t)o->body_len);
		curl_easy_setopt(t->easy, CURLOPT_COPYPOSTFIELDS, has_body ? o->body : "");
	}
	if (streq(t->method, "HEAD"))
		curl_easy_setopt(t->easy, CURLOPT_NOBODY, 1L);
	else
		curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, t->method);
}

static void set_blob(CURL *easy, CURLoption option, const char *pem)
{
	struct curl_blob blob = { .data = (char *)pem, .flags = CURL_BLOB_COPY };

	if (!pem)
		return;
	blob.len = strlen(pem);
	curl_easy_setopt(easy, option, &blob);
}

static void set_tls(CURL *easy, const struct http_opts *o)
{
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYPEER, o->insecure ? 0L : 1L);
	curl_easy_setopt(easy, CURLOPT_SSL_VERIFYHOST, o->insecure ? 0L : 2L);
	if (o->ca_file)
		curl_easy_setopt(easy, CURLOPT_CAINFO, o->ca_file);
	if (o->cert_file)
		curl_easy_setopt(easy, CURLOPT_SSLCERT, o->cert_file);
	if (o->key_file)
		curl_easy_setopt(easy, CURLOPT_SSLKEY, o->key_file);
	set_blob(easy, CURLOPT_CAINFO_BLOB, o->ca_pem);
	set_blob(easy, CURLOPT_SSLCERT_BLOB, o->cert_pem);
	set_blob(easy, CURLOPT_SSLKEY_BLOB, o->key_pem);
}

static void set_connection(struct http_transfer *t, const struct http_opts *o)
{
	bool fresh = o->fresh_connection || o->open_socket;

	curl_easy_setopt(t->easy, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(t->easy, CURLOPT_NOPROXY, "*");
	curl_easy_setopt(t->easy, CURLOPT_PROTOCOLS_STR, "http,https");
	curl_easy_setopt(t->easy, CURLOPT_HTTP_VERSION,
			 o->http2 ? (long)CURL_HTTP_VERSION_2_PRIOR_KNOWLEDGE :
				    (long)CURL_HTTP_VERSION_1_1);
	curl_easy_setopt(t->easy, CURLOPT_FRESH_CONNECT, fresh ? 1L : 0L);
	curl_easy_setopt(t->easy, CURLOPT_FORBID_REUSE, fresh ? 1L : 0L);
	curl_easy_setopt(t->easy, CURLOPT_CONNECTTIMEOUT_MS,
			 o->connect_timeout_ms ? (long)o->connect_timeout_ms : 0x7fffffffL);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETFUNCTION, make_socket);
	curl_easy_setopt(t->easy, CURLOPT_OPENSOCKETDATA, t);
	if (o->unix_socket)
		curl_easy_setopt(t->easy, CURLOPT_UNIX_SOCKET_PATH, o->unix_socket);
}

int http_transfer_init(struct http_transfer *t, const struct http_opts *o, struct error *err)
{
	*t = (struct http_transfer){
		.follow = o->follow,
		.redirects_left = o->max_redirects,
		.max_body = o->max_body,
		.open_socket = o->open_socket,
		.open_socket_ctx = o->open_socket_ctx,
	};
	t->easy = curl_easy_init();
	if (!t->easy)
		return error_set(err, ERR_INTERNAL, NULL, "no HTTP transfer");
	t->url = xstrdup(o->url);
	curl_easy_setopt(t->easy, CURLOPT_URL, t->url);
	curl_easy_setopt(t->easy, CURLOPT_ERRORBUFFER, t->fault);
	curl_easy_setopt(t->easy, CURLOPT_HEADERFUNCTION, header_came);
	curl_easy_setopt(t->easy, CURLOPT_HEADERDATA, t);
	curl_easy_setopt(t->easy, CURLOPT_WRITEFUNCTION, body_came);
	curl_easy_setopt(t->easy, CURLOPT_WRITEDATA, t);
	set_connection(t, o);
	set_method(t, o);
	set_headers(t, o);
	set_tls(t->easy, o);
	return 0;
}

void http_transfer_deinit(struct http_transfer *t)
{
	curl_easy_cleanup(t->easy);
	curl_slist_free_all(t->headers_out);
	strv_free(t->headers_in);
	strbuf_deinit(&t->body);
	free(t->method);
	free(t->url);
	free(t->redirect_url);
	*t = (struct http_transfer){ 0 };
}

/* ---- the end ---- */

static char *url_host(const char *url)
{
	CURLU *u = curl_url();
	char *host = NULL, *copy = NULL;

	if (u && curl_url_set(u, CURLUPART_URL, url, 0) == CURLUE_OK &&
	    curl_url_get(u, CURLUPART_HOST, &host, 0) == CURLUE_OK)
		copy = xstrdup(host);
	curl_free(host);
	curl_url_cleanup(u);
	return copy;
}

static bool same_host(const char *a, const char *b)
{
	_cleanup_free_ char *host_a = url_host(a), *host_b = url_host(b);

	return host_a && host_b && strcasecmp(host_a, host_b) == 0;
}

static bool is_redirect(long status)
{
	return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/* Points the handle at the redirect's target. */
static int follow(struct http_transfer *t, long status, struct error *err)
{
	if (t->redirects_left-- <= 0)
		return error_set(err, ERR_INVALID, "TooManyRedirects",
				 "Get \"%s\": too many redirects", t->redirect_url);
	if (status < 304 && !streq(t->method, "GET") && !streq(t->method, "HEAD")) {
		curl_easy_setopt(t->easy, CURLOPT_HTTPGET, 1L);
		curl_easy_setopt(t->easy, CURLOPT_CUSTOMREQUEST, "GET");
	}
	free(t->url);
	t->url = take_ptr(t->redirect_url);
	curl_easy_setopt(t->easy, CURLOPT_URL, t->url);
	t->headers_in = strv_free(t->headers_in);
	strbuf_reset(&t->body);
	t->truncated = false;
	return HTTP_TRANSFER_AGAIN;
}

static int failed(struct http_transfer *t, CURLcode code, struct error *err)
{
	const char *text = *t->fault ? t->fault : curl_easy_strerror(code);
	int kind = code == CURLE_OPERATION_TIMEDOUT ? ERR_TIMEOUT : ERR_UNAVAILABLE;
	const char *reason = NULL;
	long errnum = 0;

	if (t->stopped)
		return error_set(err, ERR_INTERNAL, "Stopped", "the reader refused the data");
	if (code == CURLE_URL_MALFORMAT || code == CURLE_UNSUPPORTED_PROTOCOL)
		kind = ERR_BAD_REQUEST;
	if (code == CURLE_PARTIAL_FILE || code == CURLE_HTTP2_STREAM)
		reason = HTTP_INCOMPLETE;
	curl_easy_getinfo(t->easy, CURLINFO_OS_ERRNO, &errnum);
	error_set(err, kind, reason, "%s \"%s\": %s", t->method, t->url, text);
	if (err)
		err->errnum = (int)errnum;
	return -kind;
}

int http_transfer_finish(struct http_transfer *t, CURLcode code, struct http_response *ret,
			 struct error *err)
{
	char *target = NULL;
	long status = 0;

	if (code != CURLE_OK && !t->truncated)
		return failed(t, code, err);
	curl_easy_getinfo(t->easy, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_getinfo(t->easy, CURLINFO_REDIRECT_URL, &target);
	if (is_redirect(status) && target) {
		free(t->redirect_url);
		t->redirect_url = xstrdup(target);
		if (t->follow == HTTP_FOLLOW_ALL ||
		    (t->follow == HTTP_FOLLOW_SAME_HOST && same_host(t->url, target)))
			return follow(t, status, err);
	}
	*ret = (struct http_response){
		.status = (int)status,
		.headers = t->headers_in,
		.body = strbuf_str(&t->body),
		.body_len = t->body.len,
		.truncated = t->truncated,
		.url = t->url,
		.redirect_url = t->redirect_url,
	};
	return 0;
}
