/*
 * recorder: everything that a running case is told, in order.
 *
 * One list of entries: versions of objects, logs (opened, their lines, their ends) and replies. Each carries the instant at which it
 * came and its turn: entries of one turn came before the case looked again, and must be told together when they are told again. All
 * instants become seconds since the case began, as a timeline prints them. There is a limit of entries: what lies beyond it is counted,
 * and such a recording cannot be judged again.
 */
#include "record/recorder.h"

#include "util/clock.h"

#define MAX_ENTRIES 50000

struct step_times {
	json_t *args; /* NULL: not begun */
	int64_t began, over;
};

struct recorder {
	int64_t began;
	json_t *seen;
	struct step_times *steps;
	size_t n_steps, left_out;
	unsigned turn, logs;
	bool closed;
};

struct recorder *recorder_new(int64_t began, size_t n_steps)
{
	struct recorder *r = xcalloc(1, sizeof(*r));

	r->began = began;
	r->seen = json_array();
	r->steps = xcalloc(n_steps, sizeof(*r->steps));
	r->n_steps = n_steps;
	return r;
}

struct recorder *recorder_free(struct recorder *r)
{
	if (!r)
		return NULL;
	for (size_t i = 0; i < r->n_steps; i++)
		json_decref(r->steps[i].args);
	free(r->steps);
	json_decref(r->seen);
	free(r);
	return NULL;
}

void recorder_close(struct recorder *r)
{
	if (r)
		r->closed = true;
}

void recorder_turn(struct recorder *r)
{
	if (r)
		r->turn++;
}

static json_t *since(const struct recorder *r, int64_t at)
{
	return json_real(clock_seconds(at - r->began));
}

/* A new entry, or NULL when there is no place for it. */
static json_t *entry(struct recorder *r, int64_t at)
{
	json_t *e;

	if (!r || r->closed)
		return NULL;
	if (json_array_size(r->seen) >= MAX_ENTRIES) {
		r->left_out++;
		return NULL;
	}
	e = json_pack("{s:o,s:i}", "t", since(r, at), "turn", (int)r->turn);
	json_array_append_new(r->seen, e);
	return e;
}

static const char *change_name(char type)
{
	return type == 'A' ? "added" : type == 'D' ? "deleted" : "modified";
}

void recorder_object(struct recorder *r, char type, json_t *object, int64_t earliest,
		     int64_t latest, bool sampled)
{
	json_t *e = entry(r, clock_now());

	if (!e)
		return;
	json_object_set_new(e, "change", json_string(change_name(type)));
	json_object_set_new(e, "earliest", since(r, earliest));
	json_object_set_new(e, "latest", since(r, latest));
	if (sampled)
		json_object_set_new(e, "sampled", json_true());
	json_object_set(e, "object", object);
}

unsigned recorder_log(struct recorder *r, const struct recorder_log *log)
{
	json_t *e = entry(r, clock_now());

	if (!e)
		return 0;
	json_object_set_new(e, "log", json_integer(++r->logs));
	json_object_set_new(e, "opened",
			    json_pack("{s:s,s:s,s:I,s:b}", "pod", log->pod, "container",
				      log->container, "instance", (json_int_t)log->instance,
				      "previous", log->previous));
	return r->logs;
}

void recorder_line(struct recorder *r, unsigned log, json_t *line, int64_t arrival)
{
	json_t *e = entry(r, arrival);

	if (!e)
		return;
	json_object_set_new(e, "log", json_integer(log));
	json_object_set(e, "line", line);
}

void recorder_log_end(struct recorder *r, unsigned log, bool complete, int64_t at)
{
	json_t *e = entry(r, at);

	if (!e)
		return;
	json_object_set_new(e, "log", json_integer(log));
	json_object_set_new(e, "ended", json_string(complete ? "complete" : "cut"));
}

/* ---- questions and answers ---- */

static const char *const verb_names[N_VERBS] = {
	[VERB_CREATE_NAMESPACE] = "create-namespace",
	[VERB_DELETE_NAMESPACE] = "delete-namespace",
	[VERB_APPLY] = "apply",
	[VERB_GET] = "get",
	[VERB_LIST] = "list",
	[VERB_PATCH] = "patch",
	[VERB_SCALE] = "scale",
	[VERB_DELETE] = "delete",
	[VERB_LOGS] = "logs",
	[VERB_EXEC] = "exec",
	[VERB_RAW] = "raw",
	[VERB_DISRUPT] = "disrupt",
	[VERB_LOAD_IMAGE] = "load-image",
};

