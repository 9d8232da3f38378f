/*
 * pod_view_container: a container as structs.
 *
 * The pod's security values are merged in here, so that whoever starts a container looks in one place.
 */
#include "api/meta.h"
#include "api/pod_view_parts.h"
#include "api/quantity.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

/* ---- handlers, probes, hooks ---- */

static void read_port(const json_t *port, struct pod_handler *ret)
{
	if (json_is_string(port))
		ret->port_name = json_string_value(port);
	else
		ret->port = (int)json_integer_value(port);
}

static void read_http(const json_t *http, struct pod_handler *ret)
{
	json_t *header;
	size_t i;

	ret->type = HANDLER_HTTP_GET;
	ret->path = json_str_or(http, "path", "/");
	ret->scheme = json_str_or(http, "scheme", "HTTP");
	ret->n_headers = json_len(http, "httpHeaders");
	ret->headers = xcalloc(ret->n_headers + 1, sizeof *ret->headers);
	json_each(http, "httpHeaders", i, header) {
		ret->headers[i].name = json_str_or(header, "name", "");
		ret->headers[i].value = json_str_or(header, "value", "");
	}
}

static void read_handler(enum pod_handler_type type, const json_t *h, struct pod_handler *ret)
{
	ret->type = type;
	read_port(json_object_get(h, "port"), ret);
	ret->host = json_str(h, "host");
	if (ret->host != NULL && *ret->host == '\0')
		ret->host = NULL;
	if (type == HANDLER_EXEC)
		ret->argv = strv_from_json(json_arr(h, "command"));
	else if (type == HANDLER_HTTP_GET)
		read_http(h, ret);
	else if (type == HANDLER_GRPC)
		ret->service = json_str_or(h, "service", "");
	else if (type == HANDLER_SLEEP)
		ret->sleep_seconds = json_int(h, "seconds", 0);
}

bool pod_view_handler(const json_t *holder, struct pod_handler *ret)
{
	static const char *const names[] = {
		[HANDLER_EXEC] = "exec",
		[HANDLER_HTTP_GET] = "httpGet",
		[HANDLER_TCP_SOCKET] = "tcpSocket",
		[HANDLER_GRPC] = "grpc",
		[HANDLER_SLEEP] = "sleep",
	};

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const json_t *h = json_obj(holder, names[i]);

		if (h == NULL)
			continue;
		read_handler((enum pod_handler_type)i, h, ret);
		return true;
	}
	return false;
}

void pod_view_handler_deinit(struct pod_handler *handler)
{
	strv_free(handler->argv);
	free(handler->headers);
}

static struct pod_probe *probe_new(const json_t *probe)
{
	struct pod_probe *p;

	if (probe == NULL)
		return NULL;
	p = xnew(p);
	pod_view_handler(probe, &p->handler);
	p->initial_delay_seconds = (int)json_int(probe, "initialDelaySeconds", 0);
	p->period_seconds = (int)json_int(probe, "periodSeconds", 10);
	p->timeout_seconds = (int)json_int(probe, "timeoutSeconds", 1);
	p->success_threshold = (int)json_int(probe, "successThreshold", 1);
	p->failure_threshold = (int)json_int(probe, "failureThreshold", 3);
	p->grace_seconds = json_int(probe, "terminationGracePeriodSeconds", -1);
	return p;
}

static void probe_free(struct pod_probe *p)
{
	if (p != NULL)
		pod_view_handler_deinit(&p->handler);
	free(p);
}

static struct pod_handler *hook_new(const json_t *hook)
{
	_cleanup_free_ struct pod_handler *h = NULL;

	if (hook == NULL)
		return NULL;
	h = xnew(h);
	return pod_view_handler(hook, h) ? take_ptr(h) : NULL;
}

static void hook_free(struct pod_handler *h)
{
	if (h != NULL)
		pod_view_handler_deinit(h);
	free(h);
}

/* ---- env ---- */

