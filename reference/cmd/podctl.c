/*
 * podctl: the client of podd, with kubectl's words.
 *
 *	podctl [--socket PATH | --kubeconfig FILE] [-n NAMESPACE] COMMAND ...
 *
 * main() finds the row of the subcommand, has its options parsed and runs it. A subcommand returns an exit code or a
 * fault; faults are printed here and nowhere else, and make the exit code 1. Which server is meant:
 * --socket, --kubeconfig, $PODD_SOCKET, $KUBECONFIG, else podd's default socket.
 */
#include "cmd/podctl.h"

#include <signal.h>
#include <unistd.h>

#include <curl/curl.h>

#define DEFAULT_SOCKET "/var/lib/podd/podd.sock"

const struct command *const podctl_commands[] = {
	&command_apply,
	&command_create,
	&command_get,
	&command_describe,
	&command_logs,
	&command_exec,
	&command_delete,
	&command_scale,
	&command_autoscale,
	&command_rollout,
	&command_set,
	&command_expose,
	&command_wait,
	&command_top,
	&command_image,
	&command_kubeconfig,
	&command_version,
	&command_completion,
	NULL,
};

const struct option_row podctl_global_options[] = {
	OPTION("socket", 's', OPT_STRING, socket, "PATH",
	       "podd's unix socket (default $PODD_SOCKET, else " DEFAULT_SOCKET ")"),
	OPTION("kubeconfig", 0, OPT_STRING, kubeconfig, "FILE",
	       "reach a server as this kubeconfig's current context says"),
	OPTION("namespace", 'n', OPT_STRING, ns, "NAME", "the namespace of this request"),
	OPTION("help", 'h', OPT_FLAG, help, NULL, "this text"),
	{ 0 },
};

static struct endpoint *default_endpoint(const struct podctl *p, const char **ret_file)
{
	const char *socket = p->o.socket;

	if (!socket && !p->o.kubeconfig)
		socket = getenv("PODD_SOCKET");
	*ret_file = p->o.kubeconfig;
	if (!socket && !*ret_file)
		*ret_file = getenv("KUBECONFIG");
	if (!socket && *ret_file && **ret_file)
		return NULL;
	return endpoint_new_socket(socket && *socket ? socket : DEFAULT_SOCKET);
}

int podctl_connect(struct podctl *p, struct error *err)
{
	const char *file;
	_cleanup_(endpoint_freep) struct endpoint *e = default_endpoint(p, &file);
	int r;

	if (!e) {
		r = endpoint_from_kubeconfig(file, &e, err);
		if (r < 0)
			return r;
	}
	p->ns = xstrdup(p->o.ns ? p->o.ns : e->ns ? e->ns : "default");
	return rest_client_new(take_ptr(e), &p->client, err);
}

const char *podctl_list_ns(const struct podctl *p)
{
	return p->o.all_namespaces ? NULL : p->ns;
}

void podctl_deinit(struct podctl *p)
{
	struct podctl_options *o = &p->o;
	char *const owned[] = { o->socket,   o->kubeconfig,	o->ns,	       o->output,
				o->selector, o->field_selector, o->container,  o->condition,
				o->cascade,  o->since,		o->since_time, o->name,
				o->server };

	for (size_t i = 0; i < ARRAY_SIZE(owned); i++)
		free(owned[i]);
	strv_free(o->files);
	strv_free(p->args);
	strv_free(p->rest);
	rest_client_free(p->client);
	free(p->ns);
}

static const struct command *command_named(const char *name)
{
	for (size_t i = 0; podctl_commands[i]; i++)
		if (streq(podctl_commands[i]->name, name))
			return podctl_commands[i];
	return NULL;
}

/* Global options may stand before the subcommand; the first word that is none names it. */
static char **split_argv(char **argv, const char **ret_name)
{
	char **rest = NULL;

	*ret_name = NULL;
	for (size_t i = 1; argv[i]; i++) {
		bool takes_value = streq(argv[i], "-s") || streq(argv[i], "-n") ||
				   streq(argv[i], "--socket") || streq(argv[i], "--namespace") ||
				   streq(argv[i], "--kubeconfig");

		if (!*ret_name && *argv[i] != '-') {
			*ret_name = argv[i];
			continue;
		}
		strv_add(&rest, argv[i]);
		if (!*ret_name && takes_value && argv[i + 1])
			strv_add(&rest, argv[++i]);
	}
	return rest;
}

static int run(struct podctl *p, char **rest, struct error *err)
{
	int r = podctl_parse(p, rest, err);

	if (p->o.help) {
		podctl_help(p->command);
		return 0;
	}
	return r < 0 ? r : p->command->run(p, err);
}

static int no_command(const char *name, char **rest)
{
	if (!name || streq(name, "help")) {
		podctl_help(rest && !streq(rest[0], "--help") && !streq(rest[0], "-h") ?
				    command_named(rest[0]) :
				    NULL);
		return name || rest ? 0 : 1;
	}
	fprintf(stderr,
		"error: unknown command \"%s\" for \"podctl\"\nRun 'podctl --help' for usage.\n",
		name);
	return 1;
}

int main(int argc _unused_, char **argv)
{
	_cleanup_(podctl_deinit) struct podctl p = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_strv_ char **rest = NULL;
	const char *name;
	int r;

	signal(SIGPIPE, SIG_IGN);
	curl_global_init(CURL_GLOBAL_DEFAULT);
	rest = split_argv(argv, &name);
	p.command = name ? command_named(name) : NULL;
	r = p.command ? run(&p, rest, &err) : no_command(name, rest);
	if (r < 0)
		r = podctl_print_error(&err);
	if (fflush(stdout) != 0 && r == 0)
		r = 1;
	return r;
}
