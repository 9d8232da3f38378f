/*
 * pod_default: what a pod means when it does not say.
 *
 * Most defaults are in the tables. Here is what depends on something else: the pull policy on the image's
 * tag, host ports on the host network, requests on limits, and what the field's admission adds to pods but
 * not to templates (tolerations, priority, service account, the first status).
 */
#include <ctype.h>
#include <string.h>

#include "api/meta.h"
#include "api/pod.h"
#include "api/pod_rules.h"
#include "api/quantity.h"
#include "base/json.h"
#include "base/str.h"

/* A repository is lower case behind its host; anything else is no image name. */
static bool is_image_name(const char *image, size_t len)
{
	const char *slash = memchr(image, '/', len);
	const char *start = slash != NULL && memchr(image, '.', (size_t)(slash - image)) != NULL ?
				    slash + 1 :
				    image;

	for (const char *c = start; c < image + len; c++)
		if (!islower((unsigned char)*c) && !isdigit((unsigned char)*c) &&
		    strchr("._-/:", *c) == NULL)
			return false;
	return len > 0;
}

static const char *pull_policy_of(const char *image)
{
	const char *at = strchr(image, '@');
	size_t len = at != NULL ? (size_t)(at - image) : strlen(image);
	_cleanup_free_ char *name = xstrndup(image, len);
	const char *slash = strrchr(name, '/');
	const char *colon = strchr(slash != NULL ? slash : name, ':');

	if (!is_image_name(name, colon != NULL ? (size_t)(colon - name) : len))
		return "IfNotPresent";
	if (colon != NULL)
		return streq(colon, ":latest") ? "Always" : "IfNotPresent";
	return at != NULL ? "IfNotPresent" : "Always";
}

static void container_default(json_t *c)
{
	if (json_str(c, "imagePullPolicy") == NULL)
		json_set_str(c, "imagePullPolicy", pull_policy_of(json_str_or(c, "image", "")));
}

static void volume_default(json_t *volume)
{
	if (json_object_size(volume) <= 1 && json_object_get(volume, "name") != NULL)
		json_object_set_new(volume, "emptyDir", json_object());
}

void pod_spec_default(json_t *spec)
{
	static const char *const lists[] = { "initContainers", "containers", "ephemeralContainers" };
	json_t *item;
	size_t i;

	if (!json_is_object(spec))
		return;
	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		json_each(spec, lists[l], i, item)
			container_default(item);
	json_each(spec, "volumes", i, item)
		volume_default(item);
	if (json_int(spec, "terminationGracePeriodSeconds", 0) < 0)
		json_set_int(spec, "terminationGracePeriodSeconds", 1);
	if (json_str(spec, "serviceAccountName") == NULL)
		json_set_str(spec, "serviceAccountName", json_str(spec, "serviceAccount"));
	if (json_str(spec, "serviceAccountName") != NULL)
		json_set_str(spec, "serviceAccount", json_str(spec, "serviceAccountName"));
}

void pod_template_default(json_t *pod_template)
{
	pod_spec_default(json_obj(pod_template, "spec"));
}

/* ---- pods alone ---- */

static void requests_from_limits(json_t *c)
{
	json_t *limits = json_obj(c, "resources.limits"), *value;
	const char *key;

	json_object_foreach(limits, key, value) {
		json_t *requests = json_make_obj(c, "resources.requests");

		if (json_object_get(requests, key) == NULL)
			json_object_set_new(requests, key, json_dup(value));
	}
}

static void host_ports(json_t *c)
{
	json_t *port;
	size_t i;

	json_each(c, "ports", i, port) {
		if (json_int(port, "hostPort", 0) == 0)
			json_set_int(port, "hostPort", json_int(port, "containerPort", 0));
	}
}

static void pod_container_defaults(json_t *spec)
{
	static const char *const lists[] = { "initContainers", "containers" };
	bool host_network = json_bool(spec, "hostNetwork", false);
	json_t *c;
	size_t i;

	for (size_t l = 0; l < ARRAY_SIZE(lists); l++)
		json_each(spec, lists[l], i, c) {
			requests_from_limits(c);
			if (host_network)
				host_ports(c);
		}
}

