/*
 * podctl rollout: what a client does about the rollout of a Deployment, a DaemonSet or a StatefulSet.
 *
 * Nothing of it is a verb of the server: pause, resume and restart are patches, history and undo read the templates
 * that are kept (podctl_history.c), and status watches the object's own counts (podctl_rollout_status.c). All
 * of it works against any cluster as kubectl's does.
 */
#include <time.h>

#include "api/daemonset.h"
#include "api/deployment.h"
#include "api/statefulset.h"
#include "base/clock.h"
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_rollout.h"
#include "cmd/podctl_targets.h"

static const struct option_row rows[] = {
	OPTION("to-revision", 0, OPT_INT, revision, "N", "undo: to this one (default: the last)"),
	OPTION("revision", 0, OPT_INT, revision, "N", "history: the template of this one"),
	OPTION("timeout", 0, OPT_DURATION, timeout_ns, "TIME", "status: give up after this time"),
	{ 0 },
};

static int send_patch(struct podctl *p, const struct target *t, json_t *patch, const char *done,
		      struct error *err)
{
	_cleanup_free_ char *path = rest_path(t->kind, t->ns, t->name, NULL);
	_cleanup_free_ char *word = kind_word(t->kind);
	_cleanup_json_ json_t *body = patch;
	struct rest_request req = {
		.method = "PATCH", .path = path, .content_type = REST_MERGE, .body = body
	};
	int r = rest_call(p->client, &req, NULL, err);

	if (r == 0)
		printf("%s/%s %s\n", word, t->name, done);
	return r;
}

/* ---- pause, resume, restart ---- */

static int set_paused(struct podctl *p, const struct target *t, bool paused, struct error *err)
{
	_cleanup_json_ json_t *d = NULL;
	int r;

	if (t->kind != &kind_deployment)
		return error_set(err, ERR_BAD_REQUEST, NULL, "%s \"%s\" %s is not supported",
				 kind_resource_name(t->kind), t->name,
				 paused ? "pausing" : "resuming");
	r = target_get(p, t, &d, err);
	if (r < 0)
		return r;
	if (json_bool(d, "spec.paused", false) == paused)
		return error_set(err, ERR_BAD_REQUEST, NULL, "%s.%s \"%s\" is %s paused",
				 t->kind->plural, t->kind->group, t->name,
				 paused ? "already" : "not");
	return send_patch(p, t, json_pack("{s{sb}}", "spec", "paused", paused),
			  paused ? "paused" : "resumed", err);
}

static int do_pause(struct podctl *p, const struct target *t, struct error *err)
{
	return set_paused(p, t, true, err);
}

static int do_resume(struct podctl *p, const struct target *t, struct error *err)
{
	return set_paused(p, t, false, err);
}

static int do_restart(struct podctl *p, const struct target *t, struct error *err)
{
	struct timespec now;
	char stamp[CLOCK_STAMP_MAX];

	clock_gettime(CLOCK_REALTIME, &now);
	clock_format(now.tv_sec * NSEC_PER_SEC, stamp);
	return send_patch(p, t,
			  json_pack("{s{s{s{s{ss}}}}}", "spec", "template", "metadata",
				    "annotations", "kubectl.kubernetes.io/restartedAt", stamp),
			  "restarted", err);
}

/* ---- the words ---- */

static const struct kind *const rolled_out[] = { &kind_daemonset, &kind_deployment,
						 &kind_statefulset };

static const struct {
	const char *word;
	int (*run)(struct podctl *p, const struct target *t, struct error *err);
} verbs[] = {
	{ "history", rollout_history }, { "pause", do_pause },	      { "restart", do_restart },
	{ "resume", do_resume },	{ "status", rollout_status }, { "undo", rollout_undo },
};

static bool is_rolled_out(const struct kind *k)
{
	for (size_t i = 0; i < ARRAY_SIZE(rolled_out); i++)
		if (rolled_out[i] == k)
			return true;
	return false;
}

static int run_all(struct podctl *p, size_t verb, const struct targets *t, struct error *err)
{
	for (size_t i = 0; i < t->n; i++) {
		int r;

		if (!is_rolled_out(t->items[i].kind))
			return error_set(err, ERR_BAD_REQUEST, NULL,
					 "%s are not rolled out: only daemonsets, deployments and "
					 "statefulsets are",
					 kind_resource_name(t->items[i].kind));
		r = verbs[verb].run(p, &t->items[i], err);
		if (r < 0)
			return r;
	}
	return 0;
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(targets_deinit) struct targets t = { 0 };
	char **words = p->args;
	size_t verb = 0;
	int r;

	while (verb < ARRAY_SIZE(verbs) && !(words && streq(words[0], verbs[verb].word)))
		verb++;
	if (verb == ARRAY_SIZE(verbs))
		return podctl_usage(p, err,
				    "one of history, pause, restart, resume, status and "
				    "undo is required");
	p->args = strv_copy(words + 1);
	strv_free(words);
	r = targets_find(p, &t, err);
	return r < 0 ? r : run_all(p, verb, &t, err);
}

const struct command command_rollout = {
	.name = "rollout",
	.usage = "rollout status|history|undo|pause|resume|restart TYPE/NAME...",
	.summary = "manage the rollout of a Deployment or a DaemonSet",
	.text = "status waits until all pods are of the present template and available, and fails\n"
		"when a Deployment's progress deadline passes. history lists the revisions that\n"
		"are kept, undo goes back to one. pause holds changes of a Deployment's template\n"
		"back, resume rolls them out, restart replaces all pods.",
	.examples = "podctl rollout status deployment/web --timeout=1m\n"
		    "podctl rollout history deploy web --revision=2\n"
		    "podctl rollout undo deploy/web --to-revision=1",
	.options = rows,
	.run = run,
};
