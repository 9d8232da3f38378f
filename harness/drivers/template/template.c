/*
 * template: a driver program to start from. Copy the folder, fill in the six functions marked TODO, and run
 *
 *	podtest run --subject driver:out/release/drivers/NAME --only localhost-between-containers
 *
 * The protocol is harness/PROTOCOL.md: one JSON object per line in, one per line out. This driver takes one request at a time
 * ("concurrency": 1), so podtest starts it several times over, and nothing may be kept in memory that another instance would
 * need: ask the runtime. What the runtime cannot do is answered by `unsupported`; what it has no source for is left out of a
 * pod's status. Never make anything up: that is what the sentinel cases are there to catch.
 *
 * As it stands it is honest about running nothing: hello works, apply is refused, and a run against it is void.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- answers ---- */

static void say(json_t *answer)
{
	json_dumpf(answer, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(answer);
}

static json_t *ok(void)
{
	return json_pack("{s:b}", "ok", 1);
}

/* code: unsupported, invalid, not-found, conflict, internal. With `invalid`, give field and reason too when they are known. */
static json_t *fault(const char *code, const char *message)
{
	return json_pack("{s:{s:s,s:s}}", "error", "code", code, "message", message);
}

static const char *text(const json_t *request, const char *key)
{
	return json_string_value(json_object_get(request, key));
}

/* ---- the verbs ---- */

/* Declare only what really works: a case whose needs are not declared is not-applicable, not failed. */
static json_t *do_hello(const json_t *request)
{
	(void)request;
	return json_pack("{s:b,s:i,s:s,s:s,s:[s,s,s],s:i,s:i,s:b,s:b}", "ok", 1, "protocol", 1,
			 "name", "template", "version", "0", "features", "pod", "pod.logs",
			 "pod.exec", "capacity", 10, "concurrency", 1, "watch", 0, "local", 0);
}

/*
 * TODO apply: hand the manifest to the runtime; answer when it has accepted it, not when it runs.
 * A pod's name in the runtime must be unique over namespaces: join the two.
 */
static json_t *do_apply(const json_t *request)
{
	const json_t *object = json_object_get(request, "object");

	if (strcmp(text(object, "kind") ? text(object, "kind") : "", "Pod"))
		return fault("unsupported", "only pods");
	return fault("unsupported", "this is the template: nothing runs here");
}

/*
 * TODO get: every pod that was applied through this driver (or the one that is asked for) as Kubernetes would show it: metadata with
 * name, namespace and uid; spec as applied; status with phase, podIP, containerStatuses (state, ready, restartCount).
 */
static json_t *do_get(const json_t *request)
{
	(void)request;
	return json_pack("{s:b,s:[]}", "ok", 1, "items");
}

/* TODO delete: begin to stop it, with `grace` seconds when given; answer when the runtime has taken note. */
static json_t *do_delete(const json_t *request)
{
	(void)request;
	return fault("not-found", "no such pod");
}

/* TODO logs: what the container has written so far, both streams; with `previous` the instance before. */
static json_t *do_logs(const json_t *request)
{
	(void)request;
	return fault("not-found", "no such container");
}

/* TODO exec: run `command` in the container, wait for it: {"ok":true,"exit":N,"stdout":"…","stderr":"…"}. */
static json_t *do_exec(const json_t *request)
{
	(void)request;
	return fault("not-found", "no such container");
}

/* TODO reset: remove everything of this namespace by force; answer when it is gone. Called after every case. */
static json_t *do_reset(const json_t *request)
{
	(void)request;
	return ok();
}

/* An OCI image archive, for runtimes that can take one; otherwise the user loads it beforehand (podtest image -o FILE). */
static json_t *do_load_image(const json_t *request)
{
	(void)request;
	return fault("unsupported", "load the image beforehand");
}

static const struct {
	const char *verb;
	json_t *(*perform)(const json_t *request);
} verbs[] = {
	{ "hello", do_hello }, { "apply", do_apply },
	{ "get", do_get },     { "delete", do_delete },
	{ "logs", do_logs },   { "exec", do_exec },
	{ "reset", do_reset }, { "load-image", do_load_image },
};

static json_t *perform(const json_t *request)
{
	const char *verb = text(request, "verb");

	for (size_t i = 0; verb && i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (!strcmp(verbs[i].verb, verb))
			return verbs[i].perform(request);
	return fault("unsupported", "no such verb");
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;

	while (getline(&line, &room, stdin) > 0) {
		json_t *request = json_loads(line, 0, NULL), *answer;

		if (!request) {
			fputs("template: a line that is no JSON\n", stderr);
			continue;
		}
		answer = perform(request);
		json_object_set(answer, "id", json_object_get(request, "id"));
		say(answer);
		json_decref(request);
	}
	free(line);
	return 0;
}