static void set_text(json_t *o, const char *key, const char *value)
{
	json_t *v = value ? json_string(value) : NULL;

	if (value)
		json_object_set_new(o, key, v ? v : json_string("(not UTF-8)"));
}

static void set_tree(json_t *o, const char *key, const json_t *value)
{
	if (value)
		json_object_set(o, key, (json_t *)value);
}

/* What is asked of: a manifest's own name when there is no other. */
static void set_target(json_t *q, const struct request *req)
{
	const json_t *meta = json_object_get(req->object, "metadata");
	bool apply = req->verb == VERB_APPLY;

	set_text(q, "kind",
		 apply ? json_string_value(json_object_get(req->object, "kind")) : req->kind);
	set_text(q, "name", apply ? json_string_value(json_object_get(meta, "name")) : req->name);
	set_text(q, "container", req->container);
	set_text(q, "path", req->path);
	set_text(q, "what", req->what);
	set_text(q, "subresource", req->subresource);
	set_tree(q, "command", req->command);
}

json_t *recorder_question(const struct request *req)
{
	json_t *q = json_object();

	set_text(q, "verb", verb_names[req->verb]);
	set_target(q, req);
	if (req->verb == VERB_PATCH)
		set_tree(q, "patch", req->object);
	if (req->verb == VERB_SCALE)
		json_object_set_new(q, "replicas", json_integer(req->replicas));
	if (req->grace != NO_GRACE)
		json_object_set_new(q, "grace", json_integer(req->grace));
	if (req->tail >= 0)
		json_object_set_new(q, "tail", json_integer(req->tail));
	if (req->previous)
		json_object_set_new(q, "previous", json_true());
	if (req->timestamps)
		json_object_set_new(q, "timestamps", json_true());
	set_text(q, "propagation", req->propagation);
	set_text(q, "uid", req->uid);
	set_text(q, "resourceVersion", req->revision);
	set_tree(q, "labels", req->labels);
	return q;
}

static json_t *answer(const struct reply *reply)
{
	json_t *a = json_object();

	set_text(a, "code", reply_code_name(reply->code));
	if (reply->status)
		json_object_set_new(a, "status", json_integer(reply->status));
	set_text(a, "message", reply->message);
	set_text(a, "reason", reply->reason);
	set_tree(a, "causes", reply->causes);
	set_text(a, "text", reply->text);
	set_text(a, "stderr", reply->err_text);
	if (reply->exit_code)
		json_object_set_new(a, "exit", json_integer(reply->exit_code));
	set_tree(a, "body", reply->body);
	return a;
}

void recorder_reply(struct recorder *r, json_t *question, const struct reply *reply)
{
	json_t *e = entry(r, clock_now());

	if (!e)
		return;
	json_object_set(e, "asked", question);
	if (reply->sent) {
		json_object_set_new(e, "sent", since(r, reply->sent));
		json_object_set_new(e, "received", since(r, reply->received));
	}
	json_object_set_new(e, "answer", answer(reply));
}

void recorder_unanswered(struct recorder *r, json_t *question, int64_t sent)
{
	json_t *e = entry(r, clock_now());

	if (!e)
		return;
	json_object_set(e, "asked", question);
	json_object_set_new(e, "sent", since(r, sent));
}

/* ---- steps ---- */

void recorder_step_began(struct recorder *r, size_t step, json_t *args, int64_t at)
{
	if (!r || step >= r->n_steps)
		return;
	json_decref(r->steps[step].args);
	r->steps[step] = (struct step_times){ .args = json_incref(args), .began = at };
}

void recorder_step_over(struct recorder *r, size_t step, int64_t at)
{
	if (r && step < r->n_steps)
		r->steps[step].over = at;
}

const json_t *recorder_seen(const struct recorder *r)
{
	return r->seen;
}

size_t recorder_left_out(const struct recorder *r)
{
	return r->left_out;
}

int64_t recorder_began(const struct recorder *r)
{
	return r->began;
}

bool recorder_step(const struct recorder *r, size_t step, json_t **ret_args, int64_t *ret_began,
		   int64_t *ret_over)
{
	const struct step_times *s = &r->steps[step];

	*ret_args = s->args;
	*ret_began = s->began;
	*ret_over = s->over;
	return s->args != NULL;
}
