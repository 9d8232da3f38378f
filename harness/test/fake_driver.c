/*
 * fake_driver: a driver program with no runtime behind it, for testing podtest itself.
 *
 * It keeps pods in memory and pretends that they run: a pod that was applied is Running at once, and its containers have
 * printed what the guest prints for `run --say TEXT`. How honest it is, the environment variable FAKE says:
 *
 *	honest	what a container says is what its manifest says (default)
 *	yes	accepts everything, claims that it runs, and shows no log line of it
 *	deaf	every container says a word of its own instead of the manifest's
 *	moody	in every second namespace after the sentinels' two, the containers say goodbye
 *	dies	ends when the first pod is applied
 *	babble	answers with lines that are no JSON
 *
 * FAKE_FEATURES lists further features that it declares, separated by commas.
 */
#include <time.h>

#include "util/clock.h"
#include "util/json.h"

static json_t *pods; /* list of pods as applied, with a status */

static const char *mode(void)
{
	const char *fake = getenv("FAKE");

	return fake ? fake : "honest";
}

/* What a container says when its manifest says `text`. A namespace's name ends in its number. */
static const char *word_of(const json_t *pod, const char *text)
{
	const char *ns = json_str(pod, "metadata.namespace"), *dash = ns ? strrchr(ns, '-') : NULL;
	int number = dash ? atoi(dash + 1) : 0;

	if (streq(mode(), "moody") && number >= 2 && number % 2)
		return "goodbye";
	return streq(mode(), "deaf") ? "what?" : text;
}

/* ---- the guest, pretended ---- */

static const char *env_of(const json_t *container, const char *name)
{
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(container, "env"), i, e)
		if (streq(json_str(e, "name"), name))
			return json_str(e, "value");
	return NULL;
}

static void print_line(FILE *out, const json_t *pod, const char *id, int seq, const char *event,
		       const char *text)
{
	_cleanup_json_ json_t *line = json_object();
	int64_t born = json_int(pod, "born", 0);

	json_object_set_new(line, "t", json_integer(born + seq * 1000));
	json_object_set_new(line, "boot", json_string(clock_boot_id()));
	json_object_set_new(line, "id", json_string(id));
	json_object_set_new(line, "run", json_integer(born));
	json_object_set_new(line, "seq", json_integer(seq));
	json_object_set_new(line, "ev", json_string(event));
	json_object_set_new(line, "pid", json_integer(1));
	if (text)
		json_object_set_new(line, "text", json_string(text));
	_cleanup_free_ char *one = json_line(line);

	fprintf(out, "%s\n", one);
}

static char *log_of(const json_t *pod, const char *name)
{
	const json_t *c = NULL, *args;
	const char *id;
	char *text = NULL;
	size_t len = 0, i;
	FILE *out = open_memstream(&text, &len);
	json_t *v, *said;
	int seq = 1;

	json_array_foreach(json_path(pod, "spec.containers"), i, v)
		if (streq(json_str(v, "name"), name))
			c = v;
	id = env_of(c, "PODTEST");
	if (id && !streq(mode(), "yes")) {
		args = json_object_get(c, "args");
		print_line(out, pod, id, seq++, "start", NULL);
		for (i = 0; i + 1 < json_array_size(args); i++)
			if (streq(json_string_value(json_array_get(args, i)), "--say"))
				print_line(out, pod, id, seq++, "say",
					   word_of(pod,
						   json_string_value(json_array_get(args, i + 1))));
		print_line(out, pod, id, seq++, "ready", NULL);
		json_array_foreach(json_object_get(pod, "said"), i, said)
			print_line(out, pod, id, seq++, "say", json_string_value(said));
	}
	fclose(out);
	return text;
}

/* ---- pods ---- */

static bool is_of(const json_t *pod, const json_t *req)
{
	const char *ns = json_str(req, "namespace"), *name = json_str(req, "name");

	return (!ns || streq(json_str(pod, "metadata.namespace"), ns)) &&
	       (!name || streq(json_str(pod, "metadata.name"), name));
}

static json_t *find(const json_t *req)
{
	json_t *pod;
	size_t i;

	json_array_foreach(pods, i, pod)
		if (is_of(pod, req))
			return pod;
	return NULL;
}

static json_t *container_status(const json_t *c)
{
	return json_pack("{s:O, s:b, s:b, s:i, s:{s:{s:s}}}", "name", json_object_get(c, "name"),
			 "ready", 1, "started", 1, "restartCount", 0, "state", "running",
			 "startedAt", "2020-01-01T00:00:00Z");
}

