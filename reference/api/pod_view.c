/*
 * pod_view: a pod as structs, for those who run it.
 *
 * The view takes a reference to the object and borrows its strings; vectors of strings are copies of its
 * own. Values come from an object that is valid and defaulted, so reading cannot fail but for a value
 * that is no pod; absent numbers read as the defaults of the API all the same.
 */
#include "api/pod.h"

#include "api/meta.h"
#include "api/pod_rules.h"
#include "api/pod_view_parts.h"
#include "base/json.h"
#include "base/str.h"

static enum pod_restart_policy restart_policy(const char *word)
{
	if (streq(word, "Never"))
		return POD_RESTART_NEVER;
	return streq(word, "OnFailure") ? POD_RESTART_ON_FAILURE : POD_RESTART_ALWAYS;
}

static void read_meta(struct pod *pod)
{
	const json_t *o = pod->object;

	pod->name = meta_name(o);
	pod->ns = meta_namespace(o);
	pod->uid = meta_uid(o);
	pod->generation = meta_generation(o);
	pod->labels = meta_labels(o);
	pod->annotations = meta_annotations(o);
	pod->deletion_timestamp = meta_deletion_timestamp(o);
	pod->deletion_grace_seconds = meta_deletion_grace(o);
}

static void read_scalars(struct pod *pod, const json_t *spec)
{
	pod->restart_policy = restart_policy(json_str(spec, "restartPolicy"));
	pod->grace_seconds = json_int(spec, "terminationGracePeriodSeconds", 30);
	pod->active_deadline_seconds = json_int(spec, "activeDeadlineSeconds", -1);
	pod->node_name = json_str(spec, "nodeName");
	pod->hostname = json_str(spec, "hostname");
	pod->subdomain = json_str(spec, "subdomain");
	pod->service_account = json_str(spec, "serviceAccountName");
	pod->priority_class = json_str(spec, "priorityClassName");
	pod->hostname_override = json_str(spec, "hostnameOverride");
	pod->set_hostname_as_fqdn = json_bool(spec, "setHostnameAsFQDN", false);
	pod->host_network = json_bool(spec, "hostNetwork", false);
	pod->host_pid = json_bool(spec, "hostPID", false);
	pod->host_ipc = json_bool(spec, "hostIPC", false);
	pod->share_process_namespace = json_bool(spec, "shareProcessNamespace", false);
	pod->enable_service_links = json_bool(spec, "enableServiceLinks", true);
	pod->host_users = json_bool(spec, "hostUsers", true);
}

static void read_dns(struct pod *pod, const json_t *spec)
{
	json_t *option;
	size_t i;

	pod->dns_policy = json_str_or(spec, "dnsPolicy", "ClusterFirst");
	pod->dns_nameservers = strv_from_json(json_arr(spec, "dnsConfig.nameservers"));
	pod->dns_searches = strv_from_json(json_arr(spec, "dnsConfig.searches"));
	pod->n_dns_options = json_len(spec, "dnsConfig.options");
	pod->dns_options = xcalloc(pod->n_dns_options + 1, sizeof *pod->dns_options);
	json_each(spec, "dnsConfig.options", i, option) {
		pod->dns_options[i].name = json_str_or(option, "name", "");
		pod->dns_options[i].value = json_str(option, "value");
	}
}

static void read_aliases(struct pod *pod, const json_t *spec)
{
	json_t *alias;
	size_t i;

	pod->n_host_aliases = json_len(spec, "hostAliases");
	pod->host_aliases = xcalloc(pod->n_host_aliases + 1, sizeof *pod->host_aliases);
	json_each(spec, "hostAliases", i, alias) {
		pod->host_aliases[i].ip = json_str_or(alias, "ip", "");
		pod->host_aliases[i].hostnames = strv_from_json(json_arr(alias, "hostnames"));
	}
}

static void read_gates(struct pod *pod, const json_t *spec)
{
	json_t *gate;
	size_t i;

	json_each(spec, "readinessGates", i, gate)
		strv_add(&pod->readiness_gates, json_str_or(gate, "conditionType", ""));
}

static void read_security(struct pod *pod, const json_t *context)
{
	json_t *item;
	size_t i;

	pod->run_as_user = json_int(context, "runAsUser", -1);
	pod->run_as_group = json_int(context, "runAsGroup", -1);
	pod->fs_group = json_int(context, "fsGroup", -1);
	pod->run_as_non_root = json_bool(context, "runAsNonRoot", false);
	pod->fs_group_on_root_mismatch =
		streq(json_str(context, "fsGroupChangePolicy"), "OnRootMismatch");
	pod->n_supplemental_groups = json_len(context, "supplementalGroups");
	pod->supplemental_groups =
		xcalloc(pod->n_supplemental_groups + 1, sizeof *pod->supplemental_groups);
	json_each(context, "supplementalGroups", i, item)
		pod->supplemental_groups[i] = json_integer_value(item);
	json_each(context, "sysctls", i, item)
		strv_addf(&pod->sysctls, "%s=%s", json_str_or(item, "name", ""),
			  json_str_or(item, "value", ""));
}

