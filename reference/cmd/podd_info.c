/*
 * The features are those of fixtures/README.md that this runtime keeps; the suite audits the list against what it sees.
 */
#include "cmd/podd_info.h"

#include <string.h>

#include "base/defs.h"
#include "base/fsutil.h"
#include "base/str.h"

static const char *const features[] = {
	"pod",
	"pod.grace",
	"pod.logs",
	"pod.logs.follow",
	"pod.logs.previous",
	"pod.exec",
	"pod.init",
	"pod.sidecar",
	"pod.probe.exec",
	"pod.probe.http",
	"pod.probe.tcp",
	"pod.probe.grpc",
	"pod.probe.startup",
	"pod.hook",
	"pod.hook.sleep",
	"pod.restart",
	"pod.restart.rules",
	"pod.deadline",
	"pod.volume.emptydir",
	"pod.volume.hostpath",
	"pod.volume.configmap",
	"pod.volume.secret",
	"pod.volume.downward",
	"pod.volume.projected",
	"pod.volume.claim",
	"pod.env.refs",
	"pod.hostnetwork",
	"pod.hostpid",
	"pod.hostipc",
	"pod.hostport",
	"pod.sharepid",
	"pod.userns",
	"pod.security",
	"pod.limits.memory",
	"pod.limits.cpu",
	"pod.status",
	"pod.conditions",
	"pod.termination-message",
	"pod.nodename",
	"pod.stop-signal",
	"pod.dns",
	"api.validation",
	"api.patch",
	"api.watch",
	"api.events",
	"api.generation",
	"api.delete-options",
	"rc",
	"rs",
	"deployment",
	"ds",
	"job",
	"cronjob",
	"hpa",
	"metrics",
	"sts",
	"scheduler",
	"nodes.made",
	"gc",
	"node.lifecycle",
	"svc",
	"svc.proxy",
	"dns.cluster",
	"disrupt.kill-sandbox",
	"local",
};

/* What takes more than one node. */
static const char *const several_features[] = {
	"nodes",
	"disrupt.stop-node",
	"disrupt.start-node",
};

#define SEVERAL 3 /* nodes: two to spare beside the first */

json_t *podd_info(const struct podd_options *o, const struct clock *clock)
{
	_cleanup_free_ char *boot_id = NULL;
	json_t *list = json_array();

	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		json_array_append_new(list, json_string(features[i]));
	for (size_t i = 0; o->nodes >= SEVERAL && i < ARRAY_SIZE(several_features); i++)
		json_array_append_new(list, json_string(several_features[i]));
	if (fs_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", 128, &boot_id, NULL, NULL))
		boot_id = NULL;
	else
		boot_id[strcspn(boot_id, "\n")] = '\0';
	return json_pack("{ss, ss, ss, ss, sf, s{sI, sI}, sb, so, ss, ss, ss*}", "kind", "Info",
			 "apiVersion", "podd.podtest/v1", "name", "podd", "version", PODD_VERSION,
			 "clockRate", o->clock_rate, "clock", "birth",
			 (json_int_t)clock->birth_wall_ns, "boot", (json_int_t)clock->birth_boot_ns,
			 "local", 1, "features", list, "root", o->root, "nodeName", o->node_name,
			 "bootID", boot_id);
}
