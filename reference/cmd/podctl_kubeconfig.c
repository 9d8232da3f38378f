/*
 * podctl kubeconfig: how kubectl reaches this podd.
 *
 * Asked over podd's socket, which only its owner can open: the answer names the address that podd listens on with
 * TLS, its CA and its token. Without --listen tcp:... there is nothing that kubectl could reach.
 */
#include "base/json.h"
#include "base/yaml.h"
#include "cmd/podctl.h"

#define ACCESS "/apis/podd.podtest/v1/access"

static const struct option_row rows[] = {
	OPTION("server", 0, OPT_STRING, server, "URL", "put this address instead of podd's own"),
	{ 0 },
};

static void print_config(const struct podctl *p, const json_t *access)
{
	_cleanup_(endpoint_freep) struct endpoint *e = xnew(e);
	_cleanup_json_ json_t *config = NULL;
	_cleanup_free_ char *text = NULL;

	e->server = xstrdup(p->o.server ? p->o.server : json_str_or(access, "server", ""));
	e->ca = xstrdup(json_str(access, "ca"));
	e->token = xstrdup(json_str(access, "token"));
	e->ns = xstrdup(p->ns);
	config = endpoint_to_kubeconfig(e, "podd");
	text = yaml_dump(config);
	printf("%s", text);
}

static int run(struct podctl *p, struct error *err)
{
	struct rest_request req = { .path = ACCESS };
	_cleanup_json_ json_t *access = NULL;
	int r;

	r = podctl_connect(p, err);
	if (r == 0)
		r = rest_call(p->client, &req, &access, err);
	if (r == 0)
		print_config(p, access);
	return r;
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
