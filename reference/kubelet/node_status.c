/*
 * node_status: what the node says of itself.
 *
 * The Node object is written at start; the lease alone is written again and again. Who does not see it for a while says that the
 * node's state is Unknown: with the next lease the status is written anew. Capacity comes from
 * /proc; all of it is allocatable. The timer of the lease is the only one that an idle kubelet has.
 */
#include "kubelet/node_status.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "api/cluster.h"
#include "api/meta.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"

#define LEASE_NS (10 * NSEC_PER_SEC)
#define LEASE_NAMESPACE "kube-node-lease"
#define MAX_PODS 1100
#define SMALL_FILE 65536

struct node_status {
	struct kubelet *k;
	int64_t cpu_milli, memory;
	struct loop_timer *timer;
};

int64_t node_cpu_milli(const struct node_status *n)
{
	return n->cpu_milli;
}

int64_t node_memory(const struct node_status *n)
{
	return n->memory;
}

int64_t node_max_pods(const struct node_status *n _unused_)
{
	return MAX_PODS;
}

static int64_t read_memory(void)
{
	return (int64_t)sysconf(_SC_PHYS_PAGES) * sysconf(_SC_PAGESIZE);
}

/* Of the file system that holds the root. */
static int64_t read_disk(const char *root)
{
	struct statvfs fs;

	return statvfs(root, &fs) == 0 ? (int64_t)fs.f_blocks * (int64_t)fs.f_frsize : 0;
}

/* The first line of a small file, or "". */
static char *read_line(const char *path)
{
	char *text = NULL;

	if (fs_read_file(AT_FDCWD, path, SMALL_FILE, &text, NULL, NULL) != 0)
		return xstrdup("");
	text[strcspn(text, "\n")] = 0;
	return text;
}

static char *os_name(void)
{
	_cleanup_free_ char *text = NULL;
	char *at, *name;

	if (fs_read_file(AT_FDCWD, "/etc/os-release", SMALL_FILE, &text, NULL, NULL) != 0)
		return xstrdup("Linux");
	at = strstr(text, "PRETTY_NAME=\"");
	if (!at)
		return xstrdup("Linux");
	name = xstrdup(at + strlen("PRETTY_NAME=\""));
	name[strcspn(name, "\"\n")] = 0;
	return name;
}

static json_t *node_info(const struct kubelet *k)
{
	_cleanup_free_ char *boot = read_line("/proc/sys/kernel/random/boot_id");
	_cleanup_free_ char *machine = read_line("/etc/machine-id"), *os = os_name();
	struct utsname u = { 0 };

	uname(&u);
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:o,s:s,s:s,s:s,s:s}", "machineID", machine,
			 "systemUUID", machine, "bootID", boot, "kernelVersion", u.release,
			 "osImage", os, "containerRuntimeVersion",
			 json_sprintf("podd://%s", k->version), "kubeletVersion", KUBELET_VERSION,
			 "kubeProxyVersion", "", "operatingSystem", "linux", "architecture",
			 streq(u.machine, "aarch64") ? "arm64" : "amd64");
}

static json_t *condition(const char *type, bool is_true, const char *reason, const char *message,
			 const char *now)
{
	return json_pack("{s:s,s:s,s:s,s:s,s:s,s:s}", "type", type, "status",
			 is_true ? "True" : "False", "lastHeartbeatTime", now, "lastTransitionTime",
			 now, "reason", reason, "message", message);
}

static json_t *conditions(const char *now)
{
	return json_pack("[o,o,o,o]",
			 condition("MemoryPressure", false, "KubeletHasSufficientMemory",
				   "kubelet has sufficient memory available", now),
			 condition("DiskPressure", false, "KubeletHasNoDiskPressure",
				   "kubelet has no disk pressure", now),
			 condition("PIDPressure", false, "KubeletHasSufficientPID",
				   "kubelet has sufficient PID available", now),
			 condition("Ready", true, "KubeletReady", "kubelet is posting ready status",
				   now));
}

static json_t *amounts(const struct node_status *n)
{
	return json_pack("{s:o,s:o,s:o,s:o}", "cpu", json_sprintf("%" PRId64, n->cpu_milli / 1000),
			 "memory", json_sprintf("%" PRId64 "Ki", n->memory / 1024), "pods",
			 json_sprintf("%d", MAX_PODS), "ephemeral-storage",
			 json_sprintf("%" PRId64 "Ki", read_disk(n->k->root) / 1024));
}

