/*
 * kube_request: the verbs as Kubernetes' REST requests, and followed logs.
 *
 * A verb is a method, a path and a body. `apply` is the one with two steps: create, and when the object is there
 * already, a merge patch. A new namespace of a cluster has its service account only a little later: creating a pod is then
 * refused, and is tried again for ten seconds. Each call owns its HTTP call, its texts and its timer.
 */
#include <curl/curl.h>

#include "kinds.h"
#include "subject/kube_ops.h"
#include "util/clock.h"
#include "util/json.h"
#include "util/lines.h"

#define STRICT "?fieldValidation=Strict"

struct rest_call {
	struct kube_call call;
	struct http_call *http;
	struct timer *again;
	reply_fn done;
	void *userdata;
	enum verb verb;
	char *method, *path, *body, *type, *fallback_path;
	long timeout_ms;
	int64_t first_sent;
	bool text;
};

static struct kube *kube_of(const struct kube_call *c)
{
	return (struct kube *)c->base.subject;
}

static void rest_end(struct kube_call *c)
{
	struct rest_call *r = (struct rest_call *)c;

	http_cancel(r->http);
	timer_free(r->again);
	free(r->method);
	free(r->path);
	free(r->body);
	free(r->type);
	free(r->fallback_path);
	free(r);
}

static void rest_send(void *userdata);

static bool wants_patience(const struct rest_call *r, const struct reply *reply)
{
	return r->verb == VERB_APPLY && reply->status == 403 && reply->message &&
	       strstr(reply->message, "serviceaccount") &&
	       clock_now() - r->first_sent < 10 * NSEC_PER_SEC;
}

static void on_rest(void *userdata, const struct http_reply *in)
{
	struct rest_call *r = userdata;
	_cleanup_json_ json_t *body = NULL;
	struct reply reply;

	r->http = NULL;
	kube_reply(kube_of(&r->call), in, &reply, &body);
	if (r->text && reply.code == REPLY_OK)
		reply.text = in->body;
	if (r->verb == VERB_RAW && strstr(r->path, "watch=") && reply.code == REPLY_OK) {
		json_decref(body);
		reply.body = body = kube_events(in);
	}
	if (r->fallback_path && reply.code == REPLY_CONFLICT) {
		free(r->path);
		free(r->method);
		free(r->type);
		r->path = take_ptr(r->fallback_path);
		r->method = xstrdup("PATCH");
		r->type = xstrdup("application/merge-patch+json");
		rest_send(r);
	} else if (wants_patience(r, &reply)) {
		timer_in(r->again, 200 * NSEC_PER_MSEC);
	} else {
		reply.sent = r->first_sent;
		r->done(r->userdata, &reply);
		kube_call_free(&r->call);
	}
}

static void rest_send(void *userdata)
{
	struct rest_call *r = userdata;
	struct kube *k = kube_of(&r->call);
	struct http_request req = { .method = r->method,
				    .path = r->path,
				    .body = r->body,
				    .content_type = r->type,
				    .timeout_ms = r->timeout_ms };

	if (r->text)
		req.accept = "*/*";
	r->http = http_start(k->http, &k->target, &req, NULL, on_rest, r);
}

static char *escape(const char *text)
{
	char *raw = curl_easy_escape(NULL, text, 0), *copy = xstrdup(raw ? raw : "");

	curl_free(raw);
	return copy;
}

static char *log_suffix(const char *container, bool previous, bool timestamps, long tail,
			bool follow)
{
	_cleanup_free_ char *name = escape(container ? container : "");
	_cleanup_free_ char *lines = tail >= 0 ? xasprintf("&tailLines=%ld", tail) : xstrdup("");

	return xasprintf("/log?%s%s%s%s%s%s", container ? "container=" : "", name,
			 previous ? "&previous=true" : "", timestamps ? "&timestamps=true" : "",
			 follow ? "&follow=true" : "", lines);
}

static char *namespace_body(const struct request *req)
{
	_cleanup_json_ json_t *o = json_pack("{s:s,s:s,s:{s:s,s:{s:s}}}", "apiVersion", "v1",
					     "kind", "Namespace", "metadata", "name", req->ns,
					     "labels", "podtest/run", req->label);

	return json_dumps(o, JSON_COMPACT);
}

