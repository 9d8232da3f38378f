/*
 * podctl delete: ends objects, and waits until they are gone.
 *
 * Every object is deleted first and then waited for, so that many graceful ends run side by side. The wait is a
 * watch that ends when the object with this uid is gone; another of the same name counts as gone.
 */
#include "api/meta.h"
#include "api/pod.h"
#include "api/scheme.h"
#include "base/clock.h"
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_targets.h"
#include "cmd/podctl_until.h"

static const struct option_row rows[] = {
	OPTION("filename", 'f', OPT_LIST, files, "FILE", "the objects of these manifests"),
	OPTION("selector", 'l', OPT_STRING, selector, "QUERY", "those with these labels"),
	OPTION("field-selector", 0, OPT_STRING, field_selector, "QUERY", "those with these fields"),
	OPTION("all", 0, OPT_FLAG, all, NULL, "all of the type in the namespace"),
	OPTION("all-namespaces", 'A', OPT_FLAG, all_namespaces, NULL, "of all namespaces"),
	OPTION("grace-period", 0, OPT_INT, grace, "SECONDS", "instead of the object's own"),
	OPTION("now", 0, OPT_FLAG, now, NULL, "the same as --grace-period=1"),
	OPTION("force", 0, OPT_FLAG, force, NULL,
	       "with --grace-period=0: do not wait for the node's confirmation"),
	OPTION("wait", 0, OPT_FLAG, wait, "true|false", "wait until it is gone (default true)"),
	OPTION("timeout", 0, OPT_DURATION, timeout_ns, "TIME", "wait no longer (default: for ever)"),
	OPTION("cascade", 0, OPT_STRING, cascade, "HOW", "background, foreground or orphan"),
	OPTION("ignore-not-found", 0, OPT_FLAG, ignore_not_found, NULL, "absent is no error"),
	OPTION("output", 'o', OPT_STRING, output, "name", "print TYPE/NAME alone"),
	{ 0 },
};

static int64_t grace_of(const struct podctl *p)
{
	int64_t grace = p->o.now ? 1 : p->o.grace;

	if (p->o.force && grace < 0)
		return 0;
	return grace == 0 && !p->o.force ? 1 : grace;
}

static const char *propagation_of(const struct podctl *p)
{
	if (streq(p->o.cascade, "orphan") || streq(p->o.cascade, "false"))
		return "Orphan";
	return streq(p->o.cascade, "foreground") ? "Foreground" : "Background";
}

static void print_deleted(const struct podctl *p, const struct target *t)
{
	_cleanup_free_ char *word = kind_word(t->kind);

	if (streq(p->o.output, "name"))
		printf("%s/%s\n", word, t->name);
	else
		printf("%s \"%s\" %s\n", word, t->name,
		       p->o.force && grace_of(p) == 0 ? "force deleted" : "deleted");
	fflush(stdout);
}

/* *ret_uid: of the object that is on its way out; NULL when the answer does not name it. */
static int delete_one(struct podctl *p, const struct target *t, char **ret_uid, struct error *err)
{
	_cleanup_free_ char *path = target_path(p, t);
	_cleanup_json_ json_t *options = NULL, *answer = NULL;
	struct rest_request req = { .method = "DELETE", .path = path };
	const char *uid;
	int r;

	options = json_pack("{s:s,s:s,s:s}", "apiVersion", "v1", "kind", "DeleteOptions",
			    "propagationPolicy", propagation_of(p));
	if (grace_of(p) >= 0)
		json_set_int(options, "gracePeriodSeconds", grace_of(p));
	req.body = options;
	r = rest_call(p->client, &req, &answer, err);
	if (r < 0)
		return r;
	uid = meta_uid(answer);
	*ret_uid = xstrdup(uid ? uid : json_str(answer, "details.uid"));
	print_deleted(p, t);
	return 0;
}

static int delete_all(struct podctl *p, const struct targets *t, char **uids, struct error *err)
{
	int failed = 0;

	for (size_t i = 0; i < t->n; i++) {
		_cleanup_error_ struct error one = ERROR_INIT;
		int r = delete_one(p, &t->items[i], &uids[i], &one);

		if (r < 0 && !(r == -ERR_NOT_FOUND && p->o.ignore_not_found))
			failed = podctl_print_error(&one);
		if (streq(one.reason, "Unreachable"))
			return error_move(err, &one);
	}
	return failed;
}

static int wait_all(struct podctl *p, const struct targets *t, char **uids, struct error *err)
{
	int64_t timeout = p->o.timeout_ns > 0 ? p->o.timeout_ns : INT64_MAX;
	int64_t deadline = timeout == INT64_MAX ? timeout : clock_now_mono_ns() + timeout;

	for (size_t i = 0; i < t->n; i++) {
		struct until until = { .target = &t->items[i], .uid = uids[i] };
		int r;

		if (!uids[i])
			continue;
		r = until_gone(p, &until, deadline, err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int check(struct podctl *p, const struct targets *t, struct error *err)
{
	bool chosen = p->o.selector || p->o.field_selector;

	for (size_t i = 0; i < t->n; i++)
		if (!t->items[i].name && !chosen && !p->o.all)
			return podctl_usage(
				p, err,
				"resource(s) were provided, but no name was specified; use --all");
	if (p->o.force && p->o.grace > 0)
		return podctl_usage(p, err,
				    "--force and --grace-period greater than 0 cannot be specified "
				    "together");
	if (p->o.force)
		fprintf(stderr,
			"Warning: Immediate deletion does not wait for confirmation that the "
			"running resource has been terminated. The resource may continue to "
			"run on the cluster indefinitely.\n");
	return 0;
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(targets_deinit) struct targets t = { 0 };
	_cleanup_free_ char **uids = NULL;
	int failed, r;

	r = podctl_connect(p, err);
	if (r == 0)
		r = targets_read(p, &t, err);
	if (r == 0)
		r = check(p, &t, err);
	if (r == 0)
		r = targets_expand(p, &t, err);
	if (r < 0)
		return r;
	if (!t.n)
		printf("No resources found\n");
	uids = xcalloc(t.n + 1, sizeof(*uids));
	failed = delete_all(p, &t, uids, err);
	r = failed < 0 || !p->o.wait ? 0 : wait_all(p, &t, uids, err);
	for (size_t i = 0; i < t.n; i++)
		free(uids[i]);
	return r < 0 ? r : failed;
}

const struct command command_delete = {
	.name = "delete",
	.usage = "delete TYPE NAME... | TYPE/NAME... | TYPE -l QUERY | TYPE --all | -f FILE",
	.summary = "end objects",
	.text = "Asks for the end of the objects and waits until they are gone. A pod gets its\n"
		"grace: preStop hooks run, TERM is sent, and KILL when the time is over.",
	.examples = "podctl delete pod web\npodctl delete -f pod.yaml --wait=false\n"
		    "podctl delete pods -l app=web --grace-period=5\n"
		    "podctl delete pod web --force",
	.options = rows,
	.run = run,
};
