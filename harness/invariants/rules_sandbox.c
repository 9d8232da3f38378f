/*
 * rules_sandbox: one sandbox per pod: its addresses, and the namespaces that its containers find themselves in.
 *
 * Namespaces are compared by the inode numbers that guests state at their start. A number may be given again when a namespace has
 * ended, so two are told apart only where a line proves that both processes lived at one time.
 */
#include "invariants/rules.h"

/* ---- addresses ---- */

static const char *address(const struct version *v, const char *path)
{
	const char *text = json_str(v->object, path);

	return text ? text : "";
}

static void ip_stays(struct scene *s)
{
	if (*address(s->before, "status.podIP"))
		judge(s,
		      streq(address(s->before, "status.podIP"), address(s->now, "status.podIP")));
}

static void ip_is_the_first(struct scene *s)
{
	if (*address(s->now, "status.podIP") && now_at(s, "status.podIPs"))
		judge(s, streq(address(s->now, "status.podIP"),
			       address(s->now, "status.podIPs.0.ip")));
}

static void host_network_has_host_ip(struct scene *s)
{
	if (json_truth(s->spec, "hostNetwork", false) && *address(s->now, "status.podIP"))
		judge(s, streq(address(s->now, "status.podIP"), address(s->now, "status.hostIP")));
}

static void accepted_has_host_ip(struct scene *s)
{
	if (node_speaks(s->now))
		judge(s, *address(s->now, "status.hostIP"));
}

static void running_has_an_ip(struct scene *s)
{
	if (json_path(s->status, "state.running"))
		judge(s, *address(s->now, "status.podIP"));
}

static void guest_has_the_ip(struct scene *s)
{
	const struct hist_event *e;
	size_t i = 0;

	for (size_t v = 0; v < s->life->n; v++)
		if (*address(&s->life->versions[v], "status.podIP"))
			s->now = &s->life->versions[v];
	if (!s->now)
		return;
	while ((e = next_event(s->actor, SOURCE_GUEST, "start", &i))) {
		json_t *addrs = json_object_get(e->content, "addrs");
		_cleanup_strv_ char **list = json_strv(addrs);

		if (json_array_size(addrs))
			judge_event(s, strv_has(list, address(s->now, "status.podIP")), e);
	}
}

/* ---- namespaces ---- */

static const char *namespace(const struct hist_event *start, const char *which)
{
	_cleanup_free_ char *path = xasprintf("ns.%s", which);

	return json_str(start->content, path);
}

/* Do all containers of the pod, each time they start, find themselves in one namespace? */
static void one_namespace(struct scene *s, const char *which)
{
	const struct hist_event *first = NULL, *e;

	for (size_t i = 0; i < s->n_actors; i++) {
		size_t k = 0;

		while ((e = next_event(&s->actors[i], SOURCE_GUEST, "start", &k))) {
			if (!namespace(e, which))
				continue;
			if (first)
				judge_event(s, streq(namespace(first, which), namespace(e, which)),
					    e);
			else
				first = e;
		}
	}
}

static void one_network(struct scene *s)
{
	one_namespace(s, "net");
}

static void one_ipc(struct scene *s)
{
	one_namespace(s, "ipc");
}

static void one_uts(struct scene *s)
{
	one_namespace(s, "uts");
}

static void restart_keeps_the_sandbox(struct scene *s)
{
	size_t i = 0;
	const struct hist_event *first = next_event(s->actor, SOURCE_GUEST, "start", &i), *e;

	while (first && namespace(first, "net") &&
	       (e = next_event(s->actor, SOURCE_GUEST, "start", &i)))
		judge_event(s, streq(namespace(first, "net"), namespace(e, "net")), e);
}

/* Was the process that said `start` there when the other one started: begun before, and heard after? */
static bool was_there(const struct actor *a, const struct hist_event *start,
		      const struct hist_event *other)
{
	return start->boot == other->boot && start->stamp <= other->stamp &&
	       last_line(a, start)->stamp > other->stamp;
}

/* Does each other container of the pod that lives when this one starts have its own namespace? */
static void own_namespace(struct scene *s, const char *which)
{
	const struct hist_event *mine, *other;
	size_t i = 0;

	while ((mine = next_event(s->actor, SOURCE_GUEST, "start", &i)))
		for (size_t k = 0; k < s->n_actors; k++) {
			const struct actor *a = &s->actors[k];
			size_t n = 0;

			while (a != s->actor && (other = next_event(a, SOURCE_GUEST, "start", &n)))
				if (namespace(mine, which) && was_there(a, other, mine))
					judge_event(s,
						    !streq(namespace(other, which),
							   namespace(mine, which)),
						    mine);
		}
}

static void own_mounts(struct scene *s)
{
	own_namespace(s, "mnt");
}

static bool shares_processes(const struct scene *s)
{
	return json_truth(s->spec, "shareProcessNamespace", false) ||
	       json_truth(s->spec, "hostPID", false);
}

static void own_processes(struct scene *s)
{
	const struct hist_event *e;
	size_t i = 0;

	if (shares_processes(s))
		return;
	while ((e = next_event(s->actor, SOURCE_GUEST, "start", &i)))
		judge_event(s, json_int(e->content, "pid", 0) == 1, e);
	own_namespace(s, "pid");
}

