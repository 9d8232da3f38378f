/*
 * What is asked of a request: its query, its body, its selectors. The body limit is Kubernetes' own; libevent's lies
 * above it, so that a manifest that is too large still gets a Status. Bodies are JSON, YAML or protobuf by
 * content type; none given means JSON.
 */
#include "apiserver/request.h"

#include <event2/buffer.h>
#include <event2/http_struct.h>
#include <event2/keyvalq_struct.h>
#include <strings.h>
#include <sys/queue.h>

#include "api/protobuf.h"
#include "base/json.h"
#include "base/str.h"
#include "base/yaml.h"

int request_new(struct apiserver *a, struct evhttp_request *http, struct request **ret,
		struct error *err)
{
	const struct evhttp_uri *uri = evhttp_request_get_evhttp_uri(http);
	const char *path = uri ? evhttp_uri_get_path(uri) : NULL;
	const char *query = uri ? evhttp_uri_get_query(uri) : NULL;
	struct request *req;
	int r;

	*ret = req = xnew(req);
	req->server = a;
	req->http = http;
	req->method = evhttp_request_get_command(http);
	TAILQ_INIT(&req->query);
	if (query && evhttp_parse_query_str(query, &req->query) < 0)
		return error_set(err, ERR_BAD_REQUEST, NULL, "the query is malformed");
	r = route_parse(path && *path ? path : "/", &req->route, err);
	return r;
}

struct request *request_free(struct request *req)
{
	if (!req)
		return NULL;
	evhttp_clear_headers(&req->query);
	route_deinit(&req->route);
	json_decref(req->warnings);
	free(req);
	return NULL;
}

const char *request_query(const struct request *req, const char *key)
{
	return evhttp_find_header(&req->query, key);
}

bool request_flag(const struct request *req, const char *key)
{
	const char *v = request_query(req, key);

	return v && (!*v || streq(v, "1") || strcasecmp(v, "true") == 0);
}

int request_int(const struct request *req, const char *key, int64_t dflt, int64_t *ret,
		struct error *err)
{
	const char *v = request_query(req, key);

	if (!v || !*v) {
		*ret = dflt;
		return 0;
	}
	if (str_to_int64(v, INT64_MIN, INT64_MAX, ret) < 0)
		return error_set(err, ERR_BAD_REQUEST, NULL, "%s: \"%s\" is no whole number", key,
				 v);
	return 0;
}

int request_dry_run(const struct request *req, bool *ret, struct error *err)
{
	const char *v = request_query(req, "dryRun");

	*ret = v && *v;
	if (!v || !*v || streq(v, "All"))
		return 0;
	error_set(err, ERR_INVALID, NULL,
		  " \"\" is invalid: dryRun: Unsupported value: \"%s\": supported values: \"All\"",
		  v);
	return error_add_cause(err, "dryRun", "FieldValueNotSupported",
			       "Unsupported value: \"%s\": supported values: \"All\"", v);
}

const char *request_header(const struct request *req, const char *name)
{
	return evhttp_find_header(evhttp_request_get_input_headers(req->http), name);
}

/* ---- bodies ---- */

int request_body(struct request *req, const char **ret_data, size_t *ret_len, struct error *err)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req->http);
	size_t len = evbuffer_get_length(in);

	if (len > BODY_MAX)
		return error_set(err, ERR_TOO_LARGE, NULL, "Request entity too large: limit is %d",
				 BODY_MAX);
	*ret_data = len ? (const char *)evbuffer_pullup(in, -1) : "";
	*ret_len = len;
	return 0;
}

const char *request_content_type(const struct request *req, char *buf)
{
	const char *v = request_header(req, "Content-Type");
	size_t n = v ? strcspn(v, "; \t") : 0;

	n = MIN(n, (size_t)63);
	for (size_t i = 0; i < n; i++)
		buf[i] = (char)(v[i] >= 'A' && v[i] <= 'Z' ? v[i] + 32 : v[i]);
	buf[n] = '\0';
	return buf;
}

enum body_format { BODY_JSON, BODY_YAML, BODY_PROTOBUF };

