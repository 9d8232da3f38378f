/*
 * case_outside: what a case makes outside its namespace (a Node, a PersistentVolume).
 *
 * Such an object does not go with the namespace, and in somebody's cluster its name could be somebody's. So it is only taken when its
 * name begins with the namespace's (nobody else makes such names); it gets the label podtest/run, by which `podtest clean` finds it; and
 * it is remembered from the moment it is asked for and deleted when the case ends, however it ends.
 *
 * Creation drops `status`. A manifest that has one means it: it is written through the status subresource before the step goes on. So
 * a Node needs no agent to be something that pods can be bound to.
 */
#include "case_outside.h"

#include "kinds.h"
#include "util/json.h"

static bool is_outside(const json_t *object)
{
	return kind_is_outside(kind_find(json_str(object, "kind")));
}

/* "pt-1-2" or "pt-1-2-a", never "pt-1-23". */
static bool is_own_name(const struct case_run *c, const char *name)
{
	size_t len = strlen(c->ns);

	return name && !strncmp(name, c->ns, len) && (!name[len] || name[len] == '-');
}

static void remember(struct case_run *c, const json_t *object)
{
	_cleanup_json_ json_t *one = json_pack("{s:s,s:s}", "kind", json_str(object, "kind"),
					       "name", json_str(object, "metadata.name"));
	json_t *known;
	size_t i;

	json_array_foreach(c->outside, i, known)
		if (json_equal(known, one))
			return;
	json_array_append(c->outside, one);
}

bool case_outside_take(struct case_run *c, json_t *object)
{
	const char *name = json_str(object, "metadata.name");
	json_t *meta = json_object_get(object, "metadata"), *labels;

	if (!is_outside(object))
		return true;
	if (!is_own_name(c, name)) {
		case_broken(c, false, "%s %s is in no namespace: its name must be ${ns} or ${ns}-…",
			    json_str(object, "kind"), name ? name : "without a name");
		return false;
	}
	labels = json_object_get(meta, "labels");
	if (!labels) {
		labels = json_object();
		json_object_set_new(meta, "labels", labels);
	}
	json_object_set_new(labels, "podtest/run", json_string(c->session->run_id));
	remember(c, object);
	return true;
}

bool case_outside_status(struct case_run *c, const json_t *object, case_reply_fn done)
{
	json_t *status = json_object_get(object, "status");
	_cleanup_json_ json_t *patch = status ? json_pack("{s:O}", "status", status) : NULL;
	struct request req = REQUEST(VERB_PATCH);

	if (!is_outside(object) || !patch)
		return false;
	req.kind = json_str(object, "kind");
	req.name = json_str(object, "metadata.name");
	req.object = patch;
	req.patch_type = "merge";
	req.subresource = "status";
	case_request(c, &req, done, NULL);
	return true;
}

static void request_of(const struct case_run *c, enum verb verb, size_t i, struct request *ret)
{
	const json_t *one = json_array_get(c->outside, i);

	*ret = REQUEST(verb);
	ret->kind = json_str(one, "kind");
	ret->name = json_str(one, "name");
}

static void on_deleted(struct case_run *c, const struct reply *reply, void *userdata)
{
	(void)reply;
	(void)userdata;
	case_poke(c);
}

void case_outside_delete(struct case_run *c)
{
	struct request req;

	for (size_t i = 0; i < json_array_size(c->outside); i++) {
		request_of(c, VERB_DELETE, i, &req);
		case_request(c, &req, on_deleted, NULL);
	}
}

bool case_outside_ask(struct case_run *c, case_reply_fn done)
{
	struct request req;

	if (!json_array_size(c->outside))
		return false;
	request_of(c, VERB_GET, 0, &req);
	case_request(c, &req, done, NULL);
	return true;
}

void case_outside_gone(struct case_run *c)
{
	json_array_remove(c->outside, 0);
}
