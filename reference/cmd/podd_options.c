/*
 * The options of podd and its help, which is written like a man page and is the one place where they are described.
 */
#include "cmd/podd_options.h"

#include <ctype.h>
#include <getopt.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "base/log.h"
#include "base/str.h"
#include "runtime/net_range.h"

#define DEFAULT_ROOT "/var/lib/podd"
#define DEFAULT_POD_CIDR "10.88.0.0/16"
#define DEFAULT_SERVICE_CIDR "10.96.0.0/16"

static const char help_text[] =
	"NAME\n"
	"    podd - runs Kubernetes pods on this machine\n\n"
	"SYNOPSIS\n"
	"    podd [--root DIR] [--listen ADDRESS]... [--clock-rate N] [OPTION]...\n"
	"    podd [--root DIR] --cleanup\n"
	"    podd node --server ADDRESS --name NAME ...    (podd node --help)\n\n"
	"DESCRIPTION\n"
	"    One daemon with the API of Kubernetes: it schedules, runs, probes, restarts and\n"
	"    deletes pods out of namespaces, cgroups and overlay mounts. Everything it makes lies\n"
	"    under its root directory, its own cgroup and its own network namespace, so any "
	"number\n"
	"    of podds, each with a root of its own, run side by side. Needs root.\n\n"
	"    Pods outlive podd: ended or killed and started again on the same root, it finds them\n"
	"    as they are by then. SIGTERM and SIGINT end podd and leave the pods running.\n\n"
	"OPTIONS\n"
	"    --root DIR          where everything is kept (" DEFAULT_ROOT ")\n"
	"    --listen ADDRESS    serve the API there; may be given several times:\n"
	"                          unix:PATH            a socket of mode 0600 "
	"(unix:ROOT/podd.sock)\n"
	"                          tcp:127.0.0.1:PORT   TLS 1.2+ and a token, made under "
	"ROOT/pki;\n"
	"                                               port 0 takes any\n"
	"    --clock-rate N      timers in which podd only waits (probe periods, back-off, "
	"leases)\n"
	"                        run N times as fast (1)\n"
	"    --node-name NAME    the node's name (the host's)\n"
	"    --nodes N           N nodes instead of one: NAME, NAME-2, ..., each of the others a\n"
	"                        process of its own (podd node) with ROOT/nodes/NAME, a network\n"
	"                        namespace, a part of the pod network and a cgroup of its own.\n"
	"                        They outlive a podd that is killed, and end with one that ends\n"
	"    --node-labels KEY=VALUE,...\n"
	"                        labels of the nodes after the first\n"
	"    --register-with-taints KEY=VALUE:EFFECT,...\n"
	"                        taints of the nodes after the first, when they are new\n"
	"    --pod-cidr CIDR     pods get their addresses from it (" DEFAULT_POD_CIDR
	"); of several\n"
	"                        nodes the first has its half, each other one a sixteenth\n"
	"    --service-cidr CIDR Services get their addresses from it (" DEFAULT_SERVICE_CIDR ")\n"
	"    --host-network      the node is in the host's network namespace\n"
	"    --host-root DIR     hostPath volumes lie below DIR, made when absent (/)\n"
	"    --manifests DIR     run the pods of the manifests in DIR, also without the API; "
	"they are\n"
	"                        shown there as NAME-NODE and cannot be deleted by it\n"
	"    --terminated-pod-gc-threshold N\n"
	"                        keep at most N pods that have ended; 0 keeps all (12500)\n"
	"    --cleanup           stop every pod of the root, remove every trace of it, exit\n"
	"    --log-level LEVEL   error, warn, info or debug (warn)\n"
	"    --version           print the version\n"
	"    --help              print this\n\n"
	"FILES\n"
	"    ROOT/podd.sock  the API        ROOT/podd.pid  the pid while podd runs\n"
	"    ROOT/store.db   the objects    ROOT/pki       certificates and the token\n\n"
	"EXIT STATUS\n"
	"    0 when ended by a signal or after --cleanup, 1 on a fault, 64 on a wrong command "
	"line.\n";