static void add_pod(const json_t *object)
{
	json_t *pod = json_deep_copy(object), *statuses = json_array(), *c;
	size_t i;

	json_array_foreach(json_path(pod, "spec.containers"), i, c)
		json_array_append_new(statuses, container_status(c));
	json_object_set_new(pod, "status",
			    json_pack("{s:s, s:s, s:o}", "phase", "Running", "podIP", "127.0.0.1",
				      "containerStatuses", statuses));
	json_object_set_new(pod, "said", json_array());
	json_object_set_new(pod, "born", json_integer(clock_now()));
	json_object_set_new(json_object_get(pod, "metadata"), "uid", json_string("00000000"));
	json_array_append_new(pods, pod);
}

static void remove_pods(const json_t *req)
{
	for (size_t i = json_array_size(pods); i-- > 0;)
		if (is_of(json_array_get(pods, i), req))
			json_array_remove(pods, i);
}

/* ---- verbs ---- */

static void answer_hello(json_t *a)
{
	const char *more = getenv("FAKE_FEATURES");
	_cleanup_strv_ char **features = strv_split(more ? more : "", ",");

	json_object_update_new(a,
			       json_pack("{s:i, s:s, s:s, s:[s,s], s:i, s:i, s:i, s:b, s:b}",
					 "protocol", 1, "name", "fake", "version", mode(),
					 "features", "pod", "pod.exec", "clockRate", 20, "capacity",
					 20, "concurrency", 64, "watch", 0, "local", 0));
	for (char **f = features; *f; f++)
		json_array_append_new(json_object_get(a, "features"), json_string(*f));
}

static void answer_get(json_t *a, const json_t *req)
{
	json_t *items = json_array(), *pod;
	size_t i;

	json_array_foreach(pods, i, pod)
		if (is_of(pod, req))
			json_array_append(items, pod);
	json_object_set_new(a, "items", items);
}

static void refuse(json_t *a, const char *code)
{
	json_object_del(a, "ok");
	json_object_set_new(a, "error",
			    json_pack("{s:s, s:s}", "code", code, "message",
				      "the fake driver says no"));
}

static void answer_logs(json_t *a, const json_t *req)
{
	json_t *pod = find(req);
	_cleanup_free_ char *text = pod ? log_of(pod, json_str(req, "container")) : NULL;

	if (text)
		json_object_set_new(a, "text", json_string(text));
	else
		refuse(a, "not-found");
}

/* Only `/guest tell say TEXT`. */
static void answer_exec(json_t *a, const json_t *req)
{
	json_t *pod = find(req), *text = json_path(req, "command.3");

	if (!pod || !streq(json_str(req, "command.2"), "say") || !text) {
		refuse(a, "unsupported");
		return;
	}
	json_array_append(json_object_get(pod, "said"), text);
	json_object_update_new(a,
			       json_pack("{s:i, s:s, s:s}", "exit", 0, "stdout", "", "stderr", ""));
}

static void answer(const json_t *req)
{
	_cleanup_json_ json_t *a =
		json_pack("{s:O, s:b}", "id", json_object_get(req, "id"), "ok", 1);
	const char *verb = json_str(req, "verb");
	_cleanup_free_ char *line = NULL;

	if (streq(verb, "hello"))
		answer_hello(a);
	else if (streq(verb, "apply") && streq(mode(), "dies"))
		exit(1);
	else if (streq(verb, "apply") && streq(json_str(req, "object.metadata.name"), "refused"))
		refuse(a, "invalid");
	else if (streq(verb, "apply"))
		add_pod(json_object_get(req, "object"));
	else if (streq(verb, "get"))
		answer_get(a, req);
	else if (streq(verb, "logs"))
		answer_logs(a, req);
	else if (streq(verb, "exec"))
		answer_exec(a, req);
	else if (streq(verb, "delete") && json_str(req, "uid"))
		refuse(a, "conflict"); /* whoever it is */
	else if (streq(verb, "delete") || streq(verb, "reset"))
		remove_pods(req);
	else
		refuse(a, "unsupported");
	line = json_line(a);
	puts(streq(mode(), "babble") ? "how do you do" : line);
	fflush(stdout);
}

int main(void)
{
	char *line = NULL;
	size_t room = 0;
	ssize_t len;

	pods = json_array();
	while ((len = getline(&line, &room, stdin)) > 0) {
		_cleanup_json_ json_t *req = json_read(line, (size_t)len);

		if (json_is_object(req))
			answer(req);
	}
	free(line);
	json_decref(pods);
	return 0;
}