static json_t *node_status_json(const struct node_status *n, const char *now)
{
	const char *ip = runtime_node_ip(n->k->rt);

	return json_pack("{s:o,s:o,s:o,s:[{s:s,s:s},{s:s,s:s}],s:o}", "capacity", amounts(n),
			 "allocatable", amounts(n), "conditions", conditions(now), "addresses",
			 "type", "InternalIP", "address", ip ? ip : "127.0.0.1", "type", "Hostname",
			 "address", n->k->node_name, "nodeInfo", node_info(n->k));
}

static json_t *node_object(const struct kubelet *k)
{
	return json_pack("{s:s,s:s,s:{s:s,s:{s:s,s:s,s:s}},s:{}}", "apiVersion", "v1", "kind",
			 "Node", "metadata", "name", k->node_name, "labels",
			 "kubernetes.io/hostname", k->node_name, "kubernetes.io/os", "linux",
			 "kubernetes.io/arch", "amd64", "spec");
}

/* stored: the node as it is; what is written holds whatever version is there by then. */
static int write_status(struct node_status *n, const json_t *stored, struct error *err)
{
	_cleanup_json_ json_t *obj = json_deep_copy(stored), *done = NULL;
	char now[CLOCK_STAMP_MAX];

	clock_format(clock_nominal_ns(n->k->clock), now);
	json_object_del(json_obj(obj, "metadata"), "resourceVersion");
	json_take_set(obj, "status", node_status_json(n, now));
	return store_update(n->k->store, &kind_node, STORE_STATUS, obj, &done, err);
}

static int register_node(struct node_status *n, struct error *err)
{
	struct kubelet *k = n->k;
	_cleanup_json_ json_t *obj = node_object(k), *stored = NULL;
	int r = store_create(k->store, &kind_node, NULL, obj, &stored, err);

	if (r == STORE_EXISTS) {
		error_clear(err);
		r = store_get(k->store, &kind_node, NULL, k->node_name, &stored, err);
	}
	return r == 0 ? write_status(n, stored, err) : r;
}

static json_t *lease_object(const struct kubelet *k, const char *now)
{
	return json_pack("{s:s,s:s,s:{s:s,s:s},s:{s:s,s:i,s:s}}", "apiVersion",
			 "coordination.k8s.io/v1", "kind", "Lease", "metadata", "name",
			 k->node_name, "namespace", LEASE_NAMESPACE, "spec", "holderIdentity",
			 k->node_name, "leaseDurationSeconds", 40, "renewTime", now);
}

static void renew(struct node_status *n)
{
	struct kubelet *k = n->k;
	char now[CLOCK_STAMP_MAX];
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *lease = NULL;
	int r;

	clock_format_micro(clock_nominal_ns(k->clock), now);
	lease = lease_object(k, now);
	r = store_update(k->store, &kind_lease, STORE_SPEC, lease, NULL, &err);
	if (r == STORE_NOT_FOUND)
		r = store_create(k->store, &kind_lease, LEASE_NAMESPACE, lease, NULL, &err);
	if (r != 0)
		log_debug("kubelet", "lease: %s", error_text(&err));
}

/* Somebody else has said that we are not ready. */
static void take_back_doubts(struct node_status *n)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *node = NULL;

	if (store_get(n->k->store, &kind_node, NULL, n->k->node_name, &node, NULL) == 0 &&
	    !condition_is_true(node, "Ready") && write_status(n, node, &err) != 0)
		log_debug("kubelet", "node %s: %s", n->k->node_name, error_text(&err));
}

static void lease_tick(void *userdata)
{
	struct node_status *n = userdata;

	renew(n);
	take_back_doubts(n);
	loop_timer_set(n->timer, clock_scale_delay_ns(n->k->clock, LEASE_NS));
}

static void make_lease_namespace(struct kubelet *k)
{
	_cleanup_json_ json_t *ns = json_pack("{s:s,s:s,s:{s:s}}", "apiVersion", "v1", "kind",
					      "Namespace", "metadata", "name", LEASE_NAMESPACE);

	store_create(k->store, &kind_namespace, NULL, ns, NULL, NULL);
}

int node_status_new(struct kubelet *k, struct node_status **ret, struct error *err)
{
	struct node_status *n = xnew(n);
	int r;

	n->k = k;
	n->cpu_milli = sysconf(_SC_NPROCESSORS_ONLN) * 1000;
	n->memory = read_memory();
	r = register_node(n, err);
	if (r != 0) {
		node_status_free(n);
		return error_wrap(err, "node %s", k->node_name);
	}
	make_lease_namespace(k);
	n->timer = loop_timer_new(k->loop, lease_tick, n);
	lease_tick(n);
	*ret = n;
	return 0;
}

struct node_status *node_status_free(struct node_status *n)
{
	if (!n)
		return NULL;
	loop_timer_free(n->timer);
	free(n);
	return NULL;
}
