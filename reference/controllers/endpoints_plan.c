/*
 * endpoints_plan: see the header.
 *
 * A pod with an address that has not ended is an endpoint. It serves while it is Ready and is ready unless it terminates;
 * publishNotReadyAddresses makes it ready whatever it is. In the older Endpoints a terminating pod is left out, but
 * for publishNotReadyAddresses. Ports are looked up in each pod, since a name may mean another number in each; pods that
 * differ in them are different groups.
 */
#include "controllers/endpoints_plan.h"

#include <stdlib.h>

#include "api/endpoints.h"
#include "api/meta.h"
#include "api/pod_status.h"
#include "api/service.h"
#include "base/json.h"

static bool publishes_all(const json_t *service)
{
	return json_bool(service, "spec.publishNotReadyAddresses", false);
}

bool endpoints_are_ours(const json_t *service)
{
	return json_len(service, "spec.selector") > 0 && !service_is_external(service);
}

/* ---- one pod ---- */

static bool is_endpoint(const json_t *pod)
{
	return json_string_length(json_at(pod, "status.podIP")) > 0 && !pod_is_terminal(pod);
}

static json_t *target_of(const json_t *pod)
{
	return json_pack("{ss,ss,ss,ss}", "kind", "Pod", "namespace", meta_namespace(pod) ?: "",
			 "name", meta_name(pod) ?: "", "uid", meta_uid(pod) ?: "");
}

/* Only a pod that names this Service as its subdomain has a name below it. */
static const char *host_name(const json_t *service, const json_t *pod)
{
	const char *name = json_str(pod, "spec.hostname");

	return name && *name && streq(json_str(pod, "spec.subdomain"), meta_name(service)) ? name :
											     NULL;
}

static json_t *endpoint_of(const json_t *service, const json_t *pod)
{
	bool serving = pod_is_ready(pod), terminating = meta_deletion_timestamp(pod) != NULL;
	bool ready = publishes_all(service) || (serving && !terminating);
	json_t *e = json_pack("{s[s],s{sb,sb,sb},so}", "addresses", json_str(pod, "status.podIP"),
			      "conditions", "ready", ready, "serving", serving, "terminating",
			      terminating, "targetRef", target_of(pod));

	json_set_str(e, "hostname", host_name(service, pod));
	json_set_str(e, "nodeName", pod_node_name(pod));
	return e;
}

/* The Service's ports as they are in this pod; those that it does not have are left out. */
static json_t *ports_of(const json_t *service, const json_t *pod)
{
	json_t *ports = json_array(), *p;
	size_t i;

	json_each(service, "spec.ports", i, p) {
		int number = service_target_port(p, pod);
		json_t *port;

		if (!number)
			continue;
		port = json_pack("{ss,ss,si}", "name", json_str_or(p, "name", ""), "protocol",
				 json_str_or(p, "protocol", "TCP"), "port", number);
		json_set_str(port, "appProtocol", json_str(p, "appProtocol"));
		json_array_append_new(ports, port);
	}
	return ports;
}

/* ---- groups ---- */

/* The group with these ports, made when there is none; borrowed. Takes ports over. */
static json_t *group_for(json_t *groups, json_t *ports)
{
	json_t *g;
	size_t i;

	json_array_foreach(groups, i, g) {
		if (!json_same(json_object_get(g, "ports"), ports))
			continue;
		json_decref(ports);
		return g;
	}
	g = json_pack("{so,s[]}", "ports", ports, "endpoints");
	json_array_append_new(groups, g);
	return g;
}

json_t *endpoints_groups(const json_t *service, const json_t *pods)
{
	json_t *groups = json_array(), *pod;
	size_t i;

	json_array_foreach((json_t *)pods, i, pod) {
		json_t *g;

		if (!is_endpoint(pod))
			continue;
		g = group_for(groups, ports_of(service, pod));
		json_array_append_new(json_object_get(g, "endpoints"), endpoint_of(service, pod));
	}
	return groups;
}

/* ---- by hand ---- */

static void mirror_addresses(json_t *endpoints, const json_t *addresses, bool ready)
{
	json_t *a;
	size_t i;

	json_array_foreach((json_t *)addresses, i, a) {
		json_t *e = json_pack("{s[s],s{sb}}", "addresses", json_str_or(a, "ip", ""),
				      "conditions", "ready", ready);

		json_set_str(e, "hostname", json_str(a, "hostname"));
		json_set_str(e, "nodeName", json_str(a, "nodeName"));
		if (json_obj(a, "targetRef"))
			json_object_set_new(e, "targetRef", json_dup(json_obj(a, "targetRef")));
		json_array_append_new(endpoints, e);
	}
}

