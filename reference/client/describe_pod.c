/*
 * describe_pod: the page of a pod, in kubectl's order: where it runs, its containers with their states, its
 * conditions, its volumes.
 */
#include "client/describe.h"

#include "api/meta.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "base/str.h"
#include "client/human.h"

static void describe_state(struct describer *d, const char *label, const json_t *state)
{
	static const char *const words[][2] = { { "running", "Running" },
						{ "waiting", "Waiting" },
						{ "terminated", "Terminated" } };
	char time[HUMAN_MAX];
	json_t *s = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(words) && !s; i++) {
		s = json_object_get(state, words[i][0]);
		if (s)
			describe_field(d, label, words[i][1]);
	}
	if (!s)
		return;
	d->level++;
	if (json_str(s, "reason"))
		describe_field(d, "Reason", json_str(s, "reason"));
	if (json_str(s, "message"))
		describe_field(d, "Message", json_str(s, "message"));
	if (json_has(s, "exitCode"))
		describe_fieldf(d, "Exit Code", "%lld", (long long)json_int(s, "exitCode", 0));
	if (json_str(s, "startedAt"))
		describe_field(d, "Started", human_time(json_str(s, "startedAt"), time));
	if (json_str(s, "finishedAt"))
		describe_field(d, "Finished", human_time(json_str(s, "finishedAt"), time));
	d->level--;
}

static void describe_strings(struct describer *d, const char *label, const json_t *list)
{
	json_t *e;
	size_t i;

	if (!json_array_size(list))
		return;
	describe_head(d, label);
	json_array_foreach((json_t *)list, i, e)
		strbuf_addf(d->out, "%*s%s\n", 2 * d->level + 2, "", json_string_value(e) ?: "");
}

static char *ports_text(const json_t *c, const char *key)
{
	_cleanup_strv_ char **texts = NULL;
	json_t *port;
	size_t i;

	json_each(c, "ports", i, port)
		strv_addf(&texts, "%lld/%s", (long long)json_int(port, key, 0),
			  json_str_or(port, "protocol", "TCP"));
	return texts ? strv_join(texts, ", ") : NULL;
}

static char *handler_text(const json_t *h)
{
	_cleanup_json_ json_t *bare = json_object();
	static const char *const kinds[] = { "exec", "httpGet", "tcpSocket", "grpc" };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (json_object_get(h, kinds[i]))
			json_object_set(bare, kinds[i], json_object_get(h, kinds[i]));
	return json_text(bare);
}

static void describe_probe(struct describer *d, const char *label, const json_t *probe)
{
	_cleanup_free_ char *handler = probe ? handler_text(probe) : NULL;

	if (!probe)
		return;
	describe_fieldf(d, label,
			"%s delay=%llds timeout=%llds period=%llds #success=%lld #failure=%lld",
			handler, (long long)json_int(probe, "initialDelaySeconds", 0),
			(long long)json_int(probe, "timeoutSeconds", 1),
			(long long)json_int(probe, "periodSeconds", 10),
			(long long)json_int(probe, "successThreshold", 1),
			(long long)json_int(probe, "failureThreshold", 3));
}

static void describe_env(struct describer *d, const json_t *c)
{
	json_t *e;
	size_t i;

	if (!json_len(c, "env")) {
		describe_field(d, "Environment", NULL);
		return;
	}
	describe_head(d, "Environment");
	d->level++;
	json_each(c, "env", i, e) {
		_cleanup_free_ char *from =
			json_obj(e, "valueFrom") ? json_text(json_obj(e, "valueFrom")) : NULL;

		describe_field(d, json_str_or(e, "name", ""),
			       from ? from : json_str_or(e, "value", ""));
	}
	d->level--;
}

static void describe_mounts(struct describer *d, const json_t *c)
{
	json_t *m;
	size_t i;

	if (!json_len(c, "volumeMounts")) {
		describe_field(d, "Mounts", NULL);
		return;
	}
	describe_head(d, "Mounts");
	json_each(c, "volumeMounts", i, m)
		strbuf_addf(d->out, "%*s%s from %s (%s)\n", 2 * d->level + 2, "",
			    json_str_or(m, "mountPath", ""), json_str_or(m, "name", ""),
			    json_bool(m, "readOnly", false) ? "ro" : "rw");
}

static void describe_spec(struct describer *d, const json_t *c)
{
	_cleanup_free_ char *ports = ports_text(c, "containerPort");

	describe_field(d, "Image", json_str(c, "image"));
	describe_field(d, "Port", ports);
	describe_strings(d, "Command", json_arr(c, "command"));
	describe_strings(d, "Args", json_arr(c, "args"));
}

static void describe_settings(struct describer *d, const json_t *c)
{
	if (json_len(c, "resources.limits"))
		describe_map(d, "Limits", json_obj(c, "resources.limits"), ": ");
	if (json_len(c, "resources.requests"))
		describe_map(d, "Requests", json_obj(c, "resources.requests"), ": ");
	describe_probe(d, "Liveness", json_obj(c, "livenessProbe"));
	describe_probe(d, "Readiness", json_obj(c, "readinessProbe"));
	describe_probe(d, "Startup", json_obj(c, "startupProbe"));
	describe_env(d, c);
	describe_mounts(d, c);
}