static char *delete_body(const struct request *req)
{
	_cleanup_json_ json_t *o =
		json_pack("{s:s,s:s}", "apiVersion", "v1", "kind", "DeleteOptions");

	if (req->grace != NO_GRACE)
		json_object_set_new(o, "gracePeriodSeconds", json_integer(req->grace));
	if (req->uid || req->revision)
		json_object_set_new(o, "preconditions",
				    json_pack("{s:s*,s:s*}", "uid", req->uid, "resourceVersion",
					      req->revision));
	if (req->propagation)
		json_object_set_new(o, "propagationPolicy", json_string(req->propagation));
	if (req->dry)
		json_object_set_new(o, "dryRun", json_pack("[s]", "All"));
	return json_dumps(o, JSON_COMPACT);
}

/* "?labelSelector=a=b,c=d", escaped; NULL when one object is named. */
static char *selector_suffix(const json_t *labels)
{
	_cleanup_free_ char *list = xstrdup(""), *escaped = NULL;
	const char *key;
	json_t *value;

	if (!labels)
		return NULL;
	json_object_foreach((json_t *)labels, key, value) {
		_cleanup_free_ char *before = list;

		list = xasprintf("%s%s%s=%s", before, *before ? "," : "", key,
				 json_string_value(value));
	}
	escaped = escape(list);
	return xasprintf("?labelSelector=%s", escaped);
}

static const char *dry_suffix(const struct request *req)
{
	return req->dry ? "&dryRun=All" : "";
}

static const char *patch_content_type(const char *type)
{
	if (streq(type, "json"))
		return "application/json-patch+json";
	if (streq(type, "strategic"))
		return "application/strategic-merge-patch+json";
	return "application/merge-patch+json";
}

static void set_patch(struct rest_call *r, const struct request *req)
{
	_cleanup_free_ char *suffix = req->subresource ? xasprintf("/%s", req->subresource) : NULL;
	_cleanup_free_ char *path = kube_path(req->ns, req->kind, req->name, suffix);

	r->method = xstrdup("PATCH");
	r->path = xasprintf("%s" STRICT "%s", path, dry_suffix(req));
	r->type = xstrdup(patch_content_type(req->patch_type));
	r->body = json_dumps(req->object, JSON_COMPACT);
}

static void set_apply(struct rest_call *r, const struct request *req)
{
	const char *kind = json_str(req->object, "kind"),
		   *name = json_str(req->object, "metadata.name");
	const char *version = json_str(req->object, "apiVersion"); /* a kind may have several */
	const struct kind *k = kind_find(kind);
	const char *part = k ? k->part : NULL;
	_cleanup_free_ char *suffix =
		xasprintf("%s%s" STRICT "%s", part ? "/" : "", part ? part : "", dry_suffix(req));

	r->method = xstrdup("POST");
	r->path = part ? kube_path(req->ns, kind, name, suffix) :
			 kube_path_in(version, req->ns, kind, NULL, suffix);
	r->body = json_dumps(req->object, JSON_COMPACT);
	if (name && !part && !req->dry)
		r->fallback_path = kube_path_in(version, req->ns, kind, name, NULL);
}

static void set_method(struct rest_call *r, const char *method, char *path, char *body)
{
	r->method = xstrdup(method);
	r->path = path;
	r->body = body;
}

static void set_scale(struct rest_call *r, const struct request *req)
{
	set_method(r, "PATCH", kube_path(req->ns, req->kind, req->name, "/scale"),
		   xasprintf("{\"spec\":{\"replicas\":%d}}", req->replicas));
	r->type = xstrdup("application/merge-patch+json");
}

static void set_load_image(struct rest_call *r, const struct request *req)
{
	_cleanup_free_ char *where = escape(req->path);

	set_method(r, "POST", xasprintf("/apis/podd.podtest/v1/images?path=%s", where), NULL);
}

static void set_disrupt(struct rest_call *r, const struct request *req)
{
	_cleanup_free_ char *of =
		req->name ? xasprintf("namespaces/%s/pods/%s/", req->ns, req->name) : xstrdup("");

	set_method(r, "POST", xasprintf("/apis/podd.podtest/v1/%sdisrupt?what=%s", of, req->what),
		   NULL);
}

