/*
 * case_variables: what ${…} stands for in the steps and manifests of a case.
 *
 * Most is known when the case begins. ${ip/POD} is known only once that pod has an address, ${clusterip/SERVICE} likewise,
 * ${uid/KIND/NAME} once that object was seen, ${uid/PATH} and ${rv/PATH} once the subject was asked: the step that names one waits for
 * it. What was asked keeps its value: a later step means the same revision.
 */
#include "case_variables.h"

#include "case_step.h"
#include "fact.h"
#include "images.h"
#include "util/json.h"

#define CLUSTER_IP "clusterip/"

static void set_var(const char **vars, size_t *n, const char *name, const char *value)
{
	vars[(*n)++] = name;
	vars[(*n)++] = value ? value : "";
	vars[*n] = NULL;
}

/* What is asked for: its value is null meanwhile. */
static const char *asked_word(const struct case_run *c)
{
	const char *word;
	json_t *value;

	json_object_foreach(c->asked, word, value)
		if (json_is_null(value))
			return word;
	return "";
}

static void on_answered(struct case_run *c, const struct reply *reply, void *userdata)
{
	const char *word = asked_word(c),
		   *key = has_prefix(word, "rv/") ? "resourceVersion" : "uid";
	const char *value = json_str(json_path(reply->body, "metadata"), key);

	(void)userdata;
	c->now.waiting = false;
	if (reply->code != REPLY_OK || !value)
		case_broken(c, reply->code == REPLY_UNREACHABLE, "line %d: no %s at %s: %s",
			    step_of(c)->line, key, strchr(word, '/') + 1,
			    reply->message ? reply->message : "none");
	else
		json_object_set_new(c->asked, word, json_string(value));
}

/* Of what the subject has at a path: asked for once. NULL: not known yet. */
static const char *asked_value(struct case_run *c, const char *word)
{
	const char *value = json_string_value(json_object_get(c->asked, word));
	struct request req = REQUEST(VERB_RAW);

	if (value || c->now.waiting)
		return value;
	json_object_set_new(c->asked, word, json_null());
	req.path = strchr(word, '/') + 1;
	c->now.waiting = true;
	case_request(c, &req, on_answered, NULL);
	return NULL;
}

/* Is it known only while the case runs? */
static bool is_later(const char *word)
{
	return has_prefix(word, "ip/") || has_prefix(word, "uid/") || has_prefix(word, "rv//") ||
	       has_prefix(word, CLUSTER_IP);
}

/* NULL: not known yet. */
static const char *later_value(struct case_run *c, const char *word)
{
	const char *kind, *name, *value = NULL;

	if (has_prefix(word, "ip/"))
		value = json_str(case_object(c, "Pod", word + 3), "status.podIP");
	else if (has_prefix(word, CLUSTER_IP))
		value = json_str(case_object(c, "Service", word + strlen(CLUSTER_IP)),
				 "spec.clusterIP");
	else if (has_prefix(word, "uid//") || has_prefix(word, "rv//"))
		value = asked_value(c, word);
	else if (object_ref(word + 4, &kind, &name))
		value = json_str(case_object(c, kind, name), "metadata.uid");
	return value && *value ? value : NULL;
}

bool case_fill_later(struct case_run *c, json_t **tree)
{
	_cleanup_free_ char *text = json_line(*tree);
	const char *hole = text;

	while ((hole = strstr(hole, "${"))) {
		_cleanup_free_ char *word = strndup(hole + 2, strcspn(hole + 2, "}"));
		const char *vars[] = { word, NULL, NULL };
		json_t *filled;

		hole += 2;
		if (!is_later(word))
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