/* status NULL: a template, which has none. */
static void describe_container(struct describer *d, const json_t *c, const json_t *status)
{
	describe_head(d, json_str_or(c, "name", ""));
	d->level++;
	if (status)
		describe_field(d, "Container ID", json_str_or(status, "containerID", ""));
	describe_spec(d, c);
	if (status) {
		describe_state(d, "State", json_obj(status, "state"));
		describe_state(d, "Last State", json_obj(status, "lastState"));
		describe_field(d, "Ready", json_bool(status, "ready", false) ? "True" : "False");
		describe_fieldf(d, "Restart Count", "%lld",
				(long long)json_int(status, "restartCount", 0));
	}
	describe_settings(d, c);
	d->level--;
}

static void describe_containers(struct describer *d, const char *label, const json_t *list,
				const json_t *pod)
{
	json_t *c;
	size_t i;

	if (!json_array_size(list))
		return;
	describe_head(d, label);
	d->level++;
	json_array_foreach((json_t *)list, i, c)
		describe_container(
			d, c, pod ? pod_container_status(pod, json_str_or(c, "name", "")) : NULL);
	d->level--;
}

static void describe_conditions(struct describer *d, const json_t *pod)
{
	json_t *c;
	size_t i;

	if (!json_len(pod, "status.conditions"))
		return;
	describe_head(d, "Conditions");
	strbuf_addf(d->out, "  %-27s %s\n", "Type", "Status");
	json_each(pod, "status.conditions", i, c)
		strbuf_addf(d->out, "  %-27s %s\n", json_str_or(c, "type", ""),
			    json_str_or(c, "status", ""));
}

static void describe_volumes(struct describer *d, const json_t *spec)
{
	json_t *v, *source;
	const char *key;
	size_t i;

	if (!json_len(spec, "volumes")) {
		describe_field(d, "Volumes", NULL);
		return;
	}
	describe_head(d, "Volumes");
	d->level++;
	json_each(spec, "volumes", i, v) {
		describe_head(d, json_str_or(v, "name", ""));
		d->level++;
		json_object_foreach(v, key, source)
			if (!streq(key, "name"))
				describe_value(d, key, source);
		d->level--;
	}
	d->level--;
}

void describe_pod_template(struct describer *d, const json_t *tmpl)
{
	describe_head(d, "Pod Template");
	d->level++;
	describe_map(d, "Labels", meta_labels(tmpl), "=");
	describe_containers(d, "Init Containers", json_arr(tmpl, "spec.initContainers"), NULL);
	describe_containers(d, "Containers", json_arr(tmpl, "spec.containers"), NULL);
	describe_volumes(d, json_obj(tmpl, "spec"));
	d->level--;
}

static void describe_standing(struct describer *d, const json_t *pod)
{
	const char *deleted = meta_deletion_timestamp(pod);
	char time[HUMAN_MAX];

	if (deleted) {
		describe_fieldf(d, "Status", "Terminating (since %s)", human_time(deleted, time));
		describe_fieldf(d, "Termination Grace Period", "%llds",
				(long long)meta_deletion_grace(pod));
	} else {
		describe_field(d, "Status", pod_phase(pod));
	}
	if (json_str(pod, "status.reason"))
		describe_field(d, "Reason", json_str(pod, "status.reason"));
	if (json_str(pod, "status.message"))
		describe_field(d, "Message", json_str(pod, "status.message"));
	describe_field(d, "IP", json_str_or(pod, "status.podIP", ""));
	if (meta_controller_ref(pod))
		describe_fieldf(d, "Controlled By", "%s/%s",
				json_str_or(meta_controller_ref(pod), "kind", ""),
				json_str_or(meta_controller_ref(pod), "name", ""));
}

void describe_pod(struct describer *d, const json_t *pod)
{
	char time[HUMAN_MAX];
	const char *host = json_str_or(pod, "status.hostIP", "");

	describe_fieldf(d, "Priority", "%lld", (long long)json_int(pod, "spec.priority", 0));
	if (pod_node_name(pod))
		describe_fieldf(d, "Node", "%s/%s", pod_node_name(pod), host);
	else
		describe_field(d, "Node", NULL);
	if (json_str(pod, "status.startTime"))
		describe_field(d, "Start Time", human_time(json_str(pod, "status.startTime"), time));
	describe_map(d, "Labels", meta_labels(pod), "=");
	describe_map(d, "Annotations", meta_annotations(pod), ": ");
	describe_standing(d, pod);
	describe_containers(d, "Init Containers", json_arr(pod, "spec.initContainers"), pod);
	describe_containers(d, "Containers", json_arr(pod, "spec.containers"), pod);
	describe_conditions(d, pod);
	describe_volumes(d, json_obj(pod, "spec"));
	describe_field(d, "QoS Class", json_str(pod, "status.qosClass"));
	if (json_len(pod, "spec.nodeSelector"))
		describe_map(d, "Node-Selectors", json_obj(pod, "spec.nodeSelector"), "=");
	else
		describe_field(d, "Node-Selectors", NULL);
}