enum option_id {
	OPT_RATE = 256,
	OPT_LISTEN,
	OPT_NODES,
	OPT_HOST_NETWORK,
	OPT_ENDED_PODS,
	OPT_CLEANUP,
	OPT_LOG_LEVEL,
	OPT_VERSION,
	OPT_HELP,
	/* Those whose value is kept as it is given: texts says where. */
	OPT_TEXT,
	OPT_ROOT = OPT_TEXT,
	OPT_NODE_NAME,
	OPT_NODE_LABELS,
	OPT_TAINTS,
	OPT_POD_CIDR,
	OPT_SERVICE_CIDR,
	OPT_HOST_ROOT,
	OPT_MANIFESTS,
};

static const size_t texts[] = {
	[OPT_ROOT - OPT_TEXT] = offsetof(struct podd_options, root),
	[OPT_NODE_NAME - OPT_TEXT] = offsetof(struct podd_options, node_name),
	[OPT_NODE_LABELS - OPT_TEXT] = offsetof(struct podd_options, node_labels),
	[OPT_TAINTS - OPT_TEXT] = offsetof(struct podd_options, taints),
	[OPT_POD_CIDR - OPT_TEXT] = offsetof(struct podd_options, pod_cidr),
	[OPT_SERVICE_CIDR - OPT_TEXT] = offsetof(struct podd_options, service_cidr),
	[OPT_HOST_ROOT - OPT_TEXT] = offsetof(struct podd_options, host_root),
	[OPT_MANIFESTS - OPT_TEXT] = offsetof(struct podd_options, manifests),
};

static const struct option long_options[] = {
	{ "root", required_argument, NULL, OPT_ROOT },
	{ "clock-rate", required_argument, NULL, OPT_RATE },
	{ "listen", required_argument, NULL, OPT_LISTEN },
	{ "node-name", required_argument, NULL, OPT_NODE_NAME },
	{ "nodes", required_argument, NULL, OPT_NODES },
	{ "node-labels", required_argument, NULL, OPT_NODE_LABELS },
	{ "register-with-taints", required_argument, NULL, OPT_TAINTS },
	{ "pod-cidr", required_argument, NULL, OPT_POD_CIDR },
	{ "service-cidr", required_argument, NULL, OPT_SERVICE_CIDR },
	{ "host-network", no_argument, NULL, OPT_HOST_NETWORK },
	{ "host-root", required_argument, NULL, OPT_HOST_ROOT },
	{ "manifests", required_argument, NULL, OPT_MANIFESTS },
	{ "terminated-pod-gc-threshold", required_argument, NULL, OPT_ENDED_PODS },
	{ "cleanup", no_argument, NULL, OPT_CLEANUP },
	{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "help", no_argument, NULL, OPT_HELP },
	{ NULL, 0, NULL, 0 },
};

static void set_string(char **to, const char *value)
{
	free(*to);
	*to = xstrdup(value);
}

static char **text_of(struct podd_options *o, int id)
{
	return (char **)(void *)((char *)o + texts[id - OPT_TEXT]);
}

static int set_rate(struct podd_options *o, const char *text, struct error *err)
{
	char *end;

	o->clock_rate = strtod(text, &end);
	if (end == text || *end || !(o->clock_rate >= 0.001 && o->clock_rate <= 1000))
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "--clock-rate %s: a number from 0.001 to 1000 is wanted", text);
	return 0;
}

static int set_ended_pods(struct podd_options *o, const char *text, struct error *err)
{
	if (str_to_int64(text, 0, INT32_MAX, &o->controllers.ended_pods_kept) < 0)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "--terminated-pod-gc-threshold %s: a whole number is wanted", text);
	return 0;
}

static int add_listen(struct podd_options *o, const char *text, struct error *err)
{
	if (!str_starts(text, "unix:/") && !str_starts(text, "tcp:127."))
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "--listen %s: unix:/PATH or tcp:127.0.0.1:PORT is wanted", text);
	strv_add(&o->listen, text);
	return 0;
}

