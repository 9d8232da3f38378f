/*
 * podctl version: ours and the server's.
 */
#include "base/json.h"
#include "cmd/podctl.h"

#ifndef PODTEST_VERSION
#define PODTEST_VERSION "0.1.0"
#endif

static const struct option_row rows[] = {
	OPTION("client", 0, OPT_FLAG, client_only, NULL, "do not ask the server"),
	{ 0 },
};

static int run(struct podctl *p, struct error *err)
{
	struct rest_request req = { .path = "/version" };
	_cleanup_json_ json_t *answer = NULL;
	int r;

	printf("Client Version: v%s\n", PODTEST_VERSION);
	if (p->o.client_only)
		return 0;
	r = podctl_connect(p, err);
	if (r == 0)
		r = rest_call(p->client, &req, &answer, err);
	if (r == 0)
		printf("Server Version: %s\n", json_str_or(answer, "gitVersion", "unknown"));
	return r;
}

const struct command command_version = {
	.name = "version",
	.usage = "version [--client]",
	.summary = "print the versions of podctl and of the server",
	.text = "Prints the version of this program and of the server that it reaches.",
	.options = rows,
	.run = run,
};
