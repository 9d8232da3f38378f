/*
 * clean: `podtest clean --subject SPEC`: removes what interrupted runs left in a subject.
 *
 * Every namespace that a run makes carries the label podtest/run, and so does what it makes in none (Nodes, PersistentVolumes); those,
 * and only those, are deleted. They are asked for by that label and then looked at again here, so that a server which does not know label
 * selectors cannot make this delete anything else. A driver program has no namespaces to label: there it is those of the objects that it
 * shows, all of which were applied by way of it, with the name that a run gives (pt-…). --dry-run only names them.
 *
 * A pod that a case holds by a finalizer of its own (podtest…) would keep its namespace for ever: those are let go.
 */
#include "commands.h"
#include "inspect/words.h"
#include "kinds.h"
#include "subject/subject.h"
#include "util/json.h"
#include "verdict.h"

#define LABEL "podtest/run"

static const char usage[] =
	"usage: podtest clean --subject unix:SOCKET|kubeconfig:FILE|driver:PROGRAM [--dry-run]\n\n"
	"Deletes the namespaces, nodes and volumes that carry the label " LABEL "; of a driver, "
	"those of runs.\n";

struct clean {
	struct loop *loop;
	struct subject *subject;
	json_t *namespaces; /* list of names */
	json_t *outside; /* list of {kind, name}: of no namespace */
	const char *searched; /* the namespace whose pods are asked for */
	const struct kind *listed; /* the kind that is asked for */
	size_t waiting;
	char *fault;
};

static void on_opened(void *userdata, struct subject *s, const char *fault)
{
	struct clean *c = userdata;

	(void)s;
	c->fault = xstrdup(fault);
	loop_quit(c->loop);
}

static void add_outside(struct clean *c, const char *kind, const char *name)
{
	json_array_append_new(c->outside, json_pack("{s:s,s:s}", "kind", kind, "name", name));
}

/* A kind that the server does not have, or does not show, holds nothing that a run could have made. */
static void on_list(void *userdata, const struct reply *reply)
{
	struct clean *c = userdata;
	bool outside = kind_is_outside(c->listed);
	json_t *o;
	size_t i;

	if (reply->code == REPLY_UNREACHABLE || (reply->code != REPLY_OK && !outside))
		c->fault = xasprintf("the %s could not be listed: %s", c->listed->plural,
				     reply->message ? reply->message : "refused");
	json_array_foreach(json_path(reply->body, "items"), i, o) {
		if (!json_object_get(json_path(o, "metadata.labels"), LABEL))
			continue;
		if (outside)
			add_outside(c, c->listed->kind, json_str(o, "metadata.name"));
		else
			json_array_append(c->namespaces, json_path(o, "metadata.name"));
	}
	loop_quit(c->loop);
}

/* What a driver shows: each namespace of a run once. */
static void on_objects(void *userdata, const struct reply *reply)
{
	struct clean *c = userdata;
	_cleanup_json_ json_t *names = json_object();
	const char *name;
	json_t *object;
	size_t i;

	if (reply->code != REPLY_OK)
		c->fault = xasprintf("the objects could not be listed: %s",
				     reply->message ? reply->message : "refused");
	json_array_foreach(json_path(reply->body, "items"), i, object) {
		const char *kind = json_str(object, "kind");
		bool outside = kind_is_outside(kind_find(kind));

		name = json_str(object, outside ? "metadata.name" : "metadata.namespace");
		if (!name || !has_prefix(name, "pt-"))
			continue;
		if (outside)
			add_outside(c, kind, name);
		else
			json_object_set_new(names, name, json_true());
	}
	json_object_foreach(names, name, object)
		json_array_append_new(c->namespaces, json_string(name));
	loop_quit(c->loop);
}

static void on_changed(void *userdata, const struct reply *reply)
{
	struct clean *c = userdata;

	if (reply->code != REPLY_OK && reply->code != REPLY_NOT_FOUND && !c->fault)
		c->fault =
			xstrdup(reply->message ? reply->message : "something could not be removed");
	if (--c->waiting == 0)
		loop_quit(c->loop);
}

static void change_one(struct clean *c, const struct request *req)
{
	c->waiting++;
	subject_request(c->subject, req, on_changed, c);
}

/* ---- what is held ---- */

static bool is_held(const json_t *pod)
{
	json_t *f;
	size_t i;

	json_array_foreach(json_path(pod, "metadata.finalizers"), i, f)
		if (has_prefix(json_string_value(f), "podtest"))
			return true;
	return false;
}

