/*
 * podd: wires the layers together and runs the loop.
 *
 * Up: lock, loop, signals, store (which sets the clock), kubelet, controllers, API server. The kubelet tells when it has
 * found the pods of an earlier life; only then podd says that it is ready. Down: the other way round; pods stay.
 */
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "apiserver/apiserver.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/str.h"
#include "cmd/podd_agent.h"
#include "cmd/podd_agents.h"
#include "cmd/podd_info.h"
#include "cmd/podd_lock.h"
#include "cmd/podd_node.h"
#include "cmd/podd_options.h"
#include "cmd/podd_program.h"
#include "runtime/net_range.h"
#include "cmd/podd_route.h"
#include "cmd/podd_usage.h"
#include "controllers/controllers.h"
#include "kubelet/kubelet.h"
#include "runtime/runtime.h"
#include "store/sqlite.h"

#define EXIT_USAGE 64

struct podd {
	struct podd_options o;
	int lock_fd;
	struct loop *loop;
	struct loop_signal *signals[2];
	struct clock clock;
	struct store *store;
	struct kubelet *kubelet;
	struct controllers *controllers;
	struct podd_usage *usage;
	struct podd_route *route;
	struct apiserver *apiserver;
	struct podd_agents *agents; /* the other nodes */
};

static int complain(const struct error *err)
{
	fprintf(stderr, "podd: %s\n", error_text(err));
	return 1;
}

static void on_signal(void *userdata, int signo)
{
	struct podd *p = userdata;

	log_info("podd", "%s: ending, pods go on", strsignal(signo));
	loop_quit(p->loop, 0);
}

static void on_kubelet_ready(void *userdata, const struct error *err)
{
	struct podd *p = userdata;

	if (err) {
		loop_quit(p->loop, complain(err));
		return;
	}
	for (char **l = p->o.listen; *l; l++)
		fprintf(stderr, "podd: ready on %s\n", *l);
}

/* ---- parts ---- */

static int start_loop(struct podd *p, struct error *err)
{
	static const int numbers[] = { SIGTERM, SIGINT };
	int r = loop_new(&p->loop, err);

	signal(SIGPIPE, SIG_IGN);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(numbers); i++)
		r = loop_watch_signal(p->loop, numbers[i], on_signal, p, &p->signals[i], err);
	return r;
}

static int start_store(struct podd *p, struct error *err)
{
	_cleanup_free_ char *path = fs_join(p->o.root, "store.db");
	struct sqlite_store_config cfg = {
		.path = path,
		.loop = p->loop,
		.clock = &p->clock,
		.rate = p->o.clock_rate,
		.service_cidr = p->o.service_cidr,
	};

	return sqlite_store_open(&cfg, &p->store, err);
}

static int start_kubelet(struct podd *p, struct error *err)
{
	_cleanup_free_ char *shim = NULL, *pause_program = NULL, *range = NULL;
	struct kubelet_config cfg = {
		.store = p->store,
		.loop = p->loop,
		.clock = &p->clock,
		.root = p->o.root,
		.node_name = p->o.node_name,
		.host_root = p->o.host_root,
		.manifests = p->o.manifests,
		.version = PODD_VERSION,
		.host_network = p->o.host_network,
	};
	int r = podd_program_find("pod-shim", &shim, err);

	if (r == 0)
		r = podd_program_find("pause", &pause_program, err);
	if (r == 0)
		r = net_range(p->o.pod_cidr, p->o.nodes, 0, &range, err);
	if (r < 0)
		return r;
	cfg.pod_cidr = range;
	cfg.shim_path = shim;
	cfg.pause_path = pause_program;
	return kubelet_new(&cfg, on_kubelet_ready, p, &p->kubelet, err);
}

static void start_usage(struct podd *p)
{
	struct podd_usage_config cfg = {
		.store = p->store,
		.loop = p->loop,
		.clock = &p->clock,
		.kubelet = p->kubelet,
		.node_name = p->o.node_name,
	};

	p->usage = podd_usage_new(&cfg);
}

static int start_controllers(struct podd *p, struct error *err)
{
	struct metrics_source metrics;
	int r = controllers_new(p->store, p->loop, &p->clock, &p->o.controllers, &p->controllers,
				err);

	if (r < 0)
		return r;
	start_usage(p);
	podd_usage_source(p->usage, &metrics);
	controllers_set_metrics(p->controllers, &metrics);
	return 0;
}