static int body_format(const struct request *req, enum body_format *ret, struct error *err)
{
	static const struct {
		const char *type;
		enum body_format format;
	} known[] = {
		{ "", BODY_JSON },
		{ "application/json", BODY_JSON },
		{ "application/vnd.kubernetes.protobuf", BODY_PROTOBUF },
		{ "application/x-yaml", BODY_YAML },
		{ "application/yaml", BODY_YAML },
		{ "text/yaml", BODY_YAML },
	};
	char buf[64];
	const char *type = request_content_type(req, buf);

	for (size_t i = 0; i < ARRAY_SIZE(known); i++) {
		if (!streq(known[i].type, type))
			continue;
		*ret = known[i].format;
		return 0;
	}
	return error_set(err, ERR_UNSUPPORTED, NULL,
			 "the body of the request was in an unknown format - accepted media types "
			 "include: application/json, application/yaml, "
			 "application/vnd.kubernetes.protobuf");
}

int request_body_value(struct request *req, const struct schema *s, json_t **ret, struct error *err)
{
	enum body_format format;
	const char *data;
	size_t len;
	int r = request_body(req, &data, &len, err);

	if (r < 0)
		return r;
	*ret = NULL;
	if (!len)
		return 0;
	r = body_format(req, &format, err);
	if (r < 0)
		return r;
	if (format == BODY_PROTOBUF)
		return protobuf_decode(data, len, s, ret, err);
	return format == BODY_YAML ? yaml_load(data, len, NULL, ret, err) :
				     json_parse(data, len, ret, err);
}

int request_strictness(const struct request *req, enum scheme_strictness *ret, struct error *err)
{
	const char *v = request_query(req, "fieldValidation");

	/* Kubernetes warns by default; here an unknown field is a fault unless the client wants it otherwise. */
	if (!v || !*v || streq(v, "Strict"))
		*ret = SCHEME_STRICT;
	else if (streq(v, "Warn"))
		*ret = SCHEME_WARN;
	else if (streq(v, "Ignore"))
		*ret = SCHEME_IGNORE;
	else
		return error_set(err, ERR_INVALID, NULL,
				 " \"\" is invalid: fieldValidation: Unsupported value: \"%s\": "
				 "supported values: \"Ignore\", \"Strict\", \"Warn\"",
				 v);
	return 0;
}

static int decode_protobuf(struct request *req, enum scheme_strictness strict, json_t **ret,
			   json_t **ret_warnings, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL;
	int r = request_body_value(req, req->route.kind->schema, &obj, err);

	if (r == 0)
		r = scheme_check(req->route.kind, obj, strict, ret_warnings, err);
	if (r == 0)
		*ret = take_ptr(obj);
	return r;
}

int request_body_object(struct request *req, json_t **ret, struct error *err)
{
	enum scheme_strictness strict;
	_cleanup_json_ json_t *warnings = NULL;
	enum body_format format = BODY_JSON;
	const char *data;
	size_t len;
	int r = request_body(req, &data, &len, err);

	if (r == 0)
		r = body_format(req, &format, err);
	if (r == 0)
		r = request_strictness(req, &strict, err);
	if (r == 0 && format == BODY_PROTOBUF)
		r = decode_protobuf(req, strict, ret, &warnings, err);
	else if (r == 0)
		r = scheme_decode_as(data, len, req->route.kind, strict, ret, &warnings, err);
	if (r == 0 && json_array_size(warnings))
		req->warnings = take_ptr(warnings);
	return r;
}

int request_selectors(const struct request *req, struct selector **ret_labels,
		      struct field_selector **ret_fields, struct error *err)
{
	const char *labels = request_query(req, "labelSelector");
	const char *fields = request_query(req, "fieldSelector");
	struct selector *sel = NULL;
	int r = 0;

	if (labels && *labels)
		r = selector_parse(labels, &sel, err);
	if (r == 0 && fields && *fields)
		r = field_selector_parse(req->route.kind, fields, ret_fields, err);
	if (r)
		selector_free(sel);
	else if (sel)
		*ret_labels = sel;
	return r;
}