static void read_containers(struct pod *pod, const json_t *spec)
{
	json_t *c;
	size_t i;

	pod->n_init_containers = json_len(spec, "initContainers");
	pod->init_containers = xcalloc(pod->n_init_containers + 1, sizeof *pod->init_containers);
	json_each(spec, "initContainers", i, c) {
		bool sidecar = streq(json_str(c, "restartPolicy"), "Always");

		pod_view_container(pod, c, sidecar ? POD_CONTAINER_SIDECAR : POD_CONTAINER_INIT,
				   &pod->init_containers[i]);
		pod->init_containers[i].index = i;
	}
	pod->n_containers = json_len(spec, "containers");
	pod->containers = xcalloc(pod->n_containers + 1, sizeof *pod->containers);
	json_each(spec, "containers", i, c) {
		pod_view_container(pod, c, POD_CONTAINER_APP, &pod->containers[i]);
		pod->containers[i].index = i;
	}
}

static void read_volumes(struct pod *pod, const json_t *spec)
{
	json_t *volume;
	size_t i;

	pod->n_volumes = json_len(spec, "volumes");
	pod->volumes = xcalloc(pod->n_volumes + 1, sizeof *pod->volumes);
	json_each(spec, "volumes", i, volume)
		pod_view_volume(volume, &pod->volumes[i]);
}

int pod_view_new(json_t *obj, struct pod **ret_pod, struct error *err)
{
	const json_t *spec = json_obj(obj, "spec");
	struct pod *pod;

	if (spec == NULL || !streq(json_str(obj, "kind"), "Pod"))
		return error_set(err, ERR_INTERNAL, "InternalError", "not a pod");
	pod = xnew(pod);
	pod->object = json_incref(obj);
	read_meta(pod);
	read_scalars(pod, spec);
	read_dns(pod, spec);
	read_aliases(pod, spec);
	read_gates(pod, spec);
	read_security(pod, json_obj(spec, "securityContext"));
	pod_view_resources(json_obj(spec, "resources"), &pod->resources);
	read_containers(pod, spec);
	read_volumes(pod, spec);
	*ret_pod = pod;
	return 0;
}

struct pod *pod_view_free(struct pod *pod)
{
	if (pod == NULL)
		return NULL;
	for (size_t i = 0; i < pod->n_init_containers; i++)
		pod_view_container_deinit(&pod->init_containers[i]);
	for (size_t i = 0; i < pod->n_containers; i++)
		pod_view_container_deinit(&pod->containers[i]);
	for (size_t i = 0; i < pod->n_volumes; i++)
		pod_view_volume_deinit(&pod->volumes[i]);
	for (size_t i = 0; i < pod->n_host_aliases; i++)
		strv_free(pod->host_aliases[i].hostnames);
	strv_free(pod->dns_nameservers);
	strv_free(pod->dns_searches);
	strv_free(pod->readiness_gates);
	strv_free(pod->sysctls);
	free(pod->dns_options);
	free(pod->host_aliases);
	free(pod->supplemental_groups);
	free(pod->init_containers);
	free(pod->containers);
	free(pod->volumes);
	json_decref(pod->object);
	free(pod);
	return NULL;
}

/* ---- questions ---- */

struct pod_container *pod_find_container(const struct pod *pod, const char *name)
{
	for (size_t i = 0; i < pod->n_containers; i++)
		if (streq(pod->containers[i].name, name))
			return &pod->containers[i];
	for (size_t i = 0; i < pod->n_init_containers; i++)
		if (streq(pod->init_containers[i].name, name))
			return &pod->init_containers[i];
	return NULL;
}

const struct pod_volume *pod_find_volume(const struct pod *pod, const char *name)
{
	for (size_t i = 0; i < pod->n_volumes; i++)
		if (streq(pod->volumes[i].name, name))
			return &pod->volumes[i];
	return NULL;
}

int pod_handler_port(const struct pod_container *c, const struct pod_handler *h)
{
	int64_t number;

	if (h->port_name == NULL)
		return h->port;
	for (size_t i = 0; i < c->n_ports; i++)
		if (streq(c->ports[i].name, h->port_name))
			return c->ports[i].container_port;
	return str_to_int64(h->port_name, 1, 65535, &number) == 0 ? (int)number : -1;
}