static int listen_on(struct podd *p, char **address, struct error *err)
{
	const char *path = str_after(*address, "unix:"), *tcp = str_after(*address, "tcp:"), *colon;
	_cleanup_free_ char *host = NULL, *pki = fs_join(p->o.root, "pki"), *url = NULL;
	int64_t port;
	int r;

	if (path)
		return apiserver_listen_unix(p->apiserver, path, err);
	colon = strrchr(tcp, ':');
	if (!colon || str_to_int64(colon + 1, 0, 65535, &port) < 0)
		return error_set(err, ERR_INVALID, NULL, "--listen %s: no port", *address);
	host = xstrndup(tcp, (size_t)(colon - tcp));
	r = apiserver_listen_tcp(p->apiserver, host, (uint16_t)port, pki, &url, err);
	if (r < 0)
		return r;
	/* The port may have been chosen just now. */
	free(*address);
	*address = str_printf("tcp:%s", url + strlen("https://"));
	return 0;
}

static void start_route(struct podd *p, struct node_ops *ret)
{
	struct node_ops local;
	struct podd_route_config cfg = {
		.store = p->store,
		.loop = p->loop,
		.local = &local,
		.node_name = p->o.node_name,
		.usage = p->usage,
	};

	podd_node_ops(p->kubelet, &local);
	p->route = podd_route_new(&cfg);
	podd_route_ops(p->route, ret);
}

static int start_apiserver(struct podd *p, struct error *err)
{
	struct node_ops ops;
	struct apiserver_config cfg = {
		.store = p->store,
		.loop = p->loop,
		.clock = &p->clock,
		.node = &ops,
		.version = PODD_VERSION,
	};
	_cleanup_json_ json_t *info = podd_info(&p->o, &p->clock);
	int r;

	start_route(p, &ops);
	cfg.info = info;
	r = apiserver_new(&cfg, &p->apiserver, err);
	for (char **l = p->o.listen; r == 0 && *l; l++)
		r = listen_on(p, l, err);
	return r;
}

/* The other nodes come by a socket, which is there also when podd is told to listen elsewhere. */
static int start_agents(struct podd *p, struct error *err)
{
	_cleanup_free_ char *own = fs_join(p->o.root, "podd.sock");
	_cleanup_free_ char *earlier = fs_join(p->o.root, "nodes");
	const char *socket = NULL;
	int r = 0;

	if (p->o.nodes == 1 && !fs_exists(AT_FDCWD, earlier))
		return 0;
	for (char **l = p->o.listen; *l && !socket; l++)
		socket = str_after(*l, "unix:");
	if (!socket)
		r = apiserver_listen_unix(p->apiserver, own, err);
	if (r == 0)
		r = podd_agents_new(p->loop, &p->o, socket ? socket : own, &p->agents, err);
	podd_route_set_agents(p->route, p->agents);
	return r;
}

/* ---- the whole ---- */

static int start(struct podd *p, struct error *err)
{
	int r = podd_lock(p->o.root, &p->lock_fd, err);

	if (r == 0)
		r = start_loop(p, err);
	if (r == 0)
		r = start_store(p, err);
	if (r == 0)
		r = start_kubelet(p, err);
	if (r == 0)
		r = start_controllers(p, err);
	if (r == 0)
		r = start_apiserver(p, err);
	if (r == 0)
		r = start_agents(p, err);
	return r;
}

static void stop(struct podd *p)
{
	podd_agents_free(p->agents);
	apiserver_free(p->apiserver);
	podd_route_free(p->route);
	controllers_free(p->controllers);
	podd_usage_free(p->usage);
	kubelet_free(p->kubelet);
	store_free(p->store);
	for (size_t i = 0; i < ARRAY_SIZE(p->signals); i++)
		loop_signal_free(p->signals[i]);
	loop_free(p->loop);
	if (p->lock_fd >= 0)
		podd_unlock(p->o.root);
	fd_close(p->lock_fd);
}

static int cleanup(struct podd *p, struct error *err)
{
	int r;

	if (!fs_exists(AT_FDCWD, p->o.root))
		return 0;
	r = podd_lock(p->o.root, &p->lock_fd, err);
	if (r == 0)
		r = podd_agents_cleanup(p->o.root, err);
	if (r == 0)
		r = runtime_cleanup(p->o.root, err);
	if (r == 0)
		r = fs_remove_tree(AT_FDCWD, p->o.root, err);
	fd_close(p->lock_fd);
	return r;
}

static int run(struct podd *p)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int code;

	if (geteuid() != 0) {
		fputs("podd: must run as root\n", stderr);
		return 1;
	}
	if (p->o.cleanup)
		return cleanup(p, &err) ? complain(&err) : 0;
	code = start(p, &err) ? complain(&err) : loop_run(p->loop);
	stop(p);
	return code;
}

int main(int argc, char **argv)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct podd p = { .lock_fd = -1 };
	int r, code = 0;

	if (argc > 1 && streq(argv[1], "node"))
		return podd_agent_main(argc - 1, argv + 1);
	r = podd_options_parse(&p.o, argc, argv, &err);
	if (r < 0) {
		complain(&err);
		fputs("Try: podd --help\n", stderr);
		code = EXIT_USAGE;
	} else if (r == 0) {
		code = run(&p);
	}
	podd_options_deinit(&p.o);
	return code;
}