/* The sum of the containers' requests of one resource, or NULL when none has it. New reference. */
static json_t *sum_of_requests(const json_t *spec, const char *resource)
{
	struct quantity sum = { 0 }, q;
	char text[QUANTITY_STRING_MAX];
	bool any = false;
	json_t *c;
	size_t i;

	json_each(spec, "containers", i, c) {
		const json_t *value = json_object_get(json_obj(c, "resources.requests"), resource);

		if (value == NULL || quantity_parse(json_string_value(value), &q, NULL) < 0)
			continue;
		q = any ? quantity_add(&sum, &q) : q;
		sum = q;
		any = true;
	}
	if (!any)
		return NULL;
	quantity_format(&sum, text);
	return json_string(text);
}

/* Pod-level requests: the sum where a container asks, else the pod's own limit. */
static void pod_level_requests(json_t *spec)
{
	json_t *limits = json_obj(spec, "resources.limits"), *value;
	const char *key;

	json_object_foreach(limits, key, value) {
		json_t *requests = json_make_obj(spec, "resources.requests");
		json_t *sum;

		if (json_object_get(requests, key) != NULL)
			continue;
		sum = sum_of_requests(spec, key);
		json_object_set_new(requests, key, sum != NULL ? sum : json_dup(value));
	}
}

static bool tolerates(const json_t *spec, const char *key)
{
	json_t *t;
	size_t i;

	json_each(spec, "tolerations", i, t) {
		const char *own = json_str_or(t, "key", ""), *effect = json_str_or(t, "effect", "");

		if ((*own == '\0' || streq(own, key)) &&
		    (*effect == '\0' || streq(effect, "NoExecute")))
			return true;
	}
	return false;
}

static void default_tolerations(json_t *spec)
{
	static const char *const keys[] = { "node.kubernetes.io/not-ready",
					    "node.kubernetes.io/unreachable" };

	for (size_t i = 0; i < ARRAY_SIZE(keys); i++)
		if (!tolerates(spec, keys[i]))
			json_array_append_new(json_make_arr(spec, "tolerations"),
					      json_pack("{s:s,s:s,s:s,s:i}", "key", keys[i],
							"operator", "Exists", "effect", "NoExecute",
							"tolerationSeconds", 300));
}

static void admission(json_t *spec)
{
	const char *class = json_str_or(spec, "priorityClassName", "");
	int64_t priority = streq(class, "system-node-critical")	   ? 2000001000 :
			   streq(class, "system-cluster-critical") ? 2000000000 :
								     0;

	default_tolerations(spec);
	if (!json_has(spec, "priority"))
		json_set_int(spec, "priority", priority);
	if (!json_has(spec, "preemptionPolicy"))
		json_set_str(spec, "preemptionPolicy", "PreemptLowerPriority");
	if (json_str(spec, "serviceAccountName") == NULL) {
		json_set_str(spec, "serviceAccountName", "default");
		json_set_str(spec, "serviceAccount", "default");
	}
}

static void first_status(json_t *pod)
{
	_cleanup_(pod_view_freep) struct pod *view = NULL;

	if (json_str(pod, "status.phase") == NULL)
		json_set_str(pod, "status.phase", "Pending");
	if (json_str(pod, "status.qosClass") == NULL && pod_view_new(pod, &view, NULL) == 0)
		json_set_str(pod, "status.qosClass", pod_qos_name(pod_qos_class(view)));
}

void pod_set_defaults(json_t *pod)
{
	json_t *spec = json_obj(pod, "spec");

	if (spec == NULL)
		return;
	pod_spec_default(spec);
	if (!json_has(spec, "enableServiceLinks"))
		json_set_bool(spec, "enableServiceLinks", true);
	pod_container_defaults(spec);
	pod_level_requests(spec);
	admission(spec);
	first_status(pod);
}
