/*
 * case_act: the steps that act: apply, reject, patch, scale, delete, exec, tell, disrupt.
 *
 * Each sends its request when it begins and ends with the reply. What was accepted leaves an event `did …` whose interval is the
 * request's. A step that has a `req` makes a verdict of the reply (that it was accepted, its content, or that it was refused), any
 * other is set-up: what was not accepted makes the case broken. A refusal is compared by field path, reason and text; causes come from the reply, and for an unknown field the path
 * stands in the message.
 */
#include "case_judge.h"
#include "case_outside.h"
#include "case_step.h"
#include "case_watch.h"
#include "fact.h"
#include "kinds.h"
#include "match.h"
#include "phrase.h"
#include "util/clock.h"
#include "util/json.h"

/* A guest that is told to look for 40 s (a name server may keep an answer for 30) ends by itself. */
#define COMMAND_SECONDS 45

static int line_of(const struct case_run *c)
{
	return c->fixture->steps[c->step].line;
}

/* "pod/a" of the step; false makes the case broken. */
static bool set_object(struct case_run *c, struct request *req)
{
	const char *object = json_str(c->now.args, "object");

	if (object_ref(object, &req->kind, &req->name))
		return true;
	case_broken(c, false, "line %d: \"%s\": no such kind", line_of(c), object);
	return false;
}

/* Tried only: then nothing was done and nothing is there. */
static bool is_dry(const struct case_run *c)
{
	return json_truth(c->now.args, "dry", false);
}

/* A refusal can be judged; a subject that cannot be reached, or does not know the verb, cannot. */
static bool is_verdict(const struct reply *reply)
{
	return reply->code == REPLY_OK || reply->code == REPLY_INVALID ||
	       reply->code == REPLY_CONFLICT;
}

/* The assertion of an action that must be accepted; `answer` is what its reply must hold. */
static void assert_accepted(struct case_run *c, const struct reply *reply, const char *words)
{
	const json_t *args = c->now.args, *want = json_object_get(args, "answer");
	bool fits = reply->code == REPLY_OK && (!want || match_json(want, reply->body));
	_cleanup_json_ json_t *shown = match_seen(want, reply->body);
	_cleanup_free_ char *answer = want ? json_line(want) : NULL, *expected = NULL,
			    *seen = reply->code != REPLY_OK ?
					    xasprintf("%s: %s", reply_code_name(reply->code),
						      reply->message ? reply->message : "") :
					    json_line(shown);
	struct judged j = { .outcome = fits ? OUTCOME_PASS : OUTCOME_FAIL, .seen = seen };

	expected = xasprintf("\"%s\" %s%s", words, want ? "answered with " : "accepted",
			     want ? answer : "");
	j.expected = expected;
	case_assert(c, args, &j, false);
}

/* Whether the case can go on with it: it was accepted, or that it was not is the verdict. */
static bool taken(struct case_run *c, const struct reply *reply, const char *words)
{
	bool judged = json_str(c->now.args, "req") && is_verdict(reply);

	case_refused(c, reply);
	if (reply->code != REPLY_OK && !judged) {
		case_broken(c, reply->code == REPLY_UNREACHABLE, "line %d: %s: %s: %s", line_of(c),
			    words, reply_code_name(reply->code),
			    reply->message ? reply->message : "");
		return false;
	}
	if (reply->code == REPLY_OK && !is_dry(c)) {
		c->acted = clock_now();
		step_did(c, reply, words);
		case_take_reply(c, reply);
	}
	return true;
}

/* The end of a plain action. */
static void act_over(struct case_run *c, const struct reply *reply, const char *verb,
		     const char *what)
{
	_cleanup_free_ char *words = xasprintf("%s %s", verb, what);

	if (!taken(c, reply, words))
		return;
	if (json_str(c->now.args, "req"))
		assert_accepted(c, reply, words);
	step_done(c);
}

/* ---- apply ---- */

static void apply_next(struct case_run *c);

/* As fixtures name it: "rs/web"; a kind that no fixture can name in small letters. */
static char *manifest_ref(const json_t *m)
{
	const char *kind = json_str(m, "kind"), *name = json_str(m, "metadata.name");
	const struct kind *k = kind_find(kind);
	char *ref = xasprintf("%s/%s", k ? k->word : kind ? kind : "?", name ? name : "?");

	for (char *p = ref; *p && *p != '/'; p++)
		*p = (char)(*p >= 'A' && *p <= 'Z' ? *p + 32 : *p);
	return ref;
}

