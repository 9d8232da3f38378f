/*
 * change: two versions of an object to events of the history.
 *
 * What changed becomes one event per change, all with the interval of the version. Below are a function each for the flags and states
 * of a container, and for phases, conditions, binding and deletion.
 */
#include "change.h"

#include "kinds.h"
#include "util/json.h"

uint64_t object_revision(const json_t *object)
{
	const char *text = json_str(object, "metadata.resourceVersion");

	return text ? strtoull(text, NULL, 10) : 0;
}

static void add(const struct change *ch, const char *who, const char *words, json_t *content)
{
	struct hist_event *e = history_add(ch->history, SOURCE_WATCH, who, words, content,
					   ch->earliest, ch->latest);

	e->sampled = ch->sampled;
	e->revision = object_revision(ch->after);
}

static bool differs(const struct change *ch, const char *path)
{
	const json_t *a = json_path(ch->before, path), *b = json_path(ch->after, path);

	return b && !(a && json_equal(a, b));
}

static void pod_scalars(const struct change *ch, const char *pod)
{
	const json_t *status = json_object_get(ch->after, "status");
	const char *node = json_str(ch->after, "spec.nodeName");
	_cleanup_free_ char *phase = NULL;

	if (node && *node && differs(ch, "spec.nodeName"))
		add(ch, pod, "bound",
		    json_pack("{s:O}", "node", json_path(ch->after, "spec.nodeName")));
	if (differs(ch, "status.phase")) {
		phase = xasprintf("phase=%s", json_str(status, "phase"));
		add(ch, pod, phase,
		    json_pack("{s:O,s:O*,s:O*}", "phase", json_object_get(status, "phase"),
			      "reason", json_object_get(status, "reason"), "message",
			      json_object_get(status, "message")));
	}
	if (json_path(ch->after, "metadata.deletionTimestamp") &&
	    !json_path(ch->before, "metadata.deletionTimestamp"))
		add(ch, pod, "deleting",
		    json_pack("{s:O*}", "grace",
			      json_path(ch->after, "metadata.deletionGracePeriodSeconds")));
}

static void condition_changed(const struct change *ch, const char *pod, const json_t *old,
			      json_t *now)
{
	const char *type = json_str(now, "type"), *status = json_str(now, "status");
	const json_t *before = type ? json_entry(old, "type", type) : NULL;
	_cleanup_free_ char *words = NULL;

	if (!type || !status)
		return;
	if (!streq(json_str(before, "status"), status))
		words = xasprintf("condition %s=%s", type, status);
	else if (!streq(json_str(before, "lastTransitionTime"),
			json_str(now, "lastTransitionTime")))
		words = xasprintf("restamped %s", type);
	if (words)
		add(ch, pod, words, json_incref(now));
}

static void pod_conditions(const struct change *ch, const char *pod)
{
	json_t *cond;
	size_t i;

	json_array_foreach(json_path(ch->after, "status.conditions"), i, cond)
		condition_changed(ch, pod, json_path(ch->before, "status.conditions"), cond);
}

static void container_flag(const struct change *ch, const char *who, const json_t *old,
			   const json_t *now, const char *flag)
{
	const json_t *v = json_object_get(now, flag);
	_cleanup_free_ char *words = NULL;

	if (!v || (old && json_equal(json_object_get(old, flag), v)))
		return;
	words = xasprintf("%s=%s", flag, json_is_true(v) ? "true" : "false");
	add(ch, who, words, NULL);
}

static void container_state(const struct change *ch, const char *who, const json_t *old,
			    const json_t *now, bool init)
{
	const json_t *state = json_object_get(now, "state"),
		     *old_state = json_object_get(old, "state");
	const char *name = json_object_iter_key(json_object_iter((json_t *)state));
	int64_t restarts = json_int(now, "restartCount", 0),
		before = old ? json_int(old, "restartCount", 0) : 0;
	_cleanup_free_ char *words = NULL, *count = NULL;
	json_t *content;

	if (restarts != before) {
		count = xasprintf("restarts=%lld", (long long)restarts);
		add(ch, who, count,
		    json_pack("{s:I,s:O*}", "restarts", (json_int_t)restarts, "last",
			      json_path(now, "lastState.terminated")));
	}
	if (!name || (restarts == before && old_state && json_equal(state, old_state)))
		return;
	words = xasprintf("state=%s", name);
	content = json_copy(json_object_get(state, name));
	if (!json_is_object(content)) {
		json_decref(content);
		content = json_object();
	}
	json_object_set_new(content, "restarts", json_integer(restarts));
	json_object_set_new(content, "init", json_boolean(init));
	add(ch, who, words, content);
}

static void pod_containers(const struct change *ch, const char *pod, const char *list, bool init)
{
	_cleanup_free_ char *path = xasprintf("status.%s", list);
	const json_t *old_list = json_path(ch->before, path);
	json_t *now;
	size_t i;

	json_array_foreach(json_path(ch->after, path), i, now) {
		const char *name = json_str(now, "name");
		_cleanup_free_ char *who = xasprintf("%s/%s", pod, name ? name : "?");
		const json_t *old = json_entry(old_list, "name", name);

		container_state(ch, who, old, now, init);
		container_flag(ch, who, old, now, "ready");
		container_flag(ch, who, old, now, "started");
	}
}

static void pod_changed(const struct change *ch, const char *pod)
{
	if (!ch->before)
		add(ch, pod, "added", NULL);
	pod_scalars(ch, pod);
	pod_conditions(ch, pod);
	pod_containers(ch, pod, "initContainerStatuses", true);
	pod_containers(ch, pod, "containerStatuses", false);
}

static void event_seen(const struct change *ch)
{
	const char *who = json_str(ch->after, "involvedObject.name"),
		   *reason = json_str(ch->after, "reason");

	if (!who || streq(who, WITNESS_POD))
		return;
	history_add(ch->history, SOURCE_EVENT, who, reason ? reason : "",
		    json_incref((json_t *)ch->after), ch->history->began, ch->latest);
}

static void other_changed(const struct change *ch, const char *kind, const char *name, bool gone)
{
	const struct kind *k = kind_find(kind);
	_cleanup_free_ char *who = xasprintf("%s/%s", k ? k->word : kind, name);

	add(ch, who, gone ? "gone" : "changed", json_incref((json_t *)ch->after));
}

void change_tell(const struct change *ch, const char *kind, const char *name, bool gone)
{
	if (streq(kind, "Event") && !gone) {
		event_seen(ch);
	} else if (streq(kind, "Pod") && !streq(name, WITNESS_POD)) {
		pod_changed(ch, name);
		if (gone)
			add(ch, name, "gone", json_incref(json_object_get(ch->after, "status")));
	} else if (!streq(kind, "Pod") && !streq(kind, "Event")) {
		other_changed(ch, kind, name, gone);
	}
}