static int set_nodes(struct podd_options *o, const char *text, struct error *err)
{
	int64_t n;

	if (str_to_int64(text, 1, NET_RANGES_MAX, &n) < 0)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "--nodes %s: a number from 1 to %d is wanted", text,
				 NET_RANGES_MAX);
	o->nodes = (unsigned)n;
	return 0;
}

static int set_log_level(struct podd_options *o, const char *text, struct error *err)
{
	enum log_level level;

	if (log_level_parse(text, &level) < 0)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "--log-level %s: error, warn, info or debug is wanted", text);
	log_set_level(level);
	set_string(&o->log_level, text);
	return 0;
}

static int set_option(struct podd_options *o, int id, const char *arg, struct error *err)
{
	switch (id) {
	case OPT_RATE:
		return set_rate(o, arg, err);
	case OPT_LISTEN:
		return add_listen(o, arg, err);
	case OPT_NODES:
		return set_nodes(o, arg, err);
	case OPT_HOST_NETWORK:
		o->host_network = true;
		return 0;
	case OPT_ENDED_PODS:
		return set_ended_pods(o, arg, err);
	case OPT_CLEANUP:
		o->cleanup = true;
		return 0;
	case OPT_LOG_LEVEL:
		return set_log_level(o, arg, err);
	case OPT_VERSION:
		printf("podd %s\n", PODD_VERSION);
		return PODD_DONE;
	case OPT_HELP:
		fputs(help_text, stdout);
		return PODD_DONE;
	}
	if (id < OPT_TEXT)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "unknown option, or a value is missing");
	set_string(text_of(o, id), arg);
	return 0;
}

/* The host's name as a node's: lower case, nothing but letters, digits, '-' and '.'. */
static char *host_as_node_name(void)
{
	char name[HOST_NAME_MAX + 1] = "";

	gethostname(name, sizeof(name) - 1);
	for (char *c = name; *c; c++)
		*c = (char)(isalnum((unsigned char)*c) || *c == '.' ? tolower((unsigned char)*c) :
								      '-');
	return xstrdup(isalnum((unsigned char)name[0]) ? name : "node");
}

/* Other processes get the path, so it must not depend on our working directory. */
static int make_absolute(char **path, struct error *err)
{
	_cleanup_free_ char *cwd = NULL;
	char *joined;

	if (**path == '/')
		return 0;
	cwd = getcwd(NULL, 0);
	if (!cwd)
		return error_set(err, ERR_SYSTEM, NULL, "--root %s: no working directory", *path);
	joined = str_printf("%s/%s", cwd, *path);
	free(*path);
	*path = joined;
	return 0;
}

int podd_options_parse(struct podd_options *ret, int argc, char **argv, struct error *err)
{
	int id, r = 0;

	*ret = (struct podd_options){ .root = xstrdup(DEFAULT_ROOT),
				      .clock_rate = 1,
				      .nodes = 1,
				      .controllers = CONTROLLERS_CONFIG_INIT };
	ret->pod_cidr = xstrdup(DEFAULT_POD_CIDR);
	ret->service_cidr = xstrdup(DEFAULT_SERVICE_CIDR);
	opterr = 0;
	optind = 1;
	while (r == 0 && (id = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
		r = set_option(ret, id, optarg, err);
		if (id == '?' || id == ':')
			error_wrap(err, "%s", argv[optind - 1]);
	}
	if (r)
		return r;
	if (optind < argc)
		return error_set(err, ERR_BAD_REQUEST, NULL, "%s: no arguments are expected",
				 argv[optind]);
	if (!ret->node_name)
		ret->node_name = host_as_node_name();
	r = make_absolute(&ret->root, err);
	if (r == 0 && ret->host_root)
		r = make_absolute(&ret->host_root, err);
	if (r == 0 && ret->manifests)
		r = make_absolute(&ret->manifests, err);
	if (r == 0 && !ret->listen)
		strv_addf(&ret->listen, "unix:%s/podd.sock", ret->root);
	return r;
}

void podd_options_deinit(struct podd_options *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*text_of(o, OPT_TEXT + (int)i));
	free(o->log_level);
	strv_free(o->listen);
	*o = (struct podd_options){ 0 };
}
