/*
 * admission: the checks of the node itself. A pod that came by the scheduler passes them; one bound by hand
 * (spec.nodeName) may not: then it is Failed for good, no container was started.
 *
 * Requests are compared with what the pods that are here and not finished ask for.
 */
#include "kubelet/admission.h"

#include <inttypes.h>

#include "api/cluster.h"
#include "api/node_affinity.h"
#include "base/json.h"
#include "base/str.h"
#include "kubelet/node_status.h"
#include "kubelet/pod_worker.h"

struct usage {
	int64_t cpu, memory, pods;
};

static struct usage usage_of_others(const struct pod_worker *me)
{
	struct pod_worker *w = NULL, *next = NULL;
	struct usage u = { 0 };

	HASH_ITER(hh, me->k->workers, w, next) {
		int64_t cpu, memory;

		if (w == me || !w->admitted || w->stage == WORKER_TERMINATED)
			continue;
		pod_requests(w->pod, &cpu, &memory);
		u.cpu += cpu;
		u.memory += memory;
		u.pods++;
	}
	return u;
}

static bool too_much(const char *what, const char *reason_word, int64_t asked, int64_t used,
		     int64_t capacity, char **reason, char **message)
{
	if (asked == 0 || asked + used <= capacity)
		return false;
	*reason = xstrdup(reason_word);
	*message = str_printf("Node didn't have enough resource: %s, requested: %" PRId64
			      ", used: %" PRId64 ", capacity: %" PRId64,
			      what, asked, used, capacity);
	return true;
}

static bool resources_lack(struct pod_worker *w, char **reason, char **message)
{
	const struct node_status *n = w->k->node;
	struct usage u = usage_of_others(w);
	int64_t cpu, memory;

	pod_requests(w->pod, &cpu, &memory);
	return too_much("pods", "OutOfpods", 1, u.pods, node_max_pods(n), reason, message) ||
	       too_much("cpu", "OutOfcpu", cpu, u.cpu, node_cpu_milli(n), reason, message) ||
	       too_much("memory", "OutOfmemory", memory, u.memory, node_memory(n), reason, message);
}

static bool sysctl_is_safe(const char *setting)
{
	static const char *const safe[] = {
		"kernel.shm_rmid_forced=",
		"net.ipv4.ip_local_port_range=",
		"net.ipv4.tcp_syncookies=",
		"net.ipv4.ping_group_range=",
		"net.ipv4.ip_unprivileged_port_start=",
		"net.ipv4.ip_local_reserved_ports=",
		"net.ipv4.tcp_keepalive_time=",
		"net.ipv4.tcp_fin_timeout=",
		"net.ipv4.tcp_keepalive_intvl=",
		"net.ipv4.tcp_keepalive_probes=",
		"net.ipv4.tcp_rmem=",
		"net.ipv4.tcp_wmem=",
	};

	for (size_t i = 0; i < ARRAY_SIZE(safe); i++) {
		if (str_starts(setting, safe[i]))
			return true;
	}
	return false;
}

static bool sysctl_forbidden(const struct pod *p, char **reason, char **message)
{
	for (char **s = p->sysctls; s && *s; s++) {
		_cleanup_strv_ char **parts = strv_split(*s, '=');
		bool shared = (p->host_network && str_starts(*s, "net.")) ||
			      (p->host_ipc && str_starts(*s, "kernel.shm"));

		if (sysctl_is_safe(*s) && !shared)
			continue;
		*reason = xstrdup("SysctlForbidden");
		*message =
			str_printf("forbidden sysctl: \"%s\" %s", parts[0],
				   shared ? "not allowed with host namespace" : "not allowlisted");
		return true;
	}
	return false;
}

static bool affinity_fails(struct pod_worker *w, char **reason, char **message)
{
	_cleanup_json_ json_t *node = NULL;

	if (store_get(w->k->store, &kind_node, NULL, w->k->node_name, &node, NULL) != 0 ||
	    node_affinity_matches(w->object, node))
		return false;
	*reason = xstrdup("NodeAffinity");
	*message = xstrdup("Predicate NodeAffinity failed: node(s) didn't match Pod's node "
			   "affinity/selector");
	return true;
}

static bool system_differs(const struct pod_worker *w, char **reason, char **message)
{
	const char *os = json_str(w->object, "spec.os.name");

	if (!os || streq(os, "linux"))
		return false;
	*reason = xstrdup("PodOSNotSupported");
	*message = xstrdup("Failed to admit pod as the OS field doesn't match node OS");
	return true;
}

bool admission_check(struct pod_worker *w, char **reason, char **message)
{
	return !resources_lack(w, reason, message) && !sysctl_forbidden(w->pod, reason, message) &&
	       !affinity_fails(w, reason, message) && !system_differs(w, reason, message);
}
