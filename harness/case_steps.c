/*
 * case_steps: the steps of a case, each begun once and then looked at until it is over.
 *
 * Here are the frame and the variables. Filling in happens as late as possible, when a step begins: ${ip/POD} is known only once that
 * pod has an address, ${uid/KIND/NAME} once that object was seen, ${uid/PATH} once the subject was asked, and a step that names one
 * waits for it. A step of a recorded case is not begun before the instant at which it was. What the steps do is in case_act.c (they send a request and
 * end with its reply) and case_wait.c (they are looked at whenever anything was seen, and at their deadline).
 */
#include "case_parts.h"
#include "fact.h"
#include "images.h"
#include "steps.h"
#include "util/clock.h"
#include "util/json.h"

static const struct step *step_of(const struct case_run *c)
{
	return &c->fixture->steps[c->step];
}

void step_wake_in(struct case_run *c, int64_t ns)
{
	timer_in(c->timer, ns);
}

int64_t step_deadline(const struct case_run *c)
{
	int64_t over = step_of(c)->over, bound = c->now.deadline - c->now.began;

	/* What lasted twice as long was waited for once more (case_without.c). */
	if (!c->now.longer && over - c->now.deadline >= bound)
		return c->now.deadline;
	return MAX(c->now.deadline, over);
}

void case_step_clear(struct case_run *c)
{
	timer_stop(c->timer);
	barrier_free(c->now.barrier);
	json_decref(c->now.args);
	json_decref(c->now.manifests);
	json_decref(c->now.fetched);
	free(c->now.fetched_text);
	free(c->now.missing);
	c->now = (struct step_run){ 0 };
}

void step_did(struct case_run *c, const struct reply *reply, const char *words)
{
	history_add(&c->history, SOURCE_DID, "", words, NULL, reply->sent, reply->received);
}

/* ---- variables ---- */

#define CLUSTER_IP "clusterip/"

static void set_var(const char **vars, size_t *n, const char *name, const char *value)
{
	vars[(*n)++] = name;
	vars[(*n)++] = value ? value : "";
	vars[*n] = NULL;
}

/* The path that is asked for: its value is null meanwhile. */
static const char *asked_path(const struct case_run *c)
{
	const char *path;
	json_t *uid;

	json_object_foreach(c->uids, path, uid)
		if (json_is_null(uid))
			return path;
	return "";
}

static void on_uid(struct case_run *c, const struct reply *reply, void *userdata)
{
	const char *uid = json_str(reply->body, "metadata.uid"), *path = asked_path(c);

	(void)userdata;
	c->now.waiting = false;
	if (reply->code != REPLY_OK || !uid)
		case_broken(c, reply->code == REPLY_UNREACHABLE, "line %d: no uid at %s: %s",
			    step_of(c)->line, path, reply->message ? reply->message : "none");
	else
		json_object_set_new(c->uids, path, json_string(uid));
}

/* Of an object that is not the case's: asked for once. NULL: not known yet. */
static const char *foreign_uid(struct case_run *c, const char *path)
{
	const char *uid = json_string_value(json_object_get(c->uids, path));
	struct request req = REQUEST(VERB_RAW);

	if (uid || c->now.waiting)
		return uid;
	json_object_set_new(c->uids, path, json_null());
	req.path = path;
	c->now.waiting = true;
	case_request(c, &req, on_uid, NULL);
	return NULL;
}

/* What "ip/POD", "clusterip/SERVICE", "uid/KIND/NAME" or "uid//PATH" stands for; NULL: not known yet. */
static const char *later_value(struct case_run *c, const char *word)
{
	const char *kind, *name, *value = NULL;

	if (has_prefix(word, "ip/"))
		value = json_str(case_object(c, "Pod", word + 3), "status.podIP");
	else if (has_prefix(word, CLUSTER_IP))
		value = json_str(case_object(c, "Service", word + strlen(CLUSTER_IP)),
				 "spec.clusterIP");
	else if (has_prefix(word, "uid//"))
		value = foreign_uid(c, word + 4);
	else if (object_ref(word + 4, &kind, &name))
		value = json_str(case_object(c, kind, name), "metadata.uid");
	return value && *value ? value : NULL;
}

