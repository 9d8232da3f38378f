/*
 * clean: `podtest clean --subject SPEC`: removes what interrupted runs left in a subject.
 *
 * Every namespace that a run makes carries the label podtest/run; those, and only those, are deleted. The namespaces are asked
 * for by that label and then looked at again here, so that a server which does not know label selectors cannot make this delete
 * anything else. A driver program has no namespaces to label: there it is those of the objects that it shows, all of which were
 * applied by way of it, with the name that a run gives (pt-…). --dry-run only names them.
 */
#include "commands.h"
#include "inspect/words.h"
#include "subject/subject.h"
#include "util/json.h"
#include "verdict.h"

#define LABEL "podtest/run"

static const char usage[] =
	"usage: podtest clean --subject unix:SOCKET|kubeconfig:FILE|driver:PROGRAM [--dry-run]\n\n"
	"Deletes the namespaces that carry the label " LABEL "; of a driver, those of runs.\n";

struct clean {
	struct loop *loop;
	struct subject *subject;
	json_t *namespaces; /* list of names */
	size_t waiting, deleted;
	char *fault;
};

static void on_opened(void *userdata, struct subject *s, const char *fault)
{
	struct clean *c = userdata;

	(void)s;
	c->fault = xstrdup(fault);
	loop_quit(c->loop);
}

static void on_list(void *userdata, const struct reply *reply)
{
	struct clean *c = userdata;
	json_t *ns;
	size_t i;

	if (reply->code != REPLY_OK)
		c->fault = xasprintf("the namespaces could not be listed: %s",
				     reply->message ? reply->message : "refused");
	json_array_foreach(json_path(reply->body, "items"), i, ns)
		if (json_object_get(json_path(ns, "metadata.labels"), LABEL))
			json_array_append(c->namespaces, json_path(ns, "metadata.name"));
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
		name = json_str(object, "metadata.namespace");
		if (name && has_prefix(name, "pt-"))
			json_object_set_new(names, name, json_true());
	}
	json_object_foreach(names, name, object)
		json_array_append_new(c->namespaces, json_string(name));
	loop_quit(c->loop);
}

static void on_deleted(void *userdata, const struct reply *reply)
{
	struct clean *c = userdata;

	if (reply->code == REPLY_OK || reply->code == REPLY_NOT_FOUND)
		c->deleted++;
	else if (!c->fault)
		c->fault = xstrdup(reply->message ? reply->message :
						    "a namespace could not be deleted");
	if (--c->waiting == 0)
		loop_quit(c->loop);
}

static void delete_all(struct clean *c)
{
	json_t *name;
	size_t i;

	json_array_foreach(c->namespaces, i, name) {
		struct request req = REQUEST(VERB_DELETE_NAMESPACE);

		req.ns = json_string_value(name);
		c->waiting++;
		subject_request(c->subject, &req, on_deleted, c);
	}
	if (c->waiting)
		loop_run(c->loop);
}

static int clean(struct clean *c, const char *spec, bool dry, struct error *err)
{
	struct request list = REQUEST(VERB_RAW), all = REQUEST(VERB_LIST);
	json_t *name;
	size_t i;

	list.path = "/api/v1/namespaces?labelSelector=podtest%2Frun";
	if (subject_open(c->loop, spec, 60, on_opened, c, &c->subject, err))
		return -1;
	loop_run(c->loop);
	if (!c->fault) {
		if (has_prefix(spec, "driver:"))
			subject_request(c->subject, &all, on_objects, c);
		else
			subject_request(c->subject, &list, on_list, c);
		loop_run(c->loop);
	}
	json_array_foreach(c->namespaces, i, name)
		puts(json_string_value(name));
	if (!c->fault && !dry)
		delete_all(c);
	return c->fault ? error_set(err, "%s", c->fault) : 0;
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
	rc = clean(&c, spec, dry != NULL, &err);
	printf("%zu namespaces%s\n", json_array_size(c.namespaces),
	       dry ? " would be deleted" : " deleted");
	subject_free(c.subject);
	loop_free(c.loop);
	json_decref(c.namespaces);
	free(c.fault);
	return rc ? words_fault("clean", &err, EXIT_VOID) : EXIT_GOOD;
}
