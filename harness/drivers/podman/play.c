/*
 * play: what is applied and how it is deleted.
 *
 * A pod is played by `podman play kube`, which may go on for long; it is accepted when its containers are there. ConfigMaps have no
 * place in podman: they are kept here and given to every later `play` of their namespace, as a user would.
 */
#include "drivers/podman/podman.h"

#include <dirent.h>
#include <sys/stat.h>

#include "util/clock.h"
#include "util/fsutil.h"

#define ACCEPT_SECONDS 20

static bool says(const char *text, const char *words)
{
	return text && strstr(text, words);
}

/* ---- what was applied ---- */

static json_t *load_object(const char *ns, const char *kind, const char *name)
{
	_cleanup_free_ char *file = room_file(ns, "%s.%s.object", kind, name);
	_cleanup_free_ char *text = file_read(file);

	return text ? json_read(text, strlen(text)) : NULL;
}

static void save_object(const char *ns, const json_t *object)
{
	_cleanup_free_ char *file = room_file(ns, "%s.%s.object", json_str(object, "kind"),
					      json_str(object, "metadata.name"));
	_cleanup_free_ char *text = json_dumps(object, JSON_COMPACT);

	file_write(file, text);
}

static void forget_object(const char *ns, const char *kind, const char *name)
{
	_cleanup_free_ char *file = room_file(ns, "%s.%s.object", kind, name);

	unlink(file);
}

/* Calls for every object of a kind (any: NULL) that was applied in the namespace. */
void each_object(const char *ns, const char *kind, void (*fn)(void *userdata, json_t *object),
		 void *userdata)
{
	_cleanup_free_ char *dir = xasprintf("%s/state/%s", SHOP, ns);
	struct dirent **names = NULL;
	int n = scandir(dir, &names, NULL, alphasort);

	for (int i = 0; i < n; i++) {
		_cleanup_free_ char *path = xasprintf("%s/%s", dir, names[i]->d_name);
		const char *end = strrchr(names[i]->d_name, '.');
		_cleanup_free_ char *text = streq(end, ".object") ? file_read(path) : NULL;
		_cleanup_json_ json_t *o = text ? json_read(text, strlen(text)) : NULL;

		if (o && (!kind || streq(json_str(o, "kind"), kind)))
			fn(userdata, o);
		free(names[i]);
	}
	free(names);
}

static void print_document(void *file, json_t *object)
{
	json_dumpf(object, file, JSON_COMPACT);
	fputs("\n---\n", file);
}

/* What podman is given: the namespace's ConfigMaps, then the object. */
static char *write_stream(const char *ns, const json_t *object)
{
	char *path = room_file(ns, "%s.%s.yaml", json_str(object, "kind"),
			       json_str(object, "metadata.name"));
	_cleanup_file_ FILE *f = fopen(path, "we");

	if (f && streq(json_str(object, "kind"), "Pod"))
		each_object(ns, "ConfigMap", print_document, f);
	if (f)
		json_dumpf(object, f, JSON_COMPACT);
	return path;
}

/* ---- apply ---- */

/*
 * `play` has ended. That containers of an accepted pod could not be started is what becomes of it, no refusal; of a pod that was
 * refused podman leaves what it had made by then.
 */
static json_t *played(const char *ns, pid_t room, const json_t *object, int exit)
{
	const char *name = json_str(object, "metadata.name");
	_cleanup_free_ char *file = room_file(ns, "%s.err", name), *said = file_read(file);
	_cleanup_(outcome_clear) struct outcome o = { 0 };
	bool taken = says(said, "already exists") || says(said, "already in use"),
	     made = says(said, "starting some containers") || says(said, "Error: failed to start");

	if (!exit || made)
		return answer_ok();
	if (!taken)
		room_run(room,
			 (char *[]){ (char *)"timeout", (char *)"5", (char *)"podman",
				     (char *)"pod", (char *)"rm", (char *)"-f", (char *)"-t",
				     (char *)"0", (char *)name, NULL },
			 &o);
	return answer_failure(taken ? "conflict" : "invalid", said);
}

