/*
 * pod_sandbox: the sandbox of a worker's pod.
 *
 * Its id is UID.ATTEMPT, its labels name the pod, so that a later podd knows whose it is. When it dies by itself,
 * what ran in it is lost; what is left of it is removed first, then the sync decides whether there is
 * another.
 */
#include "kubelet/pod_sandbox.h"

#include <limits.h>
#include <string.h>

#include "api/meta.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"
#include "kubelet/events.h"
#include "kubelet/hosts.h"
#include "kubelet/pod_worker.h"
#include "kubelet/resources.h"
#include "proxy/proxy.h"

#define SANDBOX_RETRY_NS (10 * NSEC_PER_SEC)
#define RESOLV_MAX (64 * 1024)

static void created(void *userdata, const struct error *err)
{
	struct pod_worker *w = userdata;

	if (err) {
		pod_event(w, "Warning", "FailedCreatePodSandBox",
			  "Failed to create pod sandbox: %s", error_text(err));
		w->sandbox = NULL;
		w->sandbox_state = SB_NONE;
		w->sandbox_retry_ns = clock_nominal_ns(w->k->clock) + SANDBOX_RETRY_NS;
	} else if (w->sandbox_state == SB_CREATING) {
		w->sandbox_state = SB_READY;
		free(w->pod_ip);
		w->pod_ip = xstrdup(w->pod->host_network ? runtime_node_ip(w->k->rt) :
							   sandbox_ip(w->sandbox));
	}
	pod_worker_kick(w);
}

static struct port_mapping *make_ports(const struct pod *pod, size_t *ret_n)
{
	struct port_mapping *list = NULL;
	size_t n = 0;

	for (size_t i = 0; !pod->host_network && i < pod->n_containers; i++) {
		const struct pod_container *c = &pod->containers[i];

		list = xrealloc(list, (n + c->n_ports + 1) * sizeof(*list));
		for (size_t j = 0; j < c->n_ports; j++) {
			if (c->ports[j].host_port)
				list[n++] = (struct port_mapping){
					.container_port = c->ports[j].container_port,
					.host_port = c->ports[j].host_port,
					.protocol = c->ports[j].protocol,
					.host_ip = c->ports[j].host_ip,
				};
		}
	}
	*ret_n = n;
	return list;
}

static json_t *make_labels(const struct pod_worker *w)
{
	return json_pack("{s:s,s:s,s:s,s:i}", "uid", w->uid, "ns", w->pod->ns, "pod", w->pod->name,
			 "attempt", w->sandbox_attempts);
}

static char *make_resolv_conf(const struct pod_worker *w)
{
	_cleanup_free_ char *own = NULL;

	fs_read_file(AT_FDCWD, "/etc/resolv.conf", RESOLV_MAX, &own, NULL, NULL);
	return hosts_resolv_conf(w->pod, PROXY_DNS_ADDRESS, own);
}

void pod_sandbox_create(struct pod_worker *w)
{
	const struct pod *p = w->pod;
	_cleanup_free_ char *id = str_printf("%s.%d", w->uid, w->sandbox_attempts);
	_cleanup_free_ char *name = p->host_network ? NULL : hosts_name(p);
	_cleanup_free_ char *logs = kubelet_log_dir(w->k, p), *resolv = make_resolv_conf(w);
	_cleanup_free_ struct port_mapping *ports = NULL;
	_cleanup_json_ json_t *labels = make_labels(w);
	_cleanup_error_ struct error err = ERROR_INIT;
	struct sandbox_config cfg = {
		.id = id,
		.hostname = name,
		.log_dir = logs,
		.resolv_conf = resolv,
		.host_network = p->host_network,
		.host_pid = p->host_pid,
		.host_ipc = p->host_ipc,
		.share_pid = p->share_process_namespace,
		.user_namespace = !p->host_users,
		.sysctls = p->sysctls,
		.limits = resources_pod(p),
		.labels = labels,
	};

	if (w->had_sandbox)
		pod_event(w, "Normal", "SandboxChanged",
			  "Pod sandbox changed, it will be killed and re-created.");
	cfg.ports = ports = make_ports(p, &cfg.n_ports);
	w->sandbox_state = SB_CREATING;
	w->sandbox_attempts++;
	for (size_t i = 0; i < w->n_ctrs; i++)
		ctr_new_sandbox(&w->ctrs[i]);
	if (name && strlen(name) > HOST_NAME_MAX)
		error_set(&err, ERR_INVALID, NULL,
			  "pod FQDN \"%s\" is too long (64 characters is the max, %zu characters "
			  "requested)",
			  name, strlen(name));
	else
		sandbox_run(w->k->rt, &cfg, created, w, &w->sandbox, &err);
	if (error_is_set(&err))
		created(w, &err);
}

static void removed(void *userdata, const struct error *err _unused_)
{
	struct pod_worker *w = userdata;

	w->sandbox = NULL;
	w->sandbox_state = SB_NONE;
	pod_worker_kick(w);
}

int pod_sandbox_remove(struct pod_worker *w)
{
	if (w->sandbox_state != SB_READY)
		return 0;
	w->sandbox_state = SB_REMOVING;
	for (size_t i = 0; i < w->n_ctrs; i++)
		w->ctrs[i].rt = w->ctrs[i].old_rt = NULL;
	sandbox_remove(w->sandbox, removed, w);
	return 1;
}

void pod_worker_sandbox_gone(struct pod_worker *w)
{
	if (w->sandbox_state != SB_READY)
		return;
	w->had_sandbox = true;
	for (size_t i = 0; i < w->n_ctrs; i++)
		ctr_lost(&w->ctrs[i]);
	free(take_ptr(w->pod_ip));
	pod_sandbox_remove(w);
	pod_worker_kick(w);
}
