/*
 * status: what podman shows of a pod, in Kubernetes' form.
 *
 * The source is podman's list of containers, and its inspection of those whose row in it has changed. `pod inspect` and `pod ps` are
 * not asked: they wait for as long as the pod is starting or stopping. The phase is podman's own word for the pod, which follows from
 * its containers' states as in `podman pod ps`. Two have a twin among Kubernetes' words: what is Created is Pending, and Degraded,
 * some containers run and some do not, is Running. Whether a pod that is Exited has succeeded or failed podman does not say. A container that is gone (an
 * init container is removed when it is over) keeps what was seen of it last, and its end is taken from podman's events. What podman has
 * no source for (ready, conditions, the instance before) is left out.
 */
#include "drivers/podman/podman.h"

/* What of a row tells that the container is another than it was. */
static json_t *essence(const json_t *row)
{
	static const char *const keys[] = { "Id", "State", "Pid", "StartedAt", "ExitedAt" };
	json_t *e = json_object();

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		json_object_set(e, keys[i], json_object_get(row, keys[i]));
	return e;
}

static json_t *remembered(const char *ns, const char *container)
{
	_cleanup_free_ char *file = room_file(ns, "%s.seen", container), *text = file_read(file);

	return text ? json_read(text, strlen(text)) : NULL;
}

static void remember(const char *ns, const char *container, const json_t *seen)
{
	_cleanup_free_ char *file = room_file(ns, "%s.seen", container);
	_cleanup_free_ char *text = json_dumps(seen, JSON_COMPACT);

	file_write(file, text);
}

/* The inspection of a container that is listed: the last one when podman has no answer now. The caller drops it. */
static json_t *inspect(const char *ns, pid_t room, const json_t *row)
{
	const char *name = json_str(row, "Names.0");
	_cleanup_json_ json_t *now = essence(row), *seen = remembered(ns, name), *fresh = NULL;
	_cleanup_free_ char *path = xasprintf("containers/%s/json", json_str(row, "Id"));

	if (json_equal(json_object_get(seen, "row"), now))
		return json_incref(json_object_get(seen, "inspect"));
	fresh = room_ask(room, path);
	if (!fresh)
		return json_incref(json_object_get(seen, "inspect"));
	json_decref(seen);
	seen = json_pack("{s:O,s:O,s:O}", "row", now, "inspect", fresh, "pod",
			 json_object_get(row, "Pod"));
	remember(ns, name, seen);
	return json_incref(fresh);
}

/* A time that was, in whole seconds as Kubernetes writes it, or NULL. */
static json_t *moment(const json_t *inspected, const char *path)
{
	const char *t = json_str(inspected, path);

	return t && !has_prefix(t, "0001-") ? json_sprintf("%.19sZ", t) : NULL;
}

static json_t *state_of(const json_t *i)
{
	const char *word = json_str(i, "State.Status");
	bool oom = json_truth(i, "State.OOMKilled", false);

	if (streq(word, "running") || streq(word, "stopping") || streq(word, "paused"))
		return json_pack("{s:{s:o*}}", "running", "startedAt", moment(i, "State.StartedAt"));
	if (streq(word, "exited") || streq(word, "stopped") || streq(word, "removing"))
		return json_pack("{s:{s:I,s:o*,s:o*,s:s*}}", "terminated", "exitCode",
				 json_int(i, "State.ExitCode", 0), "startedAt",
				 moment(i, "State.StartedAt"), "finishedAt",
				 moment(i, "State.FinishedAt"), "reason", oom ? "OOMKilled" : NULL);
	return json_pack("{s:{s:s*}}", "waiting", "reason", word);
}

static json_t *status_of(const char *name, const json_t *i)
{
	_cleanup_free_ char *id = xasprintf("podman://%s", json_str(i, "Id"));

	return json_pack("{s:s,s:I,s:s*,s:s*,s:s,s:o}", "name", name, "restartCount",
			 json_int(i, "RestartCount", 0), "image", json_str(i, "ImageName"),
			 "imageID", json_str(i, "Image"), "containerID", id, "state", state_of(i));
}

/* Its end as the events tell it: what was seen last, with that. */
static void add_end(pid_t room, const char *container, json_t *inspected)
{
	_cleanup_free_ char *path = xasprintf(
		"events?stream=false&filters=%%7B%%22container%%22%%3A%%5B%%22%s%%22%%5D%%2C"
		"%%22event%%22%%3A%%5B%%22died%%22%%5D%%7D",
		container);
	size_t len = 0;
	_cleanup_free_ char *lines = room_read(room, path, &len);
	_cleanup_json_ json_t *died = lines ? json_read(lines, strcspn(lines, "\n")) : NULL;
	const char *code = json_str(died, "Actor.Attributes.containerExitCode");

	if (!code)
		return;
	json_object_set_new(json_object_get(inspected, "State"), "Status", json_string("exited"));
	json_object_set_new(json_object_get(inspected, "State"), "ExitCode",
			    json_integer(atoi(code)));
}