/* The container that is made last; all are made before one is started. */
static char *last_container(const json_t *pod)
{
	const json_t *list = json_path(pod, "spec.containers");
	const json_t *last = json_array_get(list, json_array_size(list) - 1);

	return xasprintf("%s-%s", json_str(pod, "metadata.name"),
			 json_str(last, "name") ? json_str(last, "name") : "");
}

/* Accepted is a pod when its containers are there; `play` itself may go on for long (for ever, with some init containers). */
static json_t *await_play(const char *ns, pid_t room, const json_t *object)
{
	_cleanup_free_ char *done = room_file(ns, "%s.exit", json_str(object, "metadata.name"));
	_cleanup_free_ char *last = last_container(object);

	for (int64_t i = 0, end = room_bound(ACCEPT_SECONDS); clock_now() < end; i++) {
		_cleanup_free_ char *text = file_read(done);

		if (text)
			return played(ns, room, object, atoi(text));
		if (i % 10 == 9 && room_has(room, last))
			return answer_ok();
		usleep(10 * 1000);
	}
	return answer_fault("internal",
			    "podman play kube did not get as far as making the containers");
}

json_t *do_apply(const json_t *request)
{
	char *const play[] = { (char *)"podman", (char *)"play", (char *)"kube", (char *)"-", NULL };
	const json_t *object = json_object_get(request, "object");
	const char *ns = json_str(request, "namespace"), *kind = json_str(object, "kind"),
		   *name = json_str(object, "metadata.name");
	pid_t room = room_of(ns, true);
	_cleanup_free_ char *stream = NULL;
	_cleanup_json_ json_t *before = NULL;
	json_t *answer;

	if (!room)
		return answer_fault("internal", "no room could be made");
	if (streq(kind, "ConfigMap")) {
		save_object(ns, object);
		return answer_ok();
	}
	stream = write_stream(ns, object);
	before = load_object(ns, kind, name);
	save_object(ns, object);
	room_begin(ns, room, name ? name : "", stream, play);
	answer = await_play(ns, room, object);
	if (json_object_get(answer, "error") && before)
		save_object(ns, before);
	else if (json_object_get(answer, "error"))
		forget_object(ns, kind, name);
	return answer;
}

/* ---- delete, reset ---- */

/* With the grace that is asked for, and podman's own when none is: what the manifest says is podman's to know. (`pod stop` and
 * `kube down` would take the network away before the containers have ended.) */
static json_t *delete_pod(const char *ns, pid_t room, const char *name, json_int_t grace)
{
	_cleanup_free_ char *t = xasprintf("-t %lld", (long long)grace);
	_cleanup_free_ char *script =
		xasprintf("exec podman pod rm -f %s -- \"$1\"", grace >= 0 ? t : "");
	_cleanup_free_ char *task = xasprintf("%s.delete", name);

	room_begin(ns, room, task, "/dev/null",
		   (char *[]){ (char *)"sh", (char *)"-c", script, (char *)"sh", (char *)name,
			       NULL });
	return answer_ok();
}

json_t *do_delete(const json_t *request)
{
	const char *ns = json_str(request, "namespace"), *kind = json_str(request, "kind"),
		   *name = json_str(request, "name");
	_cleanup_json_ json_t *object = load_object(ns, kind, name);
	pid_t room = room_of(ns, false);

	if (!object || room <= 0)
		return answer_fault("not-found", "nothing of this name was applied");
	if (streq(kind, "Pod"))
		return delete_pod(ns, room, name, json_int(request, "grace", -1));
	forget_object(ns, kind, name);
	return answer_ok();
}

json_t *do_reset(const json_t *request)
{
	const char *ns = json_str(request, "namespace");
	_cleanup_free_ char *dir = xasprintf("%s/state/%s", SHOP, ns);
	bool gone = room_end(ns);

	fsutil_remove_tree(dir);
	return gone ? answer_ok() : answer_fault("internal", "the room does not end");
}