static json_t *mirror_ports(const json_t *subset)
{
	json_t *ports = json_array(), *p;
	size_t i;

	json_each(subset, "ports", i, p) {
		json_t *port = json_dup(p);

		if (!json_has(port, "name"))
			json_set_str(port, "name", "");
		json_array_append_new(ports, port);
	}
	return ports;
}

json_t *endpoints_mirror(const json_t *endpoints)
{
	json_t *groups = json_array(), *subset;
	size_t i;

	json_each(endpoints, "subsets", i, subset) {
		json_t *list =
			json_object_get(group_for(groups, mirror_ports(subset)), "endpoints");

		mirror_addresses(list, json_arr(subset, "addresses"), true);
		mirror_addresses(list, json_arr(subset, "notReadyAddresses"), false);
	}
	return groups;
}

/* ---- the older form ---- */

static int by_ip(const void *a, const void *b)
{
	return strcmp(json_str_or(*(json_t *const *)a, "ip", ""),
		      json_str_or(*(json_t *const *)b, "ip", ""));
}

static void sort_by_ip(json_t *list)
{
	size_t n = json_array_size(list);
	_cleanup_free_ json_t **items = xcalloc(n + 1, sizeof(*items));

	for (size_t i = 0; i < n; i++)
		items[i] = json_incref(json_array_get(list, i));
	qsort(items, n, sizeof(*items), by_ip);
	json_array_clear(list);
	for (size_t i = 0; i < n; i++)
		json_array_append_new(list, items[i]);
}

static json_t *address_of(const json_t *endpoint)
{
	json_t *a = json_pack("{ss}", "ip", json_str_or(endpoint, "addresses[0]", ""));

	json_set_str(a, "hostname", json_str(endpoint, "hostname"));
	json_set_str(a, "nodeName", json_str(endpoint, "nodeName"));
	json_object_set(a, "targetRef", json_obj(endpoint, "targetRef"));
	return a;
}

static json_t *ports_without_empty_names(const json_t *ports)
{
	json_t *out = json_dup(ports), *p;
	size_t i;

	json_array_foreach(out, i, p)
		if (!json_string_length(json_object_get(p, "name")))
			json_object_del(p, "name");
	return out;
}

/* NULL: nothing of the group is shown. */
static json_t *subset_of(const json_t *service, const json_t *group)
{
	_cleanup_json_ json_t *ready = json_array(), *others = json_array();
	json_t *subset, *e;
	size_t i;

	if (!json_len(group, "ports") && json_len(service, "spec.ports"))
		return NULL;
	json_each(group, "endpoints", i, e) {
		bool serves = json_bool(e, "conditions.ready", false);

		if (json_bool(e, "conditions.terminating", false) && !publishes_all(service))
			continue;
		json_array_append_new(serves ? ready : others, address_of(e));
	}
	if (!json_array_size(ready) && !json_array_size(others))
		return NULL;
	sort_by_ip(ready);
	sort_by_ip(others);
	subset = json_object();
	if (json_array_size(ready))
		json_object_set(subset, "addresses", ready);
	if (json_array_size(others))
		json_object_set(subset, "notReadyAddresses", others);
	if (json_len(group, "ports"))
		json_object_set_new(subset, "ports",
				    ports_without_empty_names(json_arr(group, "ports")));
	return subset;
}

static json_t *labels_of(const json_t *service)
{
	json_t *labels = meta_labels(service) ? json_dup(meta_labels(service)) : json_object();

	json_object_set_new(labels, ENDPOINTS_MANAGER_LABEL, json_string(ENDPOINTS_MANAGER));
	json_object_del(labels, HEADLESS_LABEL);
	if (service_is_headless(service))
		json_object_set_new(labels, HEADLESS_LABEL, json_string(""));
	return labels;
}

json_t *endpoints_object(const json_t *service, const json_t *pods, const json_t *present)
{
	_cleanup_json_ json_t *groups = endpoints_groups(service, pods), *subsets = json_array();
	json_t *out = present ? json_dup(present) :
				json_pack("{ss,ss}", "apiVersion", "v1", "kind", "Endpoints");
	json_t *group, *subset;
	size_t i;

	json_array_foreach(groups, i, group) {
		subset = subset_of(service, group);
		if (subset)
			json_array_append_new(subsets, subset);
	}
	meta_set(out, "name", meta_name(service));
	json_object_set_new(meta_ensure(out), "labels", labels_of(service));
	if (json_array_size(subsets))
		json_object_set(out, "subsets", subsets);
	else
		json_object_del(out, "subsets");
	return out;
}
