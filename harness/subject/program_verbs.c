/*
 * program_verbs: the runner's requests as lines of the protocol, and its answers as replies.
 *
 * Most verbs are one message and one answer. A namespace has no making of its own; deleting it is `reset`, and it counts as gone
 * when `get` shows nothing of it. `get` answers a list even for one name, of which the first is the object.
 */
#include "kinds.h"
#include "subject/program.h"
#include "util/clock.h"
#include "util/json.h"

struct verb_call {
	struct program_call call;
	struct pending *pending;
	struct timer *soon; /* for what is answered without the program */
	enum reply_code at_once;
	enum verb verb;
	bool one; /* get: of one name, or whether there is any */
	reply_fn done;
	void *userdata;
};

static void verb_end(struct program_call *c)
{
	struct verb_call *v = (struct verb_call *)c;

	pending_cancel(v->pending);
	timer_free(v->soon);
	free(v);
}

static enum reply_code code_of(const char *word)
{
	static const enum reply_code codes[] = { REPLY_UNSUPPORTED, REPLY_INVALID, REPLY_NOT_FOUND,
						 REPLY_CONFLICT };

	for (size_t i = 0; i < ARRAY_SIZE(codes); i++)
		if (streq(reply_code_name(codes[i]), word))
			return codes[i];
	return REPLY_INTERNAL;
}

static void take_error(struct reply *reply, const json_t *error, json_t **causes)
{
	reply->code = code_of(json_str(error, "code"));
	reply->message = json_str(error, "message") ? json_str(error, "message") : "no message";
	reply->reason = json_str(error, "reason");
	reply->causes = json_object_get(error, "causes");
	if (reply->causes || !json_str(error, "field"))
		return;
	*causes = json_pack("[{s:s,s:s,s:s*}]", "field", json_str(error, "field"), "message",
			    reply->message, "reason", json_str(error, "reason"));
	reply->causes = *causes;
}

static void take_fields(const struct verb_call *v, struct reply *reply, const json_t *answer,
			json_t **list)
{
	json_t *items = json_object_get(answer, "items");

	reply->text = json_str(answer, v->verb == VERB_EXEC ? "stdout" : "text");
	reply->err_text = json_str(answer, "stderr");
	reply->exit_code = (int)json_int(answer, "exit", 0);
	if (v->one) {
		reply->body = json_array_get(items, 0);
		if (!reply->body)
			reply->code = REPLY_NOT_FOUND;
	} else if (items) {
		*list = json_pack("{s:O}", "items", items);
		reply->body = *list;
	}
}

static void on_answer(void *userdata, const json_t *answer, int64_t sent, const char *fault)
{
	struct verb_call *v = userdata;
	_cleanup_json_ json_t *causes = NULL, *list = NULL;
	struct reply reply = { .sent = sent, .received = clock_now() };

	v->pending = NULL;
	if (fault) {
		reply.code = REPLY_UNREACHABLE;
		reply.message = fault;
	} else if (json_object_get(answer, "error")) {
		take_error(&reply, json_object_get(answer, "error"), &causes);
	} else {
		take_fields(v, &reply, answer, &list);
	}
	if (reply.code != REPLY_OK && !reply.message)
		reply.message = reply_code_name(reply.code);
	v->done(v->userdata, &reply);
	program_call_free(&v->call);
}

static void on_soon(void *userdata)
{
	struct verb_call *v = userdata;
	struct reply reply = { .code = v->at_once, .sent = clock_now(), .received = clock_now() };

	const struct program *p = (const struct program *)v->call.base.subject;

	if (reply.code != REPLY_OK)
		reply.message = p->fault ? p->fault : reply_code_name(reply.code);
	v->done(v->userdata, &reply);
	program_call_free(&v->call);
}

static const char *const words[N_VERBS] = {
	[VERB_DELETE_NAMESPACE] = "reset",
	[VERB_APPLY] = "apply",
	[VERB_GET] = "get",
	[VERB_LIST] = "get",
	[VERB_PATCH] = "patch",
	[VERB_SCALE] = "scale",
	[VERB_DELETE] = "delete",
	[VERB_LOGS] = "logs",
	[VERB_EXEC] = "exec",
	[VERB_DISRUPT] = "disrupt",
	[VERB_LOAD_IMAGE] = "load-image",
};