static void on_status(struct case_run *c, const struct reply *reply, void *userdata)
{
	const json_t *m = json_array_get(c->now.manifests, c->now.next);
	_cleanup_free_ char *ref = manifest_ref(m);

	(void)userdata;
	if (reply->code != REPLY_OK) {
		case_broken(c, reply->code == REPLY_UNREACHABLE, "line %d: the status of %s: %s",
			    line_of(c), ref, reply->message ? reply->message : "refused");
		return;
	}
	c->now.next++;
	apply_next(c);
}

static void on_applied(struct case_run *c, const struct reply *reply, void *userdata)
{
	const json_t *m = json_array_get(c->now.manifests, c->now.next);
	_cleanup_free_ char *ref = manifest_ref(m), *words = xasprintf("apply %s", ref);

	(void)userdata;
	if (!taken(c, reply, words))
		return;
	if (json_str(c->now.args, "req"))
		assert_accepted(c, reply, words);
	if (reply->code == REPLY_OK && case_outside_status(c, m, on_status))
		return;
	c->now.next++;
	apply_next(c);
}

static void apply_next(struct case_run *c)
{
	struct request req = REQUEST(VERB_APPLY);

	if (c->now.next >= json_array_size(c->now.manifests)) {
		step_done(c);
		return;
	}
	req.object = json_array_get(c->now.manifests, c->now.next);
	req.dry = is_dry(c);
	json_array_append(c->applied, (json_t *)req.object);
	if (case_outside_take(c, json_array_get(c->now.manifests, c->now.next)))
		case_request(c, &req, on_applied, NULL);
}

/* ---- refusals ---- */

static bool cause_fits(const json_t *cause, const char *field, const char *reason)
{
	return (!field || streq(json_str(cause, "field"), field)) &&
	       (!reason || streq(json_str(cause, "reason"), reason));
}

/* Driver programs give no reason with their code `conflict`. */
static const char *reason_of(const struct reply *reply)
{
	return !reply->reason && reply->code == REPLY_CONFLICT ? "Conflict" : reply->reason;
}

static bool refusal_fits(const json_t *args, const struct reply *reply)
{
	const char *field = json_str(args, "field"), *reason = json_str(args, "reason"),
		   *text = json_str(args, "text");
	const char *message = reply->message ? reply->message : "";
	bool hit = !field && !reason;
	json_t *cause;
	size_t i;

	json_array_foreach((json_t *)reply->causes, i, cause)
		hit = hit || cause_fits(cause, field, reason);
	if (!hit && !json_array_size(reply->causes))
		hit = (!field || strstr(message, field)) &&
		      (!reason || streq(reason_of(reply), reason));
	return hit && (!text || strstr(message, text));
}

static char *refusal_text(const struct reply *reply)
{
	_cleanup_free_ char *causes = reply->causes ? json_line(reply->causes) : NULL;

	if (reply->code == REPLY_OK)
		return xstrdup("it was accepted");
	return xasprintf("%s: %s%s%s", reply_code_name(reply->code),
			 reply->message ? reply->message : "", causes ? "; causes " : "",
			 causes ? causes : "");
}

static void on_refused(struct case_run *c, const struct reply *reply, void *userdata)
{
	const json_t *args = c->now.args;
	_cleanup_free_ char *expected = phrase_refusal(args), *seen = refusal_text(reply),
			    *message = NULL;
	bool refused = reply->code == REPLY_INVALID ||
		       (reply->code == REPLY_CONFLICT && json_str(args, "reason"));
	bool fits = refused && refusal_fits(args, reply);
	struct judged j = { .outcome = fits ? OUTCOME_PASS : OUTCOME_FAIL,
			    .expected = expected,
			    .seen = seen };

	(void)userdata;
	if (reply->code == REPLY_UNREACHABLE || reply->code == REPLY_UNSUPPORTED) {
		case_refused(c, reply);
		case_broken(c, false, "line %d: %s", line_of(c), seen);
		return;
	}
	if (!fits)
		message = xasprintf("expected %s; seen: %s", expected, seen);
	j.message = message;
	if (json_str(args, "req"))
		case_assert(c, args, &j, false);
	else if (!fits)
		case_broken(c, false, "line %d: %s", line_of(c), message);
	step_done(c);
}

static void reject_begin(struct case_run *c)
{
	struct request req = REQUEST(VERB_APPLY);

	req.object = json_array_get(c->now.manifests, 0);
	req.dry = is_dry(c);
	json_array_append(c->applied, (json_t *)req.object);
	if (req.object && case_outside_take(c, json_array_get(c->now.manifests, 0)))
		case_request(c, &req, on_refused, NULL);
	else if (!req.object)
		case_broken(c, false, "line %d: no manifest %s in the file", line_of(c),
			    json_str(c->now.args, "object"));
}

