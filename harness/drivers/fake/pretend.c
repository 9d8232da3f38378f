/*
 * pretend: pods without a runtime. What is applied is Running at once, and its containers have printed what the guest prints for
 * `run --say TEXT`, and S seconds later what follows `--after S`. That is enough for the suite's own cases, and it is all that is known of any pod here.
 */
#include "drivers/fake/pretend.h"

#include "drivers/fake/script.h"
#include "util/clock.h"
#include "util/json.h"

static json_t *pods; /* list of {object, said: list of texts, born, shown: how often} */
static unsigned made;

void pretend_init(void)
{
	pods = json_array();
}

void pretend_free(void)
{
	json_decref(pods);
}

static bool is_of(const json_t *pod, const json_t *request)
{
	const char *ns = json_str(request, "namespace"), *name = json_str(request, "name"),
		   *kind = json_str(request, "kind");

	return (!ns || streq(json_str(pod, "object.metadata.namespace"), ns)) &&
	       (!name || streq(json_str(pod, "object.metadata.name"), name)) &&
	       (!kind || streq(json_str(pod, "object.kind"), kind));
}

static json_t *find(const json_t *request)
{
	json_t *pod;
	size_t i;

	json_array_foreach(pods, i, pod)
		if (is_of(pod, request))
			return pod;
	return NULL;
}

static json_t *container_status(const json_t *c)
{
	return json_pack("{s:O, s:b, s:b, s:i, s:{s:{s:s}}}", "name", json_object_get(c, "name"),
			 "ready", 1, "started", 1, "restartCount", 0, "state", "running",
			 "startedAt", "2020-01-01T00:00:00Z");
}

void pretend_apply(const json_t *object)
{
	_cleanup_free_ char *uid = xasprintf("%08u", ++made);
	json_t *shown = json_deep_copy(object), *statuses = json_array(), *c;
	size_t i;

	json_array_foreach(json_path(shown, "spec.containers"), i, c)
		json_array_append_new(statuses, container_status(c));
	json_object_set_new(shown, "status",
			    json_pack("{s:s, s:s, s:o}", "phase", "Running", "podIP", "127.0.0.1",
				      "containerStatuses", statuses));
	json_object_set_new(json_object_get(shown, "metadata"), "uid", json_string(uid));
	json_array_append_new(pods, json_pack("{s:o, s:[], s:I}", "object", shown, "said", "born",
					      (json_int_t)clock_now()));
}

void pretend_remove(const json_t *request)
{
	for (size_t i = json_array_size(pods); i-- > 0;)
		if (is_of(json_array_get(pods, i), request))
			json_array_remove(pods, i);
}

/* As the n-th of the changes says, the last for all times after. */
static json_t *show(json_t *pod, const json_t *changes)
{
	json_t *shown = json_deep_copy(json_object_get(pod, "object"));
	size_t n = (size_t)json_int(pod, "shown", 0), len = json_array_size(changes);

	json_object_set_new(pod, "shown", json_integer((json_int_t)n + 1));
	if (len)
		script_merge(shown, json_array_get(changes, MIN(n, len - 1)));
	return shown;
}

json_t *pretend_list(const json_t *request, const json_t *changes)
{
	json_t *list = json_array(), *pod;
	size_t i;

	json_array_foreach(pods, i, pod)
		if (is_of(pod, request))
			json_array_append_new(list, show(pod, changes));
	return list;
}

/* ---- the guest ---- */

static const char *env_of(const json_t *container, const char *name)
{
	json_t *e;
	size_t i;

	json_array_foreach(json_object_get(container, "env"), i, e)
		if (streq(json_str(e, "name"), name))
			return json_str(e, "value");
	return NULL;
}

static void print_line(FILE *out, const json_t *pod, const char *id, int *seq, const char *event,
		       const char *text)
{
	int64_t born = json_int(pod, "born", 0);
	_cleanup_json_ json_t *line = json_pack("{s:I, s:s, s:s, s:I, s:i, s:s, s:i}", "t",
						(json_int_t)(born + *seq * 1000), "boot",
						clock_boot_id(), "id", id, "run", (json_int_t)born,
						"seq", *seq, "ev", event, "pid", 1);

	if (text)
		json_object_set_new(line, "text", json_string(text));
	_cleanup_free_ char *one = json_line(line);

	fprintf(out, "%s\n", one);
	(*seq)++;
}

/* Whether the i-th argument is an `--after` that has not come yet. */
static bool is_later(const json_t *pod, const json_t *args, size_t i)
{
	const char *seconds = json_string_value(json_array_get(args, i + 1));

	return streq(json_string_value(json_array_get(args, i)), "--after") &&
	       clock_now() - json_int(pod, "born", 0) < (int64_t)(strtod(seconds, NULL) * 1e9);
}

static void print_guest(FILE *out, const json_t *pod, const json_t *c, const char *words)
{
	const json_t *args = json_object_get(c, "args");
	const char *id = env_of(c, "PODTEST");
	json_t *said;
	int seq = 1;
	size_t i;

	if (!id)
		return;
	print_line(out, pod, id, &seq, "start", NULL);
	for (i = 0; i + 1 < json_array_size(args); i++) {
		if (is_later(pod, args, i))
			return;
		if (streq(json_string_value(json_array_get(args, i)), "--say"))
			print_line(out, pod, id, &seq, "say",
				   words ? words : json_string_value(json_array_get(args, i + 1)));
	}
	print_line(out, pod, id, &seq, "ready", NULL);
	json_array_foreach(json_object_get(pod, "said"), i, said)
		print_line(out, pod, id, &seq, "say", json_string_value(said));
}

char *pretend_log(const json_t *request, const char *words)
{
	const json_t *pod = find(request);
	const json_t *c = json_entry(json_path(pod, "object.spec.containers"), "name",
				     json_str(request, "container"));
	char *text = NULL;
	size_t len = 0;
	FILE *out;

	if (!c)
		return NULL;
	out = open_memstream(&text, &len);
	print_guest(out, pod, c, words);
	fclose(out);
	return text;
}

bool pretend_say(const json_t *request, const char *text)
{
	json_t *pod = find(request);

	return pod && !json_array_append_new(json_object_get(pod, "said"), json_string(text));
}