static void read_ref(enum pod_env_source source, const json_t *ref, struct pod_env_var *ret)
{
	ret->source = source;
	ret->ref = json_str(ref, source == ENV_RESOURCE ? "containerName" : "name");
	ret->key = json_str(ref, source == ENV_RESOURCE ? "resource" :
				 source == ENV_FIELD	? "fieldPath" :
							  "key");
	ret->divisor = json_str(ref, "divisor");
	ret->optional = json_bool(ref, "optional", false);
}

static void read_env_var(const json_t *env, struct pod_env_var *ret)
{
	static const char *const paths[] = {
		[ENV_FIELD] = "valueFrom.fieldRef",
		[ENV_RESOURCE] = "valueFrom.resourceFieldRef",
		[ENV_CONFIG_MAP] = "valueFrom.configMapKeyRef",
		[ENV_SECRET] = "valueFrom.secretKeyRef",
	};

	ret->name = json_str_or(env, "name", "");
	ret->value = json_str_or(env, "value", "");
	for (size_t i = ENV_FIELD; i < ARRAY_SIZE(paths); i++) {
		const json_t *ref = json_obj(env, paths[i]);

		if (ref != NULL)
			read_ref((enum pod_env_source)i, ref, ret);
	}
}

static void read_env_from(const json_t *from, struct pod_env_from *ret)
{
	const json_t *map = json_obj(from, "configMapRef");
	const json_t *ref = map != NULL ? map : json_obj(from, "secretRef");

	ret->source = map != NULL ? ENV_CONFIG_MAP : ENV_SECRET;
	ret->prefix = json_str_or(from, "prefix", "");
	ret->ref = json_str_or(ref, "name", "");
	ret->optional = json_bool(ref, "optional", false);
}

static void read_env(const json_t *c, struct pod_container *ret)
{
	json_t *item;
	size_t i;

	ret->n_env = json_len(c, "env");
	ret->env = xcalloc(ret->n_env + 1, sizeof *ret->env);
	json_each(c, "env", i, item)
		read_env_var(item, &ret->env[i]);
	ret->n_env_from = json_len(c, "envFrom");
	ret->env_from = xcalloc(ret->n_env_from + 1, sizeof *ret->env_from);
	json_each(c, "envFrom", i, item)
		read_env_from(item, &ret->env_from[i]);
}

/* ---- ports, mounts, resources ---- */

static void read_ports(const json_t *c, struct pod_container *ret)
{
	json_t *port;
	size_t i;

	ret->n_ports = json_len(c, "ports");
	ret->ports = xcalloc(ret->n_ports + 1, sizeof *ret->ports);
	json_each(c, "ports", i, port) {
		ret->ports[i].name = json_str(port, "name");
		ret->ports[i].protocol = json_str_or(port, "protocol", "TCP");
		ret->ports[i].host_ip = json_str(port, "hostIP");
		ret->ports[i].container_port = (int)json_int(port, "containerPort", 0);
		ret->ports[i].host_port = (int)json_int(port, "hostPort", 0);
	}
}

static void read_mounts(const json_t *c, struct pod_container *ret)
{
	json_t *m;
	size_t i;

	ret->n_mounts = json_len(c, "volumeMounts");
	ret->mounts = xcalloc(ret->n_mounts + 1, sizeof *ret->mounts);
	json_each(c, "volumeMounts", i, m) {
		ret->mounts[i].name = json_str_or(m, "name", "");
		ret->mounts[i].path = json_str_or(m, "mountPath", "");
		ret->mounts[i].sub_path = json_str(m, "subPath");
		ret->mounts[i].sub_path_expr = json_str(m, "subPathExpr");
		ret->mounts[i].propagation = json_str(m, "mountPropagation");
		ret->mounts[i].recursive_read_only = json_str(m, "recursiveReadOnly");
		ret->mounts[i].read_only = json_bool(m, "readOnly", false);
	}
}

void pod_view_resources(const json_t *resources, struct pod_resources *ret)
{
	const json_t *requests = json_obj(resources, "requests");
	const json_t *limits = json_obj(resources, "limits");

	ret->cpu_request_milli = quantity_text_milli(json_str(requests, "cpu"), -1);
	ret->cpu_limit_milli = quantity_text_milli(json_str(limits, "cpu"), -1);
	ret->memory_request = quantity_text_value(json_str(requests, "memory"), -1);
	ret->memory_limit = quantity_text_value(json_str(limits, "memory"), -1);
	ret->ephemeral_request = quantity_text_value(json_str(requests, "ephemeral-storage"), -1);
	ret->ephemeral_limit = quantity_text_value(json_str(limits, "ephemeral-storage"), -1);
}