static void shared_processes(struct scene *s)
{
	const struct hist_event *e;
	size_t i = 0;

	if (!json_truth(s->spec, "shareProcessNamespace", false))
		return;
	while ((e = next_event(s->actor, SOURCE_GUEST, "start", &i)))
		judge_event(s, json_int(e->content, "pid", 0) > 1, e);
}

static bool is_of_this_pod(const struct scene *s, const struct hist_event *e)
{
	size_t len = strlen(s->life->name);

	return !strncmp(e->who, s->life->name, len) && e->who[len] == '/';
}

/* Any line of another pod's process before and behind `mine` proves that it lived then. */
static bool lives_at(const struct scene *s, const struct hist_event *start,
		     const struct hist_event *mine)
{
	if (start->boot != mine->boot || start->stamp > mine->stamp)
		return false;
	for (size_t i = 0; i < s->h->n; i++) {
		const struct hist_event *e = s->h->events[i];

		if (e->source == SOURCE_GUEST && streq(e->who, start->who) && same_run(start, e) &&
		    e->stamp > mine->stamp)
			return true;
	}
	return false;
}

static void apart_from_other_pods(struct scene *s, const char *which)
{
	const struct hist_event *mine = first_event(s->actor, SOURCE_GUEST, "start");

	if (!mine || !namespace(mine, which))
		return;
	for (size_t i = 0; i < s->h->n; i++) {
		const struct hist_event *e = s->h->events[i];

		if (e->source == SOURCE_GUEST && streq(e->words[0], "start") &&
		    namespace(e, which) && !is_of_this_pod(s, e) && lives_at(s, e, mine))
			judge_event(s, !streq(namespace(e, which), namespace(mine, which)), mine);
	}
}

static void network_of_its_own(struct scene *s)
{
	if (!json_truth(s->spec, "hostNetwork", false))
		apart_from_other_pods(s, "net");
}

static void ipc_of_its_own(struct scene *s)
{
	if (!json_truth(s->spec, "hostIPC", false))
		apart_from_other_pods(s, "ipc");
}

#define GUESTS (NEW_SANDBOX | TWO_LIVES)

static const struct rule rules[] = {
	{ "NET-010", "ip-stays", "podIP never changes while the sandbox lives", RULE_STEP, ip_stays,
	  STATUS_WRITTEN | NEW_SANDBOX, "status.podIP", NULL },
	{ "NET-001", "ip-is-the-first", "podIP is the first of podIPs", RULE_VERSION,
	  ip_is_the_first, STATUS_WRITTEN, "status", NULL },
	{ "NS-010", "host-network-has-host-ip", "with hostNetwork podIP is hostIP", RULE_VERSION,
	  host_network_has_host_ip, STATUS_WRITTEN, "status", NULL },
	{ "NET-014", "accepted-has-host-ip", "a pod that its node has accepted has a hostIP",
	  RULE_VERSION, accepted_has_host_ip, STATUS_WRITTEN, "status", "pod.status" },
	{ "NET-017", "running-has-an-ip", "a container runs only when the pod has its address",
	  RULE_STATUS, running_has_an_ip, STATUS_WRITTEN, NULL, "pod.status" },
	{ "NET-001", "guest-has-the-ip", "the containers see podIP on an interface", RULE_CONTAINER,
	  guest_has_the_ip, GUESTS | STATUS_WRITTEN, NULL, NULL },
	{ "NS-001", "one-network", "all containers of a pod are in one network namespace", RULE_POD,
	  one_network, GUESTS | MEDDLED, NULL, NULL },
	{ "NS-002", "one-ipc", "all containers of a pod are in one IPC namespace", RULE_POD,
	  one_ipc, GUESTS | MEDDLED, NULL, NULL },
	{ "NS-003", "one-uts", "all containers of a pod are in one UTS namespace", RULE_POD,
	  one_uts, GUESTS | MEDDLED, NULL, NULL },
	{ "NS-014", "restart-keeps-the-sandbox", "a restart finds the same network namespace",
	  RULE_CONTAINER, restart_keeps_the_sandbox, GUESTS | MEDDLED, NULL, NULL },
	{ "NS-007", "own-mounts", "each container has a mount namespace of its own", RULE_CONTAINER,
	  own_mounts, GUESTS | MEDDLED, NULL, NULL },
	{ "NS-004", "own-processes", "a container is process 1 of a PID namespace of its own",
	  RULE_CONTAINER, own_processes, GUESTS | MEDDLED, NULL, NULL },
	{ "NS-005", "shared-processes", "with shared processes no container is process 1",
	  RULE_CONTAINER, shared_processes, GUESTS | MEDDLED, NULL, NULL },
	{ "NS-001", "network-of-its-own", "two pods that live are in two network namespaces",
	  RULE_CONTAINER, network_of_its_own, GUESTS | MEDDLED, NULL, NULL },
	{ "NS-022", "ipc-of-its-own", "two pods that live are in two IPC namespaces",
	  RULE_CONTAINER, ipc_of_its_own, GUESTS | MEDDLED, NULL, NULL },
};

const struct rule_set rules_sandbox = { rules, ARRAY_SIZE(rules) };
