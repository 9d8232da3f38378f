/*
 * podctl rollout: what a client does about the rollout of a Deployment.
 *
 * Nothing of it is a verb of the server: pause, resume and restart are patches, undo puts the template of an old
 * ReplicaSet back, history reads the ReplicaSets, and status watches the Deployment's own counts. All of it
 * works against any cluster as kubectl's does.
 */
#include <time.h>

#include "api/deployment.h"
#include "api/meta.h"
#include "api/workload.h"
#include "base/clock.h"
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_targets.h"
#include "cmd/podctl_until.h"

#define REVISION "deployment.kubernetes.io/revision"

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
	int r = target_get(p, t, &d, err);

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

/* ---- history, undo ---- */

static int64_t revision_of(const json_t *set)
{
	int64_t n;

	return str_to_int64(meta_annotation(set, REVISION), 0, INT64_MAX, &n) < 0 ? 0 : n;
}

/* The ReplicaSets of d, by revision; a new array. */
static int read_sets(struct podctl *p, const json_t *d, json_t **ret, struct error *err)
{
	_cleanup_free_ char *path = rest_path(&kind_replicaset, meta_namespace(d), NULL, NULL);
	_cleanup_json_ json_t *list = NULL, *sets = json_array();
	struct rest_request req = { .path = path };
	json_t *set;
	size_t i;
	int r = rest_call(p->client, &req, &list, err);

	if (r < 0)
		return r;
	json_each(list, "items", i, set) {
		size_t at = json_array_size(sets);

		if (!meta_is_controlled_by(set, d))
			continue;
		while (at > 0 && revision_of(json_array_get(sets, at - 1)) > revision_of(set))
			at--;
		json_array_insert(sets, at, set);
	}
	*ret = take_ptr(sets);
	return 0;
}

/* The set of a revision, 0: of the last but one. */
static json_t *find_revision(const json_t *sets, int64_t revision)
{
	size_t n = json_array_size(sets);

	if (revision <= 0)
		return n > 1 ? json_array_get(sets, n - 2) : NULL;
	for (size_t i = 0; i < n; i++)
		if (revision_of(json_array_get(sets, i)) == revision)
			return json_array_get(sets, i);
	return NULL;
}

static int no_revision(int64_t revision, struct error *err)
{
	if (revision > 0)
		return error_set(err, ERR_NOT_FOUND, NULL,
				 "unable to find specified revision %lld in history",
				 (long long)revision);
	return error_set(err, ERR_NOT_FOUND, NULL, "no rollout history found");
}

static int do_history(struct podctl *p, const struct target *t, struct error *err)
{
	_cleanup_json_ json_t *d = NULL, *sets = NULL;
	_cleanup_free_ char *word = kind_word(t->kind), *text = NULL;
	json_t *set;
	size_t i;
	int r = target_get(p, t, &d, err);

	if (r == 0)
		r = read_sets(p, d, &sets, err);
	if (r < 0)
		return r;
	if (p->o.revision > 0) {
		set = find_revision(sets, p->o.revision);
		if (!set)
			return no_revision(p->o.revision, err);
		text = json_text_pretty(json_obj(set, "spec.template"));
		printf("%s/%s with revision #%lld\n%s\n", word, t->name, (long long)p->o.revision,
		       text);
		return 0;
	}
	printf("%s/%s \nREVISION  CHANGE-CAUSE\n", word, t->name);
	json_array_foreach(sets, i, set)
		printf("%-8lld  %s\n", (long long)revision_of(set),
		       meta_annotation(set, "kubernetes.io/change-cause") ?: "<none>");
	return 0;
}

/* A conflict means that the status moved in between: the Deployment is read again. */
static int put_template(struct podctl *p, const struct target *t, struct error *err)
{
	_cleanup_free_ char *path = rest_path(t->kind, t->ns, t->name, NULL);
	_cleanup_json_ json_t *d = NULL, *sets = NULL, *template = NULL;
	struct rest_request req = { .method = "PUT", .path = path };
	const json_t *set;
	int r = target_get(p, t, &d, err);

	if (r == 0)
		r = read_sets(p, d, &sets, err);
	if (r < 0)
		return r;
	set = find_revision(sets, p->o.revision);
	if (!set)
		return no_revision(p->o.revision, err);
	template = json_dup(json_obj(set, "spec.template"));
	json_object_del(json_obj(template, "metadata.labels"), "pod-template-hash");
	json_object_set(json_obj(d, "spec"), "template", template);
	req.body = d;
	return rest_call(p->client, &req, NULL, err);
}

