/*
 * podctl logs: what containers have printed.
 *
 * The bytes go through as they come. With --all-containers or -l the logs are printed one after the other, each
 * with the last ten lines of a pod chosen by labels unless --tail says otherwise; -f follows one container.
 */
#include "api/meta.h"
#include "api/pod.h"
#include "base/clock.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "client/human.h"
#include "cmd/podctl.h"
#include "cmd/podctl_container.h"
#include "cmd/podctl_targets.h"

#include <unistd.h>

#define TAIL_OF_MANY 10

static const struct option_row rows[] = {
	OPTION("follow", 'f', OPT_FLAG, follow, NULL, "go on until the container ends"),
	OPTION("previous", 'p', OPT_FLAG, previous, NULL, "of the instance before this one"),
	OPTION("container", 'c', OPT_STRING, container, "NAME", "of this container"),
	OPTION("all-containers", 0, OPT_FLAG, all_containers, NULL, "of all containers of the pod"),
	OPTION("selector", 'l', OPT_STRING, selector, "QUERY", "of the pods with these labels"),
	OPTION("tail", 0, OPT_INT, tail, "LINES", "the last lines alone (-1: all)"),
	OPTION("timestamps", 0, OPT_FLAG, timestamps, NULL, "each line with its time"),
	OPTION("since", 0, OPT_STRING, since, "TIME", "no older than this: 5s, 2m, 3h"),
	OPTION("since-time", 0, OPT_STRING, since_time, "RFC3339", "no older than this moment"),
	OPTION("limit-bytes", 0, OPT_INT, limit_bytes, "N", "no more than this"),
	OPTION("prefix", 0, OPT_FLAG, prefix, NULL, "each log under the name of its container"),
	{ 0 },
};

static bool on_bytes(void *userdata, const char *data, size_t len)
{
	return fs_write_fd(STDOUT_FILENO, data, len, userdata) == 0;
}

static void query_int(struct strbuf *path, const char *key, int64_t value, bool given)
{
	_cleanup_free_ char *text = str_printf("%lld", (long long)value);

	if (given)
		rest_query(path, key, text);
}

static int add_since(const struct podctl *p, struct strbuf *path, struct error *err)
{
	int64_t ns;

	rest_query(path, "sinceTime", p->o.since_time);
	if (!p->o.since)
		return 0;
	if (human_parse_duration(p->o.since, &ns) < 0 || ns <= 0)
		return podctl_usage(p, err, "invalid argument \"%s\" for \"--since\" flag",
				    p->o.since);
	query_int(path, "sinceSeconds", (ns + NSEC_PER_SEC - 1) / NSEC_PER_SEC, true);
	return 0;
}

static int print_log(struct podctl *p, const json_t *pod, const char *container, struct error *err)
{
	_cleanup_free_ char *base = rest_path(&kind_pod, meta_namespace(pod), meta_name(pod), "log");
	_cleanup_strbuf_ struct strbuf path = STRBUF_INIT;
	int64_t tail = p->o.tail;
	int r;

	if (tail == INT64_MIN)
		tail = p->o.selector ? TAIL_OF_MANY : -1;
	strbuf_adds(&path, base);
	rest_query(&path, "container", container);
	rest_query(&path, "follow", p->o.follow ? "true" : NULL);
	rest_query(&path, "previous", p->o.previous ? "true" : NULL);
	rest_query(&path, "timestamps", p->o.timestamps ? "true" : NULL);
	query_int(&path, "tailLines", tail, tail >= 0);
	query_int(&path, "limitBytes", p->o.limit_bytes, p->o.limit_bytes > 0);
	r = add_since(p, &path, err);
	if (r < 0)
		return r;
	if (p->o.prefix) {
		printf("==> %s/%s <==\n", meta_name(pod), container);
		fflush(stdout);
	}
	return rest_stream(p->client, strbuf_str(&path), "*/*", 0, on_bytes, err, err);
}

static int print_logs(struct podctl *p, const json_t *pod, struct error *err)
{
	_cleanup_strv_ char **names = NULL;
	const char *chosen;
	int r;

	if (!p->o.all_containers) {
		r = container_choose(p, pod, &chosen, err);
		return r < 0 ? r : print_log(p, pod, chosen, err);
	}
	names = container_names(pod);
	for (size_t i = 0; names && names[i]; i++) {
		r = print_log(p, pod, names[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int print_selected(struct podctl *p, struct error *err)
{
	struct target all = { .kind = &kind_pod, .ns = p->ns };
	_cleanup_json_ json_t *list = NULL;
	json_t *pod;
	size_t i;
	int r;

	r = target_get(p, &all, &list, err);
	json_each(list, "items", i, pod) {
		if (r < 0)
			break;
		r = print_logs(p, pod, err);
	}
	if (r == 0 && !json_len(list, "items"))
		fprintf(stderr, "No resources found in %s namespace.\n", p->ns);
	return r;
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(target_deinit) struct target t = { 0 };
	_cleanup_json_ json_t *pod = NULL;
	int r;

	if (!p->args && !p->o.selector)
		return podctl_usage(p, err, "expected 'logs (POD | TYPE/NAME) [CONTAINER]'");
	r = podctl_connect(p, err);
	if (r < 0)
		return r;
	if (p->o.selector)
		return print_selected(p, err);
	if (p->args[1] && !p->o.container)
		p->o.container = xstrdup(p->args[1]);
	r = targets_read_pod(p, p->args[0], &t, err);
	if (r == 0)
		r = target_get(p, &t, &pod, err);
	return r < 0 ? r : print_logs(p, pod, err);
}

const struct command command_logs = {
	.name = "logs",
	.usage = "logs POD [-c CONTAINER] [-f] [-p] [--tail=N] [--timestamps] [--since=TIME]",
	.summary = "print what a container has written",
	.text = "Prints the standard output and error of a container of a pod, in the order in\n"
		"which they came.",
	.examples = "podctl logs web\npodctl logs web -c log -f --tail=20\n"
		    "podctl logs web -p --timestamps",
	.options = rows,
	.run = run,
};
