/*
 * feature: the closed list of features, and what in a manifest belongs to which.
 *
 * Three readers share the table of fields: lint (a case that uses a field must need its feature), and the audit, which has to
 * say of which feature a refusal or a field without effect speaks. The rows marked `loose` are for the audit alone: their fields have a
 * default, so that a case may set them without being about them.
 */
#include "feature.h"

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
	"pod.stop-signal",
	"pod.dns",
	"pod.nodename",
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
	"nodes",
	"disrupt.kill-sandbox",
	"disrupt.restart-agent",
	"disrupt.stop-node",
	"disrupt.start-node",
	"local",
};

static const struct {
	const char *path, *feature;
	bool loose;
} fields[] = {
	{ "initContainers", "pod.init", false },
	{ "livenessProbe.exec", "pod.probe.exec", false },
	{ "readinessProbe.exec", "pod.probe.exec", false },
	{ "startupProbe.exec", "pod.probe.exec", false },
	{ "livenessProbe.httpGet", "pod.probe.http", false },
	{ "readinessProbe.httpGet", "pod.probe.http", false },
	{ "startupProbe.httpGet", "pod.probe.http", false },
	{ "livenessProbe.tcpSocket", "pod.probe.tcp", false },
	{ "readinessProbe.tcpSocket", "pod.probe.tcp", false },
	{ "startupProbe.tcpSocket", "pod.probe.tcp", false },
	{ "livenessProbe.grpc", "pod.probe.grpc", false },
	{ "readinessProbe.grpc", "pod.probe.grpc", false },
	{ "startupProbe.grpc", "pod.probe.grpc", false },
	{ "startupProbe", "pod.probe.startup", false },
	{ "lifecycle.preStop", "pod.hook", false },
	{ "lifecycle.postStart", "pod.hook", false },
	{ "lifecycle.stopSignal", "pod.stop-signal", false },
	{ "lifecycle.preStop.sleep", "pod.hook.sleep", false },
	{ "containers.*.restartPolicy", "pod.restart.rules", false },
	{ "restartPolicyRules", "pod.restart.rules", false },
	{ "activeDeadlineSeconds", "pod.deadline", false },
	{ "volumes.*.emptyDir", "pod.volume.emptydir", false },
	{ "volumes.*.hostPath", "pod.volume.hostpath", false },
	{ "volumes.*.configMap", "pod.volume.configmap", false },
	{ "volumes.*.secret", "pod.volume.secret", false },
	{ "volumes.*.downwardAPI", "pod.volume.downward", false },
	{ "volumes.*.projected", "pod.volume.projected", false },
	{ "volumes.*.persistentVolumeClaim", "pod.volume.claim", false },
	{ "volumeClaimTemplates", "pod.volume.claim", true },
	{ "hostNetwork", "pod.hostnetwork", false },
	{ "hostPID", "pod.hostpid", false },
	{ "hostIPC", "pod.hostipc", false },
	{ "shareProcessNamespace", "pod.sharepid", false },
	{ "ports.*.hostPort", "pod.hostport", false },
	{ "limits.memory", "pod.limits.memory", false },
	{ "limits.cpu", "pod.limits.cpu", false },
	/* what may stand in a manifest all the same: it says what a failure is about */
	{ "initContainers.*.restartPolicy", "pod.sidecar", true },
	{ "terminationGracePeriodSeconds", "pod.grace", true },
	{ "spec.restartPolicy", "pod.restart", true },
	{ "envFrom", "pod.env.refs", true },
	{ "valueFrom", "pod.env.refs", true },
	{ "securityContext", "pod.security", true },
	{ "hostUsers", "pod.userns", true },
	{ "hostname", "pod.dns", true },
	{ "subdomain", "pod.dns", true },
	{ "hostAliases", "pod.dns", true },
	{ "dnsPolicy", "pod.dns", true },
	{ "dnsConfig", "pod.dns", true },
	{ "terminationMessagePath", "pod.termination-message", true },
	{ "terminationMessagePolicy", "pod.termination-message", true },
	{ "readinessGates", "pod.conditions", true },
	{ "nodeName", "pod.nodename", true },
};

bool feature_known(const char *name)
{
	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		if (streq(features[i], name))
			return true;
	return false;
}

const char *feature_at(size_t i)
{
	return i < ARRAY_SIZE(features) ? features[i] : NULL;
}

const char *feature_path(size_t i, const char **ret_feature)
{
	if (i >= ARRAY_SIZE(fields) || fields[i].loose)
		return NULL;
	*ret_feature = fields[i].feature;
	return fields[i].path;
}

/* ".spec.containers.lifecycle." of "spec.containers[0].lifecycle" or of "spec.containers.*.lifecycle". */
static char *bare(const char *path)
{
	char *text = xcalloc(1, strlen(path) + 3), *out = text;

	*out++ = '.';
	for (; *path; path++) {
		if (*path == '[')
			path += strcspn(path, "]");
		else if (*path == '*')
			path += path[1] == '.';
		else
			*out++ = *path;
		if (!*path)
			break;
	}
	*out = '.';
	return text;
}

/* The row that reaches deepest into the path; of two, the one that says more of it. */
const char *feature_of_field(const char *field)
{
	_cleanup_free_ char *text = bare(field ? field : "");
	const char *best = NULL;
	size_t depth = 0, length = 0;

	for (size_t i = 0; i < ARRAY_SIZE(fields); i++) {
		_cleanup_free_ char *part = bare(fields[i].path);
		const char *at = strstr(text, part);
		size_t len = strlen(part), end = at ? (size_t)(at - text) + len : 0;

		if (!at || end < depth || (end == depth && len <= length))
			continue;
		best = fields[i].feature;
		depth = end;
		length = len;
	}
	return best;
}