static int do_undo(struct podctl *p, const struct target *t, struct error *err)
{
	_cleanup_free_ char *word = kind_word(t->kind);
	int r;

	do {
		error_clear(err);
		r = put_template(p, t, err);
	} while (r == -ERR_CONFLICT && rest_is_status(err));
	if (r == 0)
		printf("%s/%s rolled back\n", word, t->name);
	return r;
}

/* ---- status ---- */

struct counts {
	long long want, all, updated, available;
};

/* What is still missing, or NULL. The caller frees. */
static char *what_is_missing(const json_t *d, const struct counts *n)
{
	if (json_int(d, "status.observedGeneration", 0) < meta_generation(d))
		return xstrdup("Waiting for deployment spec update to be observed...");
	if (n->updated < n->want)
		return str_printf("Waiting for deployment \"%s\" rollout to finish: %lld out of "
				  "%lld new replicas have been updated...",
				  meta_name(d), n->updated, n->want);
	if (n->all > n->updated)
		return str_printf("Waiting for deployment \"%s\" rollout to finish: %lld old "
				  "replicas are pending termination...",
				  meta_name(d), n->all - n->updated);
	if (n->available < n->updated)
		return str_printf("Waiting for deployment \"%s\" rollout to finish: %lld of %lld "
				  "updated replicas are available...",
				  meta_name(d), n->available, n->updated);
	return NULL;
}

static int rolled_out(void *userdata, const json_t *d, struct error *err)
{
	char **last = userdata;
	struct counts n = { .want = json_int(d, "spec.replicas", 1),
			    .all = json_int(d, "status.replicas", 0),
			    .updated = json_int(d, "status.updatedReplicas", 0),
			    .available = json_int(d, "status.availableReplicas", 0) };
	_cleanup_free_ char *missing = d ? what_is_missing(d, &n) : NULL;

	if (!d)
		return 0;
	if (json_int(d, "status.observedGeneration", 0) >= meta_generation(d) &&
	    streq(json_str(condition_get(d, "Progressing"), "reason"), "ProgressDeadlineExceeded"))
		return error_set(err, ERR_UNAVAILABLE,
				 NULL, /* ERR_TIMEOUT ends a look, not the wait */
				 "deployment \"%s\" exceeded its progress deadline", meta_name(d));
	if (!missing)
		return 1;
	if (!streq(missing, *last))
		printf("%s\n", missing);
	fflush(stdout);
	free(*last);
	*last = take_ptr(missing);
	return 0;
}

static int do_status(struct podctl *p, const struct target *t, struct error *err)
{
	_cleanup_free_ char *last = NULL;
	struct until until = { .target = t, .holds = rolled_out, .userdata = &last };
	int64_t deadline = p->o.timeout_ns > 0 ? clock_now_mono_ns() + p->o.timeout_ns : INT64_MAX;
	int r = until_holds(p, &until, deadline, err);

	if (r == UNTIL_ABSENT)
		return error_set(err, ERR_NOT_FOUND, "NotFound", "%s \"%s\" not found",
				 kind_resource_name(t->kind), t->name);
	if (r == UNTIL_TIMEOUT)
		return error_set(err, ERR_TIMEOUT, NULL, "timed out waiting for the condition");
	if (r == 0)
		printf("deployment \"%s\" successfully rolled out\n", t->name);
	return r;
}

/* ---- the words ---- */

static const struct {
	const char *word;
	int (*run)(struct podctl *p, const struct target *t, struct error *err);
} verbs[] = {
	{ "history", do_history }, { "pause", do_pause },   { "restart", do_restart },
	{ "resume", do_resume },   { "status", do_status }, { "undo", do_undo },
};

static int run_all(struct podctl *p, size_t verb, const struct targets *t, struct error *err)
{
	for (size_t i = 0; i < t->n; i++) {
		int r;

		if (t->items[i].kind != &kind_deployment)
			return error_set(err, ERR_BAD_REQUEST, NULL,
					 "%s are not rolled out: only deployments are",
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
	r = podctl_connect(p, err);
	if (r == 0)
		r = targets_read(p, &t, err);
	if (r == 0)
		r = targets_expand(p, &t, err);
	return r < 0 ? r : run_all(p, verb, &t, err);
}

const struct command command_rollout = {
	.name = "rollout",
	.usage = "rollout status|history|undo|pause|resume|restart TYPE/NAME...",
	.summary = "manage the rollout of a Deployment",
	.text = "status waits until all pods are of the present template and available, and fails\n"
		"when the Deployment's progress deadline passes. history lists the revisions that\n"
		"are kept, undo goes back to one. pause holds changes of the template back, "
		"resume\n"
		"rolls them out, restart replaces all pods.",
	.examples = "podctl rollout status deployment/web --timeout=1m\n"
		    "podctl rollout history deploy web --revision=2\n"
		    "podctl rollout undo deploy/web --to-revision=1",
	.options = rows,
	.run = run,
};
