/*
 * podctl kubeconfig: how kubectl reaches this podd.
 *
 * podd says on which address it listens with TLS and in which files of its root the CA and the token lie; they
 * are read here, so this works for whoever may read the root. Without --listen tcp:... there is nothing
 * that kubectl could reach.
 */
#include <fcntl.h>

#include "base/fsutil.h"
#include "base/json.h"
#include "base/yaml.h"
#include "cmd/podctl.h"

#define INFO "/apis/podd.podtest/v1/info"
#define PEM_MAX (1 << 20)

static const struct option_row rows[] = {
	OPTION("server", 0, OPT_STRING, server, "URL", "put this address instead of podd's own"),
	{ 0 },
};

static int read_secret(const json_t *info, const char *path, char **ret, struct error *err)
{
	const char *file = json_str(info, path);
	int r;

	if (!file)
		return error_set(err, ERR_UNAVAILABLE, NULL, "podd does not name its %s", path);
	r = fs_read_file(AT_FDCWD, file, PEM_MAX, ret, NULL, err);
	return r > 0 ? -ERR_SYSTEM : r;
}

static int print_config(const struct podctl *p, const json_t *info, struct error *err)
{
	_cleanup_(endpoint_freep) struct endpoint *e = xnew(e);
	_cleanup_json_ json_t *config = NULL;
	_cleanup_free_ char *text = NULL;
	int r;

	if (!json_str(info, "server.url"))
		return error_set(err, ERR_UNAVAILABLE, NULL,
				 "podd listens on no TCP address; start it with "
				 "--listen tcp:127.0.0.1:6443");
	e->server = xstrdup(p->o.server ? p->o.server : json_str(info, "server.url"));
	e->ns = xstrdup(p->ns);
	r = read_secret(info, "server.caFile", &e->ca, err);
	if (r == 0)
		r = read_secret(info, "server.tokenFile", &e->token, err);
	if (r < 0)
		return r;
	e->token[strcspn(e->token, "\r\n")] = 0;
	config = endpoint_to_kubeconfig(e, "podd");
	text = yaml_dump(config);
	printf("%s", text);
	return 0;
}

static int run(struct podctl *p, struct error *err)
{
	struct rest_request req = { .path = INFO };
	_cleanup_json_ json_t *info = NULL;
	int r;

	r = podctl_connect(p, err);
	if (r == 0)
		r = rest_call(p->client, &req, &info, err);
	return r < 0 ? r : print_config(p, info, err);
}

const struct command command_kubeconfig = {
	.name = "kubeconfig",
	.usage = "kubeconfig [--server=URL] [-n NAMESPACE]",
	.summary = "print a kubeconfig for kubectl",
	.text = "Prints a kubeconfig with the address, the CA and the token of a podd that\n"
		"listens on TCP. Keep it as secret as podd's socket.",
	.examples = "podctl kubeconfig > podd.kubeconfig\nkubectl --kubeconfig podd.kubeconfig get "
		    "pods",
	.options = rows,
	.run = run,
};