static void set_text(json_t *m, const char *key, const char *value)
{
	if (value)
		json_object_set_new(m, key, json_string(value));
}

static void set_object(json_t *m, const struct request *req)
{
	json_t *object;

	if (req->verb == VERB_PATCH) {
		json_object_set_new(m, "patch", json_deep_copy(req->object));
		return;
	}
	object = json_deep_copy(req->object);
	if (!json_object_get(object, "metadata"))
		json_object_set_new(object, "metadata", json_object());
	if (!kind_is_outside(kind_find(json_str(object, "kind"))))
		json_object_set_new(json_object_get(object, "metadata"), "namespace",
				    json_string(req->ns));
	json_object_set_new(m, "object", object);
}

static void set_numbers(json_t *m, const struct request *req)
{
	if (req->grace != NO_GRACE)
		json_object_set_new(m, "grace", json_integer(req->grace));
	if (req->tail >= 0)
		json_object_set_new(m, "tail", json_integer(req->tail));
	if (req->verb == VERB_SCALE)
		json_object_set_new(m, "replicas", json_integer(req->replicas));
	if (req->verb == VERB_LOGS)
		json_object_set_new(m, "previous", json_boolean(req->previous));
	if (req->timestamps)
		json_object_set_new(m, "timestamps", json_true());
}

static json_t *message(const struct request *req)
{
	json_t *m = json_object();
	const struct kind *kind = kind_find(req->kind);

	set_text(m, "verb", words[req->verb]);
	set_text(m, "namespace", req->ns);
	set_text(m, "kind", kind ? kind->kind : req->kind);
	set_text(m, "name", req->name);
	set_text(m, "container", req->container);
	set_text(m, "type", req->patch_type);
	set_text(m, "subresource", req->subresource);
	set_text(m, "propagation", req->propagation);
	set_text(m, "uid", req->uid);
	set_text(m, "resourceVersion", req->revision);
	set_text(m, "path", req->path);
	set_text(m, "what", req->what);
	if (req->object)
		set_object(m, req);
	if (req->command)
		json_object_set_new(m, "command", json_deep_copy(req->command));
	if (req->labels)
		json_object_set_new(m, "labels", json_deep_copy(req->labels));
	set_numbers(m, req);
	return m;
}

/* What the protocol has no word for, or the driver need not hear. */
static bool is_answered_here(const struct request *req, enum reply_code *ret)
{
	*ret = REPLY_OK;
	if (req->verb == VERB_CREATE_NAMESPACE ||
	    (req->verb == VERB_DELETE && !req->name && !req->labels))
		return true;
	*ret = REPLY_UNSUPPORTED;
	return req->verb == VERB_RAW || req->dry;
}

/* A namespace is there as long as anything in it is. */
static bool is_namespace(const struct request *req)
{
	return req->verb == VERB_GET && streq(req->kind, "Namespace");
}

struct call *program_request(struct subject *s, const struct request *req, reply_fn done,
			     void *userdata)
{
	struct program *p = (struct program *)s;
	struct verb_call *v = xcalloc(1, sizeof(*v));

	v->call.end = verb_end;
	v->verb = req->verb;
	v->one = req->verb == VERB_GET;
	v->done = done;
	v->userdata = userdata;
	program_call_link(p, &v->call);
	if (p->dead || is_answered_here(req, &v->at_once)) {
		if (p->dead)
			v->at_once = REPLY_UNREACHABLE;
		v->soon = timer_new(s->loop, on_soon, v);
		timer_soon(v->soon);
	} else {
		json_t *m = is_namespace(req) ?
				    json_pack("{s:s,s:s}", "verb", "get", "namespace", req->ns) :
				    message(req);

		v->pending = program_send(p, m, on_answer, v);
	}
	return &v->call.base;
}