/* ---- patch, scale, delete, disrupt ---- */

/* "patch pod/a", and " status" behind it. */
static void patch_over(struct case_run *c, const struct reply *reply)
{
	const char *object = json_str(c->now.args, "object"),
		   *subresource = json_str(c->now.args, "subresource");
	_cleanup_free_ char *what =
		xasprintf("%s%s%s", object, subresource ? " " : "", subresource ? subresource : "");

	act_over(c, reply, "patch", what);
}

static void on_patched(struct case_run *c, const struct reply *reply, void *userdata)
{
	if (json_truth(c->now.args, "refused", false))
		on_refused(c, reply, userdata);
	else
		patch_over(c, reply);
}

static void patch_begin(struct case_run *c)
{
	struct request req = REQUEST(VERB_PATCH);

	req.object = json_object_get(c->now.args, "patch");
	req.patch_type = json_str(c->now.args, "type");
	req.subresource = json_str(c->now.args, "subresource");
	req.dry = is_dry(c);
	if (set_object(c, &req))
		case_request(c, &req, on_patched, NULL);
}

static void on_scaled(struct case_run *c, const struct reply *reply, void *userdata)
{
	(void)userdata;
	act_over(c, reply, "scale", json_str(c->now.args, "object"));
}

static void scale_begin(struct case_run *c)
{
	struct request req = REQUEST(VERB_SCALE);

	req.replicas = (int)json_int(c->now.args, "replicas", 0);
	if (set_object(c, &req))
		case_request(c, &req, on_scaled, NULL);
}

static void on_deleted(struct case_run *c, const struct reply *reply, void *userdata)
{
	const char *one = json_str(c->now.args, "object"), *kind = json_str(c->now.args, "objects");

	if (json_truth(c->now.args, "refused", false))
		on_refused(c, reply, userdata);
	else
		act_over(c, reply, "delete", one ? one : kind);
}

/* One object, or those of a kind that carry the labels. */
static bool set_target(struct case_run *c, struct request *req)
{
	const char *kind = json_str(c->now.args, "objects");
	const struct kind *k = kind_find(kind);

	if (!kind)
		return set_object(c, req);
	if (!k) {
		case_broken(c, false, "line %d: \"%s\": no such kind", line_of(c), kind);
		return false;
	}
	req->kind = k->kind;
	req->labels = json_object_get(c->now.args, "labels");
	return true;
}

static void delete_begin(struct case_run *c)
{
	struct request req = REQUEST(VERB_DELETE);

	req.grace = (long)json_int(c->now.args, "grace",
				   json_truth(c->now.args, "force", false) ? 0 : NO_GRACE);
	req.propagation = json_str(c->now.args, "propagation");
	req.uid = json_str(c->now.args, "uid");
	req.revision = json_str(c->now.args, "resourceVersion");
	req.dry = is_dry(c);
	if (set_target(c, &req))
		case_request(c, &req, on_deleted, NULL);
}

static void on_disrupted(struct case_run *c, const struct reply *reply, void *userdata)
{
	const char *object = json_str(c->now.args, "object"), *kind = json_str(c->now.args, "kind");

	(void)userdata;
	if (reply->code == REPLY_OK && streq(kind, "start-node"))
		c->node_stopped = false;
	act_over(c, reply, "disrupt", streq(kind, "kill-sandbox") ? object : kind);
}

/* What hits a pod, or the node that it is bound to, names the pod; what hits the node's agent, or helps all nodes, does not. */
static void disrupt_begin(struct case_run *c)
{
	struct request req = REQUEST(VERB_DISRUPT);

	req.what = json_str(c->now.args, "kind");
	c->node_stopped |= streq(req.what, "stop-node");
	if (!json_str(c->now.args, "object") || set_object(c, &req))
		case_request(c, &req, on_disrupted, NULL);
}

/* ---- exec and tell ---- */

static bool output_fits(const json_t *want, const char *text)
{
	_cleanup_json_ json_t *have = NULL;
	size_t len = strlen(text);

	if (!want)
		return true;
	if (json_object_get(want, "json")) {
		have = json_read(text, len);
		return match_json(json_object_get(want, "json"), have);
	}
	have = json_stringn(text, len && text[len - 1] == '\n' ? len - 1 : len);
	return have && match_json(want, have);
}