/* A container that is listed no more: as it was seen last, provided that it was this pod's. */
static json_t *vanished(const char *ns, pid_t room, const char *container, const char *pod)
{
	_cleanup_json_ json_t *seen = remembered(ns, container);
	json_t *inspected = json_object_get(seen, "inspect");
	const char *word = json_str(inspected, "State.Status");

	if (!inspected || !streq(json_str(seen, "pod"), pod))
		return NULL;
	if (!streq(word, "exited") && !streq(word, "stopped")) {
		add_end(room, container, inspected);
		remember(ns, container, seen);
	}
	return json_incref(inspected);
}

static const json_t *row_named(const json_t *containers, const char *name)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)containers, i, row)
		if (streq(json_str(row, "Names.0"), name))
			return row;
	return NULL;
}

static int by_name(const void *a, const void *b)
{
	return strcmp(json_str(*(json_t *const *)a, "name"), json_str(*(json_t *const *)b, "name"));
}

/* Kubernetes sorts the statuses of app containers by name. */
static json_t *sorted(json_t *list)
{
	size_t n = json_array_size(list);
	_cleanup_free_ json_t **entries = xcalloc(n + 1, sizeof(*entries));
	json_t *to = json_array();

	for (size_t i = 0; i < n; i++)
		entries[i] = json_array_get(list, i);
	qsort(entries, n, sizeof(*entries), by_name);
	for (size_t i = 0; i < n; i++)
		json_array_append(to, entries[i]);
	json_decref(list);
	return to;
}

static json_t *statuses(const char *ns, pid_t room, const json_t *manifest, const char *list,
			const json_t *containers, const char *pod)
{
	const char *name = json_str(manifest, "metadata.name");
	json_t *all = json_array(), *c;
	size_t i;

	json_array_foreach(json_path(manifest, list), i, c) {
		const char *own = json_str(c, "name") ? json_str(c, "name") : "";
		_cleanup_free_ char *full = xasprintf("%s-%s", name, own);
		const json_t *row = row_named(containers, full);
		_cleanup_json_ json_t *it = row ? inspect(ns, room, row) :
						  vanished(ns, room, full, pod);

		if (it)
			json_array_append_new(all, status_of(own, it));
	}
	return all;
}

/* ---- the pod ---- */

/* podman's word for a pod with these containers. */
static const char *phase(size_t n, size_t running, size_t ended, size_t paused)
{
	if (running)
		return "Running";
	if (ended == n)
		return "Exited";
	return ended ? "Stopped" : paused ? "Paused" : "Pending";
}

static const char *phase_of(const json_t *containers, const char *pod)
{
	size_t n = 0, running = 0, ended = 0, paused = 0, i;
	json_t *row;

	json_array_foreach((json_t *)containers, i, row) {
		const char *state = json_str(row, "State");

		if (!streq(json_str(row, "Pod"), pod))
			continue;
		n++;
		running += streq(state, "running");
		paused += streq(state, "paused");
		ended += streq(state, "exited") || streq(state, "stopped") ||
			 streq(state, "stopping");
	}
	return phase(n, running, ended, paused);
}

static const char *address(const json_t *infra)
{
	json_t *networks = json_path(infra, "NetworkSettings.Networks"), *network;
	const char *name;

	json_object_foreach(networks, name, network)
		if (json_str(network, "IPAddress") && *json_str(network, "IPAddress"))
			return json_str(network, "IPAddress");
	return NULL;
}

static const json_t *infra_of(const json_t *containers, const char *name)
{
	json_t *row;
	size_t i;

	json_array_foreach((json_t *)containers, i, row)
		if (json_truth(row, "IsInfra", false) && streq(json_str(row, "PodName"), name))
			return row;
	return NULL;
}

json_t *pod_status(const char *ns, pid_t room, const json_t *manifest, const json_t *containers)
{
	const char *name = json_str(manifest, "metadata.name");
	const json_t *row = infra_of(containers, name);
	const char *id = json_str(row, "Pod");
	_cleanup_json_ json_t *infra = row ? inspect(ns, room, row) : NULL;
	const char *ip = address(infra);
	json_t *pod, *meta;

	if (!infra)
		return NULL;
	pod = json_deep_copy(manifest);
	meta = json_object_get(pod, "metadata");
	json_object_set_new(meta, "uid", json_string(id));
	json_object_set_new(meta, "creationTimestamp", moment(infra, "Created"));
	json_object_set_new(
		pod, "status",
		json_pack("{s:s,s:s*,s:o*,s:o,s:o}", "phase", phase_of(containers, id), "podIP", ip,
			  "podIPs", ip ? json_pack("[{s:s}]", "ip", ip) : NULL,
			  "initContainerStatuses",
			  statuses(ns, room, manifest, "spec.initContainers", containers, id),
			  "containerStatuses",
			  sorted(statuses(ns, room, manifest, "spec.containers", containers, id))));
	return pod;
}