/* ---- security ---- */

static void read_security(const struct pod *pod, const json_t *own,
			  struct pod_container_security *ret)
{
	const json_t *of_pod = json_obj(pod->object, "spec.securityContext");
	const json_t *seccomp = json_obj(own, "seccompProfile");

	if (seccomp == NULL)
		seccomp = json_obj(of_pod, "seccompProfile");
	ret->run_as_user = json_int(own, "runAsUser", pod->run_as_user);
	ret->run_as_group = json_int(own, "runAsGroup", pod->run_as_group);
	ret->run_as_non_root = json_bool(own, "runAsNonRoot", pod->run_as_non_root);
	ret->privileged = json_bool(own, "privileged", false);
	ret->read_only_root = json_bool(own, "readOnlyRootFilesystem", false);
	ret->allow_escalation = json_bool(own, "allowPrivilegeEscalation", true);
	ret->cap_add = strv_from_json(json_arr(own, "capabilities.add"));
	ret->cap_drop = strv_from_json(json_arr(own, "capabilities.drop"));
	ret->seccomp = json_str(seccomp, "type");
	ret->seccomp_profile = json_str(seccomp, "localhostProfile");
	ret->proc_mount = json_str(own, "procMount");
}

/* ---- the container ---- */

static enum pod_pull_policy pull_policy(const char *word)
{
	if (streq(word, "Always"))
		return POD_PULL_ALWAYS;
	return streq(word, "Never") ? POD_PULL_NEVER : POD_PULL_IF_NOT_PRESENT;
}

static void read_scalars(const json_t *c, struct pod_container *ret)
{
	ret->name = json_str_or(c, "name", "");
	ret->image = json_str_or(c, "image", "");
	ret->working_dir = json_str(c, "workingDir");
	ret->pull_policy = pull_policy(json_str(c, "imagePullPolicy"));
	ret->command = strv_from_json(json_arr(c, "command"));
	ret->args = strv_from_json(json_arr(c, "args"));
	ret->termination_path = json_str_or(c, "terminationMessagePath", "/dev/termination-log");
	ret->termination_policy = json_str_or(c, "terminationMessagePolicy", "File");
	ret->stdin_open = json_bool(c, "stdin", false);
	ret->stdin_once = json_bool(c, "stdinOnce", false);
	ret->tty = json_bool(c, "tty", false);
}

void pod_view_container(struct pod *pod, const json_t *c, enum pod_container_kind kind,
			struct pod_container *ret)
{
	ret->kind = kind;
	read_scalars(c, ret);
	pod_view_restart(c, ret);
	read_env(c, ret);
	read_ports(c, ret);
	read_mounts(c, ret);
	ret->liveness = probe_new(json_obj(c, "livenessProbe"));
	ret->readiness = probe_new(json_obj(c, "readinessProbe"));
	ret->startup = probe_new(json_obj(c, "startupProbe"));
	ret->post_start = hook_new(json_obj(c, "lifecycle.postStart"));
	ret->pre_stop = hook_new(json_obj(c, "lifecycle.preStop"));
	ret->stop_signal = json_str(c, "lifecycle.stopSignal");
	pod_view_resources(json_obj(c, "resources"), &ret->resources);
	read_security(pod, json_obj(c, "securityContext"), &ret->security);
}

void pod_view_container_deinit(struct pod_container *c)
{
	pod_view_restart_deinit(c);
	strv_free(c->command);
	strv_free(c->args);
	free(c->env);
	free(c->env_from);
	free(c->ports);
	free(c->mounts);
	probe_free(c->liveness);
	probe_free(c->readiness);
	probe_free(c->startup);
	hook_free(c->post_start);
	hook_free(c->pre_stop);
	strv_free(c->security.cap_add);
	strv_free(c->security.cap_drop);
}
