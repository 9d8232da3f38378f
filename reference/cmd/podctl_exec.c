/*
 * podctl exec: a command in a running container; its exit code becomes ours.
 */
#include "api/pod.h"
#include "base/json.h"
#include "client/exec_client.h"
#include "cmd/podctl.h"
#include "cmd/podctl_container.h"
#include "cmd/podctl_targets.h"

#include <unistd.h>

static const struct option_row rows[] = {
	OPTION("container", 'c', OPT_STRING, container, "NAME", "in this container"),
	OPTION("stdin", 'i', OPT_FLAG, stdin_open, NULL, "our standard input is the command's"),
	OPTION("tty", 't', OPT_FLAG, tty, NULL, "the command gets a terminal"),
	{ 0 },
};

static char *exec_path(const struct podctl *p, const struct target *t, const char *container,
		       bool tty)
{
	_cleanup_free_ char *base = rest_path(&kind_pod, t->ns, t->name, "exec");
	_cleanup_strbuf_ struct strbuf path = STRBUF_INIT;

	strbuf_adds(&path, base);
	for (size_t i = 0; p->rest[i]; i++)
		rest_query(&path, "command", p->rest[i]);
	rest_query(&path, "container", container);
	rest_query(&path, "stdin", p->o.stdin_open ? "true" : NULL);
	rest_query(&path, "stdout", "true");
	rest_query(&path, "stderr", tty ? NULL : "true");
	rest_query(&path, "tty", tty ? "true" : NULL);
	return strbuf_take(&path);
}

static int exec_in(struct podctl *p, const struct target *t, const json_t *pod, struct error *err)
{
	struct exec_options options = { .stdin_open = p->o.stdin_open, .tty = p->o.tty };
	_cleanup_free_ char *path = NULL;
	const char *container;
	int code = 0;
	int r;

	r = container_choose(p, pod, &container, err);
	if (r < 0)
		return r;
	if (options.tty && (!options.stdin_open || !isatty(STDIN_FILENO))) {
		fprintf(stderr,
			"Unable to use a TTY - input is not a terminal or the right kind of "
			"file\n");
		options.tty = false;
	}
	path = exec_path(p, t, container, options.tty);
	r = exec_run(p->client, path, &options, &code, err);
	if (r == 0 && code)
		fprintf(stderr, "command terminated with exit code %d\n", code);
	return r < 0 ? r : code;
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(target_deinit) struct target t = { 0 };
	_cleanup_json_ json_t *pod = NULL;
	int r;

	if (!p->args)
		return podctl_usage(p, err, "pod or type/name must be specified");
	if (!p->rest && p->args[1])
		p->rest = strv_copy(p->args + 1);
	if (!p->rest || !p->rest[0])
		return podctl_usage(p, err,
				    "you must specify at least one command for the container");
	r = podctl_connect(p, err);
	if (r == 0)
		r = targets_read_pod(p, p->args[0], &t, err);
	if (r == 0)
		r = target_get(p, &t, &pod, err);
	return r < 0 ? r : exec_in(p, &t, pod, err);
}

const struct command command_exec = {
	.name = "exec",
	.usage = "exec [-i] [-t] POD [-c CONTAINER] -- COMMAND [ARG...]",
	.summary = "run a command in a container",
	.text = "Runs a command inside a running container and ends with its exit code.",
	.examples = "podctl exec web -- date\npodctl exec -it web -c shell -- sh\n"
		    "tar c dir | podctl exec -i web -- tar x",
	.options = rows,
	.run = run,
};