static bool reply_fits(const json_t *want, const struct reply *reply)
{
	return reply->code == REPLY_OK && reply->exit_code == json_int(want, "exit", 0) &&
	       output_fits(json_object_get(want, "stdout"), reply->text ? reply->text : "");
}

static char *executed_text(const struct reply *reply)
{
	const char *out = reply->text ? reply->text : "", *err = reply->err_text;

	if (reply->code != REPLY_OK)
		return xasprintf("%s: %s", reply_code_name(reply->code),
				 reply->message ? reply->message : "");
	return xasprintf("exit %d, output \"%.600s\"%s%.300s%s", reply->exit_code, out,
			 err && *err ? ", error output \"" : "", err ? err : "",
			 err && *err ? "\"" : "");
}

static void on_executed(struct case_run *c, const struct reply *reply, void *userdata)
{
	const json_t *args = c->now.args;
	bool fits = reply_fits(args, reply);
	const json_t *without = json_object_get(args, "without");
	_cleanup_free_ char *expected = phrase_exec(args), *message = NULL;
	_cleanup_free_ char *seen = executed_text(reply);
	struct judged j = { .outcome = fits ? OUTCOME_PASS : OUTCOME_FAIL,
			    .expected = expected,
			    .seen = seen };

	(void)userdata;
	case_refused(c, reply);
	if (!fits)
		message = xasprintf("expected %s; seen: %s", expected, seen);
	j.message = message;
	if (!json_str(args, "req") || reply->code == REPLY_UNREACHABLE ||
	    reply->code == REPLY_UNSUPPORTED) {
		if (!fits) {
			case_broken(c, false, "line %d: %s", line_of(c), message);
			return;
		}
	} else {
		case_assert(c, args, &j, !fits && without && reply_fits(without, reply));
	}
	if (reply->code == REPLY_OK) {
		const char *container = json_str(args, "container");
		_cleanup_free_ char *who =
			xasprintf("exec %s%s%s", strchr(json_str(args, "object"), '/') + 1,
				  container ? "/" : "", container ? container : "");

		step_did(c, reply, who);
	}
	step_done(c);
}

static void exec_begin(struct case_run *c)
{
	struct request req = REQUEST(VERB_EXEC);

	req.container = json_str(c->now.args, "container");
	req.command = json_object_get(c->now.args, "command");
	req.timeout = session_patience(c->session, COMMAND_SECONDS);
	if (set_object(c, &req))
		case_request(c, &req, on_executed, NULL);
}

static void on_told(struct case_run *c, const struct reply *reply, void *userdata)
{
	const char *object = json_str(c->now.args, "object"),
		   *container = json_str(c->now.args, "container");
	_cleanup_free_ char *args = json_line(json_object_get(c->now.args, "args")), *words = NULL;
	json_t *word;
	size_t i;

	(void)userdata;
	case_refused(c, reply);
	if (reply->code != REPLY_OK || reply->exit_code) {
		case_broken(c, false, "line %d: tell %s %s: %s %s", line_of(c), object, args,
			    reply->message ? reply->message : "",
			    reply->err_text ? reply->err_text : "");
		return;
	}
	words = xasprintf("tell %s%s%s", strchr(object, '/') + 1, container ? "/" : "",
			  container ? container : "");
	json_array_foreach(json_object_get(c->now.args, "args"), i, word) {
		_cleanup_free_ char *old = words, *text = json_scalar(word);

		words = xasprintf("%s %s", old, text);
	}
	step_did(c, reply, words);
	step_done(c);
}

static void tell_begin(struct case_run *c)
{
	struct request req = REQUEST(VERB_EXEC);
	_cleanup_json_ json_t *command = json_pack("[s,s]", "/guest", "tell");

	json_array_extend(command, json_object_get(c->now.args, "args"));
	req.container = json_str(c->now.args, "container");
	req.command = command;
	if (set_object(c, &req))
		case_request(c, &req, on_told, NULL);
}

const struct step_verb *step_act(enum step_kind kind)
{
	static const struct step_verb acts[] = {
		[STEP_APPLY] = { apply_next, NULL },	[STEP_REJECT] = { reject_begin, NULL },
		[STEP_PATCH] = { patch_begin, NULL },	[STEP_SCALE] = { scale_begin, NULL },
		[STEP_DELETE] = { delete_begin, NULL }, [STEP_EXEC] = { exec_begin, NULL },
		[STEP_TELL] = { tell_begin, NULL },	[STEP_DISRUPT] = { disrupt_begin, NULL },
	};

	return &acts[kind];
}