/* Everything but exec. A kind that is not known leaves path NULL. */
static void rest_prepare(struct rest_call *r, const struct request *req)
{
	_cleanup_free_ char *suffix = NULL;

	switch (req->verb) {
	case VERB_CREATE_NAMESPACE:
		set_method(r, "POST", xstrdup("/api/v1/namespaces"), namespace_body(req));
		break;
	case VERB_DELETE_NAMESPACE:
		set_method(r, "DELETE", xasprintf("/api/v1/namespaces/%s", req->ns), NULL);
		break;
	case VERB_APPLY:
		set_apply(r, req);
		break;
	case VERB_PATCH:
		set_patch(r, req);
		break;
	case VERB_SCALE:
		set_scale(r, req);
		break;
	case VERB_DELETE:
		suffix = selector_suffix(req->labels);
		set_method(r, "DELETE", kube_path(req->ns, req->kind, req->name, suffix),
			   delete_body(req));
		break;
	case VERB_LOGS:
		suffix = log_suffix(req->container, req->previous, req->timestamps, req->tail,
				    false);
		r->path = kube_path(req->ns, "Pod", req->name, suffix);
		r->text = true;
		break;
	case VERB_DISRUPT:
		set_disrupt(r, req);
		break;
	case VERB_LOAD_IMAGE:
		set_load_image(r, req);
		break;
	case VERB_RAW:
		r->path = xstrdup(req->path);
		break;
	default:
		r->path = kube_path(req->ns, req->kind, req->name, NULL);
	}
}

static void send_unknown(void *userdata)
{
	struct rest_call *r = userdata;
	struct reply reply = { .code = REPLY_UNSUPPORTED,
			       .message = "a kind that the runner does not know" };

	r->done(r->userdata, &reply);
	kube_call_free(&r->call);
}

struct call *kube_request(struct subject *s, const struct request *req, reply_fn done,
			  void *userdata)
{
	struct kube *k = (struct kube *)s;
	struct rest_call *r;

	if (req->verb == VERB_EXEC)
		return kube_exec(k, req, done, userdata);
	if (req->verb == VERB_DISRUPT && streq(req->what, "restart-agent") && s->control.restart)
		return kube_restart_agent(k, done, userdata);
	r = xcalloc(1, sizeof(*r));
	r->call.end = rest_end;
	r->done = done;
	r->userdata = userdata;
	r->verb = req->verb;
	r->timeout_ms = req->timeout > 0 ? (long)(req->timeout * 1000) : 60000;
	r->first_sent = clock_now();
	kube_call_link(k, &r->call);
	rest_prepare(r, req);
	r->again = timer_new(s->loop, r->path ? rest_send : send_unknown, r);
	if (r->path)
		rest_send(r);
	else
		timer_soon(r->again);
	return &r->call.base;
}

struct follow_call {
	struct kube_call call;
	struct http_call *http;
	struct lines lines;
	struct follow follow;
	void *userdata;
};

static void follow_end(struct kube_call *c)
{
	struct follow_call *f = (struct follow_call *)c;

	http_cancel(f->http);
	lines_clear(&f->lines);
	free(f);
}

static void on_log_line(void *userdata, const char *line, size_t len)
{
	struct follow_call *f = userdata;

	f->follow.line(f->userdata, line, len);
}

static void on_log_data(void *userdata, int status, const char *data, size_t len)
{
	struct follow_call *f = userdata;

	if (status == 200)
		lines_feed(&f->lines, data, len, on_log_line, f);
}

static void on_log_end(void *userdata, const struct http_reply *reply)
{
	struct follow_call *f = userdata;

	f->http = NULL;
	lines_end(&f->lines, on_log_line, f);
	f->follow.end(f->userdata, reply->status == 200 && !reply->error);
	kube_call_free(&f->call);
}

struct call *kube_follow(struct subject *s, const struct follow *follow, void *userdata)
{
	struct kube *k = (struct kube *)s;
	struct follow_call *f = xcalloc(1, sizeof(*f));
	_cleanup_free_ char *suffix =
		log_suffix(follow->container, follow->previous, false, -1, !follow->previous);
	_cleanup_free_ char *path = kube_path(follow->ns, "Pod", follow->pod, suffix);
	struct http_request req = { .path = path, .accept = "*/*" };

	f->call.end = follow_end;
	f->follow = *follow;
	f->follow.ns = f->follow.pod = f->follow.container = NULL;
	f->userdata = userdata;
	kube_call_link(k, &f->call);
	f->http = http_start(k->http, &k->target, &req, on_log_data, on_log_end, f);
	return &f->call.base;
}
