/*
 * The options of `podd node` and its help, and the endpoint that they name.
 */
#include "cmd/podd_agent_options.h"

#include <getopt.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "cmd/podd_options.h"

#define DEFAULT_POD_CIDR "10.88.0.0/16"
#define FILE_MAX (1 << 20)

static const char help_text[] =
	"NAME\n"
	"    podd node - a node for an API server that is elsewhere\n\n"
	"SYNOPSIS\n"
	"    podd node --server ADDRESS --name NAME --root DIR [OPTION]...\n"
	"    podd node --kubeconfig FILE --name NAME --root DIR [OPTION]...\n\n"
	"DESCRIPTION\n"
	"    Registers the node NAME with the API server, keeps its lease, and runs the pods that\n"
	"    are bound to it. While the server cannot be reached its pods go on, and what became "
	"of\n"
	"    them is told afterwards. Pods outlive it as they outlive podd: started again on the\n"
	"    same root it finds them. `podd --nodes N` starts such nodes by itself. Needs root.\n\n"
	"    Logs of and commands in its pods are asked for at a socket on this machine; an API\n"
	"    server of another machine cannot.\n\n"
	"OPTIONS\n"
	"    --server ADDRESS    unix:PATH, or https://HOST:PORT\n"
	"    --token-file FILE, --certificate-authority FILE\n"
	"                        the bearer token for https, and the server's CA\n"
	"    --kubeconfig FILE   the server as its current context says, instead of these three\n"
	"    --name NAME         the node's name\n"
	"    --root DIR          where everything of this node is kept\n"
	"    --pod-cidr CIDR     pods get their addresses from it (" DEFAULT_POD_CIDR "); no two\n"
	"                        nodes that are joined share one\n"
	"    --uplink ADDRESS@FILE\n"
	"                        joins this node's network to that of another on this machine: "
	"its\n"
	"                        address, and the file of its namespace (ROOT/run/node.ns)\n"
	"    --image FILE        an archive that is imported at the start; several times\n"
	"    --images DIR        use the images of a root above this one, DIR = ITS-ROOT/images\n"
	"    --node-labels KEY=VALUE,...\n"
	"                        labels of the Node\n"
	"    --register-with-taints KEY=VALUE:EFFECT,...\n"
	"                        taints of the Node when it is registered for the first time\n"
	"    --socket PATH       where logs and commands are served (ROOT/node.sock)\n"
	"    --host-root DIR     hostPath volumes lie below DIR, made when absent (/)\n"
	"    --wait              wait until a node that runs on the root has ended\n"
	"    --log-level LEVEL   error, warn, info or debug (warn)\n"
	"    --help              print this\n\n"
	"    podd --root DIR --cleanup removes every trace of it.\n";

enum { OPT_IMAGE = 256, OPT_WAIT, OPT_LOG_LEVEL, OPT_HELP, OPT_TEXT };

/* Options whose value is a text: the place of it. */
static const struct {
	const char *name;
	size_t offset;
} texts[] = {
#define TEXT(name, member)                                        \
	{                                                         \
		name, offsetof(struct podd_agent_options, member) \
	}
	TEXT("root", root),
	TEXT("name", name),
	TEXT("server", server),
	TEXT("kubeconfig", kubeconfig),
	TEXT("token-file", token_file),
	TEXT("certificate-authority", ca_file),
	TEXT("pod-cidr", pod_cidr),
	TEXT("host-root", host_root),
	TEXT("uplink", uplink),
	TEXT("images", images),
	TEXT("node-labels", labels),
	TEXT("register-with-taints", taints),
	TEXT("socket", socket),
#undef TEXT
};

#define N_OTHERS 4

static void make_table(struct option table[ARRAY_SIZE(texts) + N_OTHERS + 1])
{
	static const struct option others[N_OTHERS + 1] = {
		{ "image", required_argument, NULL, OPT_IMAGE },
		{ "wait", no_argument, NULL, OPT_WAIT },
		{ "log-level", required_argument, NULL, OPT_LOG_LEVEL },
		{ "help", no_argument, NULL, OPT_HELP },
	};

	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		table[i] = (struct option){ texts[i].name, required_argument, NULL,
					    OPT_TEXT + (int)i };
	memcpy(table + ARRAY_SIZE(texts), others, sizeof(others));
}

