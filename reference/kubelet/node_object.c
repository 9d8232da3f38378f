/*
 * Labels are the agent's to set at each start; taints only when the Node is new: later they are an administrator's.
 */
#include "kubelet/node_object.h"

#include <string.h>

#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

/* ---- "KEY=VALUE,…" ---- */

static void add_labels(json_t *labels, const char *text)
{
	_cleanup_strv_ char **parts = strv_split(text ? text : "", ',');

	for (char **p = parts; p && *p; p++) {
		char *value = strchr(*p, '=');

		if (value)
			*value++ = '\0';
		if (**p)
			json_take_set(labels, *p, json_string(value ? value : ""));
	}
}

/* "KEY=VALUE:EFFECT" or "KEY:EFFECT" */
static json_t *taint_of(char *text)
{
	char *effect = strrchr(text, ':'), *value;

	if (effect)
		*effect++ = '\0';
	value = strchr(text, '=');
	if (value)
		*value++ = '\0';
	return json_pack("{ss, ss*, ss}", "key", text, "value", value, "effect",
			 effect ? effect : "");
}

static json_t *taints_of(const char *text)
{
	_cleanup_strv_ char **parts = strv_split(text ? text : "", ',');
	json_t *list = json_array();

	for (char **p = parts; p && *p; p++)
		if (**p)
			json_take_append(list, taint_of(*p));
	return list;
}

/* ---- the object ---- */

static json_t *labels_of(const struct node_facts *f)
{
	json_t *labels = json_pack("{ss, ss, ss}", "kubernetes.io/hostname", f->name,
				   "kubernetes.io/os", "linux", "kubernetes.io/arch", "amd64");

	add_labels(labels, f->labels);
	return labels;
}

json_t *node_object_new(const struct node_facts *f)
{
	json_t *taints = taints_of(f->taints), *spec = json_object();
	json_t *node = json_pack("{ss, ss, s{ss, so}, so}", "apiVersion", "v1", "kind", "Node",
				 "metadata", "name", f->name, "labels", labels_of(f), "spec", spec);

	if (f->socket)
		json_take_set(json_make_obj(node, "metadata.annotations"), NODE_SOCKET_ANNOTATION,
			      json_string(f->socket));
	if (f->pod_cidr) {
		json_set_str(spec, "podCIDR", f->pod_cidr);
		json_take_set(spec, "podCIDRs", json_pack("[s]", f->pod_cidr));
	}
	if (json_array_size(taints))
		json_object_set(spec, "taints", taints);
	json_decref(taints);
	return node;
}

static bool set_text(json_t *map, const char *key, const char *value)
{
	if (streq(json_string_value(json_object_get(map, key)), value))
		return false;
	json_take_set(map, key, json_string(value));
	return true;
}

bool node_object_refresh(const struct node_facts *f, json_t *node)
{
	_cleanup_json_ json_t *wanted = labels_of(f);
	json_t *labels = json_make_obj(node, "metadata.labels"), *value;
	bool differs = false;
	const char *key;

	json_object_foreach(wanted, key, value)
		differs |= set_text(labels, key, json_string_value(value));
	if (f->socket)
		differs |= set_text(json_make_obj(node, "metadata.annotations"),
				    NODE_SOCKET_ANNOTATION, f->socket);
	return differs;
}

/* ---- conditions ---- */

static json_t *condition(const json_t *old, const char *type, bool is_true, const char *reason,
			 const char *message, const char *now)
{
	const json_t *was = json_find(old, "type", type);
	const char *status = is_true ? "True" : "False";
	const char *since = streq(json_str(was, "status"), status) ?
				    json_str_or(was, "lastTransitionTime", now) :
				    now;

	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "type", type, "status", status,
			 "lastHeartbeatTime", now, "lastTransitionTime", since, "reason", reason,
			 "message", message);
}

json_t *node_conditions(const json_t *old, const char *now)
{
	return json_pack("[o,o,o,o]",
			 condition(old, "MemoryPressure", false, "KubeletHasSufficientMemory",
				   "kubelet has sufficient memory available", now),
			 condition(old, "DiskPressure", false, "KubeletHasNoDiskPressure",
				   "kubelet has no disk pressure", now),
			 condition(old, "PIDPressure", false, "KubeletHasSufficientPID",
				   "kubelet has sufficient PID available", now),
			 condition(old, "Ready", true, "KubeletReady",
				   "kubelet is posting ready status", now));
}

bool node_object_is_ready(const json_t *node)
{
	const json_t *ready = json_find(json_arr(node, "status.conditions"), "type", "Ready");

	return streq(json_str(ready, "status"), "True");
}