/* Replaces what is known only later; false when something of it is not known yet. */
static bool fill_later(struct case_run *c, json_t **tree)
{
	_cleanup_free_ char *text = json_line(*tree);
	const char *hole = text;

	while ((hole = strstr(hole, "${"))) {
		_cleanup_free_ char *word = strndup(hole + 2, strcspn(hole + 2, "}"));
		const char *vars[] = { word, NULL, NULL };
		json_t *filled;

		hole += 2;
		if (!has_prefix(word, "ip/") && !has_prefix(word, "uid/") &&
		    !has_prefix(word, CLUSTER_IP))
			continue;
		vars[1] = later_value(c, word);
		if (!vars[1])
			return false;
		filled = fixture_fill(*tree, vars);
		json_decref(*tree);
		*tree = filled;
	}
	return true;
}

json_t *case_fill(struct case_run *c, const json_t *in)
{
	_cleanup_free_ char *rate = xasprintf("%g", c->session->bounds.rate);
	const char *vars[16];
	json_t *filled;
	size_t n = 0;

	set_var(vars, &n, "ns", c->ns);
	set_var(vars, &n, "name", c->fixture->name);
	set_var(vars, &n, "node", c->session->subject->node);
	set_var(vars, &n, "scratch", c->scratch);
	set_var(vars, &n, "witness", c->witness);
	set_var(vars, &n, "rate", rate);
	filled = fixture_fill(in, vars);
	images_rename(filled, c->session->options);
	return filled;
}

static json_t *chosen_manifests(struct case_run *c)
{
	const json_t *objects = json_object_get(step_of(c)->args, "objects");
	const char *one = json_str(step_of(c)->args, "object");
	json_t *chosen = json_array(), *name, *m;
	size_t i;

	if (one && (m = fixture_manifest(c->fixture->manifests, one)))
		json_array_append(chosen, m);
	else if (!objects && !one)
		json_array_extend(chosen, c->fixture->manifests);
	json_array_foreach(objects, i, name) {
		m = fixture_manifest(c->fixture->manifests, json_string_value(name));
		if (m)
			json_array_append(chosen, m);
		else
			case_broken(c, false, "line %d: no manifest %s in the file",
				    step_of(c)->line,
				    json_is_string(name) ? json_string_value(name) : "?");
	}
	return chosen;
}

/* ---- begin and look ---- */

static const struct step_verb *verb_of(const struct case_run *c)
{
	return step_verb(step_of(c)->kind);
}

/* Fills the step in; false while something is awaited. */
static bool prepare(struct case_run *c)
{
	bool is_apply = step_of(c)->kind == STEP_APPLY || step_of(c)->kind == STEP_REJECT;

	if (!c->now.args) {
		_cleanup_json_ json_t *manifests = is_apply ? chosen_manifests(c) : NULL;

		c->now.args = case_fill(c, step_of(c)->args);
		c->now.manifests = manifests ? case_fill(c, manifests) : NULL;
		c->now.began = clock_now();
	}
	return fill_later(c, &c->now.args) &&
	       (!c->now.manifests || fill_later(c, &c->now.manifests));
}

void case_step_begin(struct case_run *c)
{
	int64_t patience = seconds_ns(c->session->bounds.lag * 3);

	if (clock_now() < step_of(c)->began) {
		step_wake_in(c, step_of(c)->began - clock_now());
		return;
	}
	if (!prepare(c)) {
		if (clock_now() - c->now.began >= patience)
			case_broken(c, true,
				    "line %d: what ${ip/…} or ${uid/…} names did not come in time",
				    step_of(c)->line);
		else
			step_wake_in(c, patience - (clock_now() - c->now.began));
		return;
	}
	c->now.begun = true;
	c->now.began = clock_now();
	recorder_step_began(c->tape, c->step, c->now.args, c->now.began);
	verb_of(c)->begin(c);
}

void case_step_look(struct case_run *c)
{
	if (verb_of(c)->look && !c->now.waiting)
		verb_of(c)->look(c);
}