static int set_option(struct podd_agent_options *o, int id, const char *arg, struct error *err)
{
	enum log_level level;
	char **text;

	switch (id) {
	case OPT_IMAGE:
		strv_add(&o->image_files, arg);
		return 0;
	case OPT_WAIT:
		o->wait = true;
		return 0;
	case OPT_LOG_LEVEL:
		if (log_level_parse(arg, &level) < 0)
			return error_set(err, ERR_BAD_REQUEST, NULL,
					 "--log-level %s: error, warn, info or debug is wanted",
					 arg);
		log_set_level(level);
		return 0;
	case OPT_HELP:
		fputs(help_text, stdout);
		return PODD_DONE;
	}
	if (id < OPT_TEXT)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "unknown option, or a value is missing");
	text = (char **)(void *)((char *)o + texts[id - OPT_TEXT].offset);
	free(*text);
	*text = xstrdup(arg);
	return 0;
}

static int check(struct podd_agent_options *o, struct error *err)
{
	if (!o->server == !o->kubeconfig)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "one of --server and --kubeconfig is wanted");
	if (o->server && !str_starts(o->server, "unix:/") && !str_starts(o->server, "https://"))
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "--server %s: unix:/PATH or https://HOST:PORT is wanted",
				 o->server);
	if (!o->name || !*o->name)
		return error_set(err, ERR_BAD_REQUEST, NULL, "--name is wanted");
	if (!o->root || *o->root != '/')
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "--root: the absolute path of a directory is wanted");
	if (!o->pod_cidr)
		o->pod_cidr = xstrdup(DEFAULT_POD_CIDR);
	if (!o->socket)
		o->socket = fs_join(o->root, "node.sock");
	return 0;
}

int podd_agent_options_parse(struct podd_agent_options *ret, int argc, char **argv,
			     struct error *err)
{
	struct option table[ARRAY_SIZE(texts) + N_OTHERS + 1];
	int id, r = 0;

	*ret = (struct podd_agent_options){ 0 };
	make_table(table);
	opterr = 0;
	optind = 1;
	while (r == 0 && (id = getopt_long(argc, argv, "", table, NULL)) != -1) {
		r = set_option(ret, id, optarg, err);
		if (id == '?' || id == ':')
			error_wrap(err, "%s", argv[optind - 1]);
	}
	if (r)
		return r;
	if (optind < argc)
		return error_set(err, ERR_BAD_REQUEST, NULL, "%s: no arguments are expected",
				 argv[optind]);
	return check(ret, err);
}

void podd_agent_options_deinit(struct podd_agent_options *o)
{
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++)
		free(*(char **)(void *)((char *)o + texts[i].offset));
	strv_free(o->image_files);
	*o = (struct podd_agent_options){ 0 };
}

/* ---- the server ---- */

static int read_file(const char *path, char **ret, struct error *err)
{
	int r = path ? fs_read_file(AT_FDCWD, path, FILE_MAX, ret, NULL, err) : 0;

	return r > 0 ? -ERR_SYSTEM : r;
}

int podd_agent_endpoint(const struct podd_agent_options *o, struct endpoint **ret, struct error *err)
{
	_cleanup_(endpoint_freep) struct endpoint *e = NULL;
	int r;

	if (o->kubeconfig)
		return endpoint_from_kubeconfig(o->kubeconfig, ret, err);
	if (str_starts(o->server, "unix:")) {
		*ret = endpoint_new_socket(str_after(o->server, "unix:"));
		return 0;
	}
	e = xnew(e);
	e->server = xstrdup(o->server);
	r = read_file(o->ca_file, &e->ca, err);
	if (r == 0)
		r = read_file(o->token_file, &e->token, err);
	if (r < 0)
		return r;
	if (e->token)
		e->token[strcspn(e->token, "\r\n")] = '\0';
	*ret = take_ptr(e);
	return 0;
}
