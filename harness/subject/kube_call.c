/*
 * kube_call: what every request to Kubernetes' REST API has: a path, an answer, and its place among the driver's calls.
 */
#include "subject/kube_call.h"

#include "kinds.h"
#include "util/json.h"
#include "util/lines.h"

void kube_call_link(struct kube *k, struct kube_call *c)
{
	c->base.subject = &k->base;
	c->next = k->calls;
	if (k->calls)
		k->calls->prev = c;
	k->calls = c;
}

void kube_call_free(struct kube_call *c)
{
	struct kube *k = (struct kube *)c->base.subject;

	if (c->prev)
		c->prev->next = c->next;
	else
		k->calls = c->next;
	if (c->next)
		c->next->prev = c->prev;
	c->end(c);
}

char *kube_path_in(const char *api_version, const char *ns, const char *kind, const char *name,
		   const char *suffix)
{
	const struct kind *k = kind_find(kind);
	_cleanup_free_ char *where = ns && k && !k->cluster ? xasprintf("/namespaces/%s", ns) :
							      xstrdup("");
	_cleanup_free_ char *group = NULL;

	if (!k)
		return NULL;
	group = !api_version ?
			xstrdup(k->group) :
			xasprintf("/%s/%s", strchr(api_version, '/') ? "apis" : "api", api_version);
	return xasprintf("%s%s/%s%s%s%s", group, where, k->plural, name ? "/" : "",
			 name ? name : "", suffix ? suffix : "");
}

char *kube_path(const char *ns, const char *kind, const char *name, const char *suffix)
{
	return kube_path_in(NULL, ns, kind, name, suffix);
}

static enum reply_code code_of(int status)
{
	switch (status) {
	case 0:
		return REPLY_UNREACHABLE;
	case 200 ... 299:
		return REPLY_OK;
	case 404:
		return REPLY_NOT_FOUND;
	case 409:
		return REPLY_CONFLICT;
	case 405:
	case 501:
		return REPLY_UNSUPPORTED;
	case 400 ... 403:
	case 413:
	case 415:
	case 422:
		return REPLY_INVALID;
	default:
		return REPLY_INTERNAL;
	}
}

static void add_event(void *events, const char *line, size_t len)
{
	json_t *event = json_read(line, len);

	json_array_append_new(events, event ? event : json_stringn(line, len));
}

json_t *kube_events(const struct http_reply *in)
{
	json_t *events = json_array();
	struct lines lines = { 0 };

	lines_feed(&lines, in->body, in->len, add_event, events);
	lines_end(&lines, add_event, events);
	lines_clear(&lines);
	return json_pack("{s:o}", "events", events);
}

void kube_reply(struct kube *k, const struct http_reply *in, struct reply *out, json_t **ret_body)
{
	json_t *body = json_read(in->body, in->len);

	*out = (struct reply){ .status = in->status, .sent = in->sent, .received = in->received };
	out->code = code_of(in->status);
	out->body = *ret_body = body;
	if (out->code == REPLY_OK) {
		revclock_note(&k->revisions, in->sent, json_str(body, "metadata.resourceVersion"));
		return;
	}
	out->message = json_str(body, "message");
	if (!out->message)
		out->message = in->status == 0 ? in->error : in->len ? in->body : "no message";
	out->reason = json_str(body, "reason");
	out->causes = json_path(body, "details.causes");
}
