/*
 * A node by itself: the kubelet on a store that is an API server's, and a socket where that server asks for logs and commands.
 *
 * Up: lock, loop, signals, store. When the server is found the kubelet is made: it needs the server to register its node. If it
 * is lost again meanwhile, that is begun anew; from then on the kubelet lives with a server that comes and goes. Down: the
 * other way round; pods stay.
 */
#include "cmd/podd_agent.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/str.h"
#include "client/remote_store.h"
#include "cmd/podd_agent_options.h"
#include "cmd/podd_lock.h"
#include "cmd/podd_node.h"
#include "cmd/podd_options.h"
#include "cmd/podd_program.h"
#include "kubelet/kubelet.h"
#include "nodelink/link_server.h"

#define EXIT_USAGE 64
#define AGAIN_NS NSEC_PER_SEC /* real */

struct agent {
	struct podd_agent_options o;
	int lock_fd;
	struct loop *loop;
	struct loop_signal *signals[2];
	struct loop_timer *again;
	struct clock clock;
	struct store *store;
	struct kubelet *kubelet;
	struct link_server *link;
};

static int complain(const struct error *err)
{
	fprintf(stderr, "podd node: %s\n", error_text(err));
	return 1;
}

static void on_signal(void *userdata, int signo)
{
	struct agent *a = userdata;

	log_info("podd", "%s: ending, pods go on", strsignal(signo));
	loop_quit(a->loop, 0);
}

/* ---- the kubelet ---- */

static void on_kubelet_ready(void *userdata, const struct error *err)
{
	struct agent *a = userdata;

	if (!err) {
		fprintf(stderr, "podd node: %s is ready\n", a->o.name);
	} else if (err->code == ERR_UNAVAILABLE || err->code == ERR_TIMEOUT) {
		log_warn("podd", "%s; once more", error_text(err));
		loop_timer_set(a->again, AGAIN_NS);
	} else {
		loop_quit(a->loop, complain(err));
	}
}

static int import_images(struct agent *a, struct error *err)
{
	int r = 0;

	for (char **f = a->o.image_files; r == 0 && f && *f; f++)
		r = kubelet_image_import(a->kubelet, *f, NULL, err);
	return r;
}

static int start_link(struct agent *a, struct error *err)
{
	struct node_ops ops;

	podd_node_ops(a->kubelet, &ops);
	return link_server_new(a->loop, a->o.socket, &ops, &a->link, err);
}

static int start_kubelet(struct agent *a, struct error *err)
{
	_cleanup_free_ char *shim = NULL, *pause_program = NULL;
	struct kubelet_config cfg = {
		.store = a->store,
		.loop = a->loop,
		.clock = &a->clock,
		.root = a->o.root,
		.node_name = a->o.name,
		.host_root = a->o.host_root,
		.version = PODD_VERSION,
		.pod_cidr = a->o.pod_cidr,
		.uplink = a->o.uplink,
		.images = a->o.images,
		.labels = a->o.labels,
		.taints = a->o.taints,
		.socket = a->o.socket,
	};
	int r = podd_program_find("pod-shim", &shim, err);

	if (r == 0)
		r = podd_program_find("pause", &pause_program, err);
	if (r < 0)
		return r;
	cfg.shim_path = shim;
	cfg.pause_path = pause_program;
	r = kubelet_new(&cfg, on_kubelet_ready, a, &a->kubelet, err);
	if (r == 0)
		r = import_images(a, err);
	if (r == 0)
		r = start_link(a, err);
	return r;
}

static void stop_kubelet(struct agent *a)
{
	a->link = link_server_free(a->link);
	a->kubelet = kubelet_free(a->kubelet);
}

/* The server was there, and was gone before the node was registered. */
static void on_again(void *userdata)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct agent *a = userdata;

	stop_kubelet(a);
	if (start_kubelet(a, &err) != 0)
		loop_quit(a->loop, complain(&err));
}

static void on_reached(void *userdata)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct agent *a = userdata;

	if (!a->kubelet && start_kubelet(a, &err) != 0)
		loop_quit(a->loop, complain(&err));
}

/* ---- the whole ---- */

static int start_loop(struct agent *a, struct error *err)
{
	static const int numbers[] = { SIGTERM, SIGINT };
	int r = loop_new(&a->loop, err);

	if (r < 0)
		return r;
	a->again = loop_timer_new(a->loop, on_again, a);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(numbers); i++)
		r = loop_watch_signal(a->loop, numbers[i], on_signal, a, &a->signals[i], err);
	return r;
}

static int start_store(struct agent *a, struct error *err)
{
	struct remote_store_config cfg = {
		.loop = a->loop, .clock = &a->clock, .reached = on_reached, .userdata = a
	};
	int r = podd_agent_endpoint(&a->o, &cfg.endpoint, err);

	return r < 0 ? r : remote_store_new(&cfg, &a->store, err);
}

static int start(struct agent *a, struct error *err)
{
	int r = a->o.wait ? podd_lock_wait(a->o.root, &a->lock_fd, err) :
			    podd_lock(a->o.root, &a->lock_fd, err);

	if (r == 0)
		r = start_loop(a, err);
	if (r == 0)
		r = start_store(a, err);
	return r;
}

static void stop(struct agent *a)
{
	stop_kubelet(a);
	store_free(a->store);
	loop_timer_free(a->again);
	for (size_t i = 0; i < ARRAY_SIZE(a->signals); i++)
		loop_signal_free(a->signals[i]);
	loop_free(a->loop);
	if (a->lock_fd >= 0)
		podd_unlock(a->o.root);
	fd_close(a->lock_fd);
}

static int run(struct agent *a)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	int code;

	if (geteuid() != 0) {
		fputs("podd node: must run as root\n", stderr);
		return 1;
	}
	code = start(a, &err) ? complain(&err) : loop_run(a->loop);
	stop(a);
	return code;
}

int podd_agent_main(int argc, char **argv)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct agent a = { .lock_fd = -1 };
	int r = podd_agent_options_parse(&a.o, argc, argv, &err), code = 0;

	if (r < 0) {
		complain(&err);
		fputs("Try: podd node --help\n", stderr);
		code = EXIT_USAGE;
	} else if (r == 0) {
		code = run(&a);
	}
	podd_agent_options_deinit(&a.o);
	return code;
}