static void on_pods(void *userdata, const struct reply *reply)
{
	struct clean *c = userdata;
	_cleanup_json_ json_t *patch = json_pack("{s:{s:n}}", "metadata", "finalizers");
	struct request req = REQUEST(VERB_PATCH);
	json_t *pod;
	size_t i;

	req.ns = c->searched;
	req.kind = "Pod";
	req.object = patch;
	req.patch_type = "merge";
	json_array_foreach(json_path(reply->body, "items"), i, pod) {
		req.name = json_str(pod, "metadata.name");
		if (req.name && is_held(pod))
			change_one(c, &req);
	}
	if (!c->waiting)
		loop_quit(c->loop);
}

static void release_held(struct clean *c)
{
	json_t *ns;
	size_t i;

	json_array_foreach(c->namespaces, i, ns) {
		struct request req = REQUEST(VERB_LIST);

		req.ns = c->searched = json_string_value(ns);
		req.kind = "Pod";
		subject_request(c->subject, &req, on_pods, c);
		loop_run(c->loop);
	}
}

/* ---- all of it ---- */

static void delete_all(struct clean *c)
{
	json_t *o;
	size_t i;

	json_array_foreach(c->namespaces, i, o) {
		struct request req = REQUEST(VERB_DELETE_NAMESPACE);

		req.ns = json_string_value(o);
		change_one(c, &req);
	}
	json_array_foreach(c->outside, i, o) {
		struct request req = REQUEST(VERB_DELETE);

		req.kind = json_str(o, "kind");
		req.name = json_str(o, "name");
		change_one(c, &req);
	}
	if (c->waiting)
		loop_run(c->loop);
}

static void list_labelled(struct clean *c)
{
	for (size_t i = 0; !c->fault && (c->listed = kind_at(i)); i++) {
		_cleanup_free_ char *path = NULL;
		struct request req = REQUEST(VERB_RAW);

		if (!c->listed->cluster)
			continue;
		req.path = path = xasprintf("%s/%s?labelSelector=podtest%%2Frun", c->listed->group,
					    c->listed->plural);
		subject_request(c->subject, &req, on_list, c);
		loop_run(c->loop);
	}
}

static void list_shown(struct clean *c)
{
	struct request req = REQUEST(VERB_LIST);

	subject_request(c->subject, &req, on_objects, c);
	loop_run(c->loop);
}

static void print_found(const struct clean *c)
{
	json_t *o;
	size_t i;

	json_array_foreach(c->namespaces, i, o)
		puts(json_string_value(o));
	json_array_foreach(c->outside, i, o)
		printf("%s/%s\n", kind_find(json_str(o, "kind"))->word, json_str(o, "name"));
}

static int clean(struct clean *c, const char *spec, bool dry, struct error *err)
{
	if (subject_open(c->loop, spec, 60, on_opened, c, &c->subject, err))
		return -1;
	loop_run(c->loop);
	if (!c->fault && has_prefix(spec, "driver:"))
		list_shown(c);
	else if (!c->fault)
		list_labelled(c);
	print_found(c);
	if (!c->fault && !dry && !has_prefix(spec, "driver:"))
		release_held(c);
	if (!c->fault && !dry)
		delete_all(c);
	return c->fault ? error_set(err, "%s", c->fault) : 0;
}

static void print_sum(const struct clean *c, bool dry)
{
	printf("%zu namespaces", json_array_size(c->namespaces));
	if (json_array_size(c->outside))
		printf(" and %zu other objects", json_array_size(c->outside));
	puts(dry ? " would be deleted" : " deleted");
}

int cmd_clean(int argc, char **argv)
{
	const char *spec = NULL, *dry = NULL;
	const struct word words[] = { { "subject", 's', false, &spec },
				      { "dry-run", 0, true, &dry } };
	_cleanup_error_ struct error err = ERROR_INIT;
	struct clean c = { 0 };
	int rc;

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (words_take(&argc, argv, words, ARRAY_SIZE(words), &err))
		return words_fault("clean", &err, EXIT_BAD_USAGE);
	if (!spec || argc > 1)
		return fputs(usage, stderr), EXIT_BAD_USAGE;
	c.loop = loop_new();
	c.namespaces = json_array();
	c.outside = json_array();
	rc = clean(&c, spec, dry != NULL, &err);
	print_sum(&c, dry != NULL);
	subject_free(c.subject);
	loop_free(c.loop);
	json_decref(c.namespaces);
	json_decref(c.outside);
	free(c.fault);
	return rc ? words_fault("clean", &err, EXIT_VOID) : EXIT_GOOD;
}
