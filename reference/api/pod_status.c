/*
 * pod_status: readings of a pod's status.
 *
 * pod_status_word() follows kubectl's printer: the phase or its reason, overridden by the first unfinished
 * init container, else by what an app container waits for or ended with, else by the deletion.
 */
#include "api/pod_status.h"

#include <string.h>

#include "api/meta.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

const char *pod_phase(const json_t *pod)
{
	return json_str_or(pod, "status.phase", "Pending");
}

bool pod_is_terminal(const json_t *pod)
{
	const char *phase = pod_phase(pod);

	return streq(phase, "Succeeded") || streq(phase, "Failed");
}

bool pod_is_active(const json_t *pod)
{
	return !pod_is_terminal(pod) && meta_deletion_timestamp(pod) == NULL;
}

bool pod_is_ready(const json_t *pod)
{
	return condition_is_true(pod, "Ready");
}

bool pod_is_available(const json_t *pod, int64_t min_ready_seconds, int64_t now_ns)
{
	const char *since = json_str(condition_get(pod, "Ready"), "lastTransitionTime");
	int64_t since_ns;

	if (!pod_is_ready(pod))
		return false;
	if (min_ready_seconds == 0)
		return true;
	return since != NULL && clock_parse(since, &since_ns) == 0 &&
	       since_ns + min_ready_seconds * NSEC_PER_SEC <= now_ns;
}

const char *pod_node_name(const json_t *pod)
{
	const char *name = json_str(pod, "spec.nodeName");

	return name != NULL && *name != '\0' ? name : NULL;
}

void pod_condition_set(json_t *pod, const char *type, const char *status, const char *reason,
		       const char *message, const char *now)
{
	json_t *c;

	condition_set(pod, type, status, reason, message, now);
	c = condition_get(pod, type);
	json_take_set(c, "lastProbeTime", json_null());
	json_take_set(c, "observedGeneration", json_integer(meta_generation(pod)));
}

json_t *pod_container_status(const json_t *pod, const char *container)
{
	static const char *const lists[] = { "status.containerStatuses",
					     "status.initContainerStatuses",
					     "status.ephemeralContainerStatuses" };
	json_t *status = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(lists) && status == NULL; i++)
		status = json_find(json_arr(pod, lists[i]), "name", container);
	return status;
}

/* ---- the word ---- */

/* "reason", or "ExitCode:1" or "Signal:9" where there is none; the caller frees. */
static char *ended_word(const json_t *terminated)
{
	const char *reason = json_str_or(terminated, "reason", "");
	int64_t signal = json_int(terminated, "signal", 0);

	if (*reason != '\0')
		return xstrdup(reason);
	if (signal != 0)
		return str_printf("Signal:%lld", (long long)signal);
	return str_printf("ExitCode:%lld", (long long)json_int(terminated, "exitCode", 0));
}

/* The word of the first init container that is not done; NULL: initialization is over. */
static char *init_word(const json_t *pod)
{
	size_t total = json_len(pod, "spec.initContainers"), i;
	json_t *s;

	json_each(pod, "status.initContainerStatuses", i, s) {
		const json_t *terminated = json_obj(s, "state.terminated");
		const json_t *c = json_find(json_arr(pod, "spec.initContainers"), "name",
					    json_str_or(s, "name", ""));
		const char *waiting = json_str_or(s, "state.waiting.reason", "");

		if (terminated != NULL && json_int(terminated, "exitCode", 0) == 0)
			continue;
		if (streq(json_str(c, "restartPolicy"), "Always") && json_bool(s, "started", false))
			continue;
		if (terminated != NULL) {
			_cleanup_free_ char *why = ended_word(terminated);

			return str_printf("Init:%s", why);
		}
		if (*waiting != '\0' && !streq(waiting, "PodInitializing"))
			return str_printf("Init:%s", waiting);
		return str_printf("Init:%zu/%zu", i, total);
	}
	return NULL;
}

/* The word of the app containers, the first one's wins; running tells of one that runs and is ready. */
static char *app_word(const json_t *pod, bool *ret_running)
{
	const json_t *list = json_arr(pod, "status.containerStatuses");
	char *word = NULL;

	for (size_t i = json_array_size(list); i-- > 0;) {
		const json_t *s = json_array_get(list, i);
		const char *waiting = json_str_or(s, "state.waiting.reason", "");
		const json_t *terminated = json_obj(s, "state.terminated");

		if (*waiting == '\0' && terminated == NULL) {
			*ret_running |= json_bool(s, "ready", false) &&
					json_has(s, "state.running");
			continue;
		}
		free(word);
		word = *waiting != '\0' ? xstrdup(waiting) : ended_word(terminated);
	}
	return word;
}

static bool is_gated(const json_t *pod)
{
	return streq(json_str(condition_get(pod, "PodScheduled"), "reason"), "SchedulingGated");
}

static char *live_word(const json_t *pod)
{
	const char *reason = json_str_or(pod, "status.reason", "");
	_cleanup_free_ char *word = NULL;
	bool running = false;

	word = condition_is_true(pod, "Initialized") ? NULL : init_word(pod);
	if (word != NULL)
		return take_ptr(word);
	word = app_word(pod, &running);
	if (word != NULL && streq(word, "Completed") && running)
		return xstrdup(pod_is_ready(pod) ? "Running" : "NotReady");
	if (word != NULL)
		return take_ptr(word);
	if (is_gated(pod))
		return xstrdup("SchedulingGated");
	return xstrdup(*reason != '\0' ? reason : pod_phase(pod));
}

char *pod_status_word(const json_t *pod)
{
	if (meta_deletion_timestamp(pod) != NULL && !pod_is_terminal(pod))
		return xstrdup(streq(json_str(pod, "status.reason"), "NodeLost") ? "Unknown" :
										   "Terminating");
	return live_word(pod);
}
