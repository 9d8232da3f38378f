/*
 * node_status: what the node says of itself.
 *
 * The Node object is written at start; the lease alone is written again and again. Capacity comes from
 * /proc; all of it is allocatable. The timer of the lease is the only one that an idle kubelet has.
 *
 * Somebody else may say that the node is not ready: the controller that missed its lease. The node sees it by a watch on
 * itself, and says at once that it is.
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
#include "api/selector.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "kubelet/node_object.h"

#define LEASE_NS (10 * NSEC_PER_SEC)
#define LEASE_NAMESPACE "kube-node-lease"
#define MAX_PODS 1100
#define SMALL_FILE 65536
#define TRIES 5

struct node_status {
	struct kubelet *k;
	int64_t cpu_milli, memory;
	struct loop_timer *timer;
	struct store_watch *watch;
	bool unsaid; /* the store shows us not ready, and could not be told better */
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

static json_t *amounts(const struct node_status *n)
{
	return json_pack("{s:o,s:o,s:o,s:o}", "cpu", json_sprintf("%" PRId64, n->cpu_milli / 1000),
			 "memory", json_sprintf("%" PRId64 "Ki", n->memory / 1024), "pods",
			 json_sprintf("%d", MAX_PODS), "ephemeral-storage",
			 json_sprintf("%" PRId64 "Ki", read_disk(n->k->root) / 1024));
}

static json_t *node_status_json(const struct node_status *n, const json_t *old, const char *now)
{
	const char *ip = runtime_node_ip(n->k->rt);

	return json_pack("{s:o,s:o,s:o,s:[{s:s,s:s},{s:s,s:s}],s:o}", "capacity", amounts(n),
			 "allocatable", amounts(n), "conditions",
			 node_conditions(json_arr(old, "conditions"), now), "addresses", "type",
			 "InternalIP", "address", ip ? ip : "127.0.0.1", "type", "Hostname",
			 "address", n->k->node_name, "nodeInfo", node_info(n->k));
}

static struct node_facts facts_of(const struct kubelet *k)
{
	return (struct node_facts){
		.name = k->node_name,
		.labels = k->labels,
		.taints = k->taints,
		.socket = k->socket,
		.pod_cidr = k->pod_cidr,
	};
}

/* stored: as it is now; its version is a precondition. */
static int write_status(struct node_status *n, const json_t *stored, struct error *err)
{
	_cleanup_json_ json_t *obj = json_copy((json_t *)stored), *done = NULL;
	char now[CLOCK_STAMP_MAX];

	clock_format(clock_nominal_ns(n->k->clock), now);
	json_take_set(obj, "status", node_status_json(n, json_obj(stored, "status"), now));
	return store_update(n->k->store, &kind_node, STORE_STATUS, obj, &done, err);
}

/* A Node of an earlier life. */
static int take_up(struct node_status *n, json_t **ret, struct error *err)
{
	struct node_facts facts = facts_of(n->k);
	_cleanup_json_ json_t *obj = NULL;
	int r = store_get(n->k->store, &kind_node, NULL, n->k->node_name, &obj, err);

	if (r == 0 && node_object_refresh(&facts, obj))
		return store_update(n->k->store, &kind_node, STORE_META, obj, ret, err);
	if (r == 0)
		*ret = take_ptr(obj);
	return r;
}

/* Others may write at the same time. */
static int register_node(struct node_status *n, struct error *err)
{
	struct node_facts facts = facts_of(n->k);
	_cleanup_json_ json_t *obj = node_object_new(&facts);
	int r = STORE_CONFLICT;

	for (int i = 0; i < TRIES && r == STORE_CONFLICT; i++) {
		_cleanup_json_ json_t *stored = NULL;

		error_clear(err);
		r = store_create(n->k->store, &kind_node, NULL, obj, &stored, err);
		if (r == STORE_EXISTS) {
			error_clear(err);
			r = take_up(n, &stored, err);
		}
		if (r == 0)
			r = write_status(n, stored, err);
	}
	return r;
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

/* After a failure it is tried again with the next lease. */
static void say_ready(struct node_status *n)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *stored = NULL;
	int r = store_get(n->k->store, &kind_node, NULL, n->k->node_name, &stored, &err);

	/* The lease first: who finds it old would say once more that we are not. */
	if (r == 0 && !node_object_is_ready(stored)) {
		renew(n);
		r = write_status(n, stored, &err);
	}
	n->unsaid = r != 0 && r != STORE_NOT_FOUND;
	if (n->unsaid)
		log_debug("kubelet", "status of the node: %s", error_text(&err));
}

static void node_event(void *userdata, const struct store_event *event)
{
	struct node_status *n = userdata;

	if ((event->type == STORE_ADDED || event->type == STORE_MODIFIED) &&
	    !node_object_is_ready(event->object))
		say_ready(n);
}

static int watch_node(struct node_status *n, struct error *err)
{
	_cleanup_free_ char *text = str_printf("metadata.name=%s", n->k->node_name);
	struct field_selector *own = NULL;
	struct store_list_opts opts = { 0 };
	int r = field_selector_parse(&kind_node, text, &own, err);

	if (r < 0)
		return r;
	opts.fields = own;
	r = store_watch(n->k->store, &kind_node, &opts, 0, node_event, n, &n->watch, err);
	field_selector_free(own);
	return r;
}

static void lease_tick(void *userdata)
{
	struct node_status *n = userdata;

	renew(n);
	if (n->unsaid)
		say_ready(n);
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
	if (r == 0)
		r = watch_node(n, err);
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
	store_watch_free(n->watch);
	loop_timer_free(n->timer);
	free(n);
	return NULL;
}
