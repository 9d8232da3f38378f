/*
 * podctl rollout status: says what is missing each time that it changes, until nothing is.
 *
 * Per kind a function says in a sentence what an object still misses, or why it will never come, by the counts of
 * its own status.
 */
#include "api/daemonset.h"
#include "api/deployment.h"
#include "api/meta.h"
#include "api/statefulset.h"
#include "base/clock.h"
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_rollout.h"
#include "cmd/podctl_targets.h"
#include "cmd/podctl_until.h"

/* *ret_missing: a sentence, the caller frees; NULL: it is rolled out. A fault: it will not be. */
typedef int (*missing_fn)(const json_t *obj, char **ret_missing, struct error *err);

static bool is_seen(const json_t *obj)
{
	return json_int(obj, "status.observedGeneration", 0) >= meta_generation(obj);
}

static long long count(const json_t *obj, const char *path)
{
	return (long long)json_int(obj, path, 0);
}

static int deployment_misses(const json_t *d, char **ret_missing, struct error *err)
{
	long long want = (long long)json_int(d, "spec.replicas", 1);
	long long all = count(d, "status.replicas"), updated = count(d, "status.updatedReplicas");
	long long available = count(d, "status.availableReplicas");

	if (!is_seen(d))
		*ret_missing = xstrdup("Waiting for deployment spec update to be observed...");
	else if (streq(json_str(condition_get(d, "Progressing"), "reason"),
		       "ProgressDeadlineExceeded"))
		return error_set(err, ERR_UNAVAILABLE,
				 NULL, /* ERR_TIMEOUT ends a look, not the wait */
				 "deployment \"%s\" exceeded its progress deadline", meta_name(d));
	else if (updated < want)
		*ret_missing = str_printf("Waiting for deployment \"%s\" rollout to finish: %lld "
					  "out of %lld new replicas have been updated...",
					  meta_name(d), updated, want);
	else if (all > updated)
		*ret_missing = str_printf("Waiting for deployment \"%s\" rollout to finish: %lld "
					  "old replicas are pending termination...",
					  meta_name(d), all - updated);
	else if (available < updated)
		*ret_missing = str_printf("Waiting for deployment \"%s\" rollout to finish: %lld "
					  "of %lld updated replicas are available...",
					  meta_name(d), available, updated);
	return 0;
}

static int daemonset_misses(const json_t *ds, char **ret_missing, struct error *err)
{
	long long want = count(ds, "status.desiredNumberScheduled");
	long long updated = count(ds, "status.updatedNumberScheduled");
	long long available = count(ds, "status.numberAvailable");

	if (!daemonset_is_rolling(ds))
		return error_set(
			err, ERR_BAD_REQUEST, NULL,
			"rollout status is only available for RollingUpdate strategy type");
	if (!is_seen(ds))
		*ret_missing = xstrdup("Waiting for daemon set spec update to be observed...");
	else if (updated < want)
		*ret_missing = str_printf("Waiting for daemon set \"%s\" rollout to finish: %lld "
					  "out of %lld new pods have been updated...",
					  meta_name(ds), updated, want);
	else if (available < want)
		*ret_missing = str_printf("Waiting for daemon set \"%s\" rollout to finish: %lld "
					  "of %lld updated pods are available...",
					  meta_name(ds), available, want);
	return 0;
}

static int statefulset_misses(const json_t *sts, char **ret_missing, struct error *err)
{
	long long want = (long long)json_int(sts, "spec.replicas", 1);
	long long ready = count(sts, "status.readyReplicas");
	long long updated = count(sts, "status.updatedReplicas");
	long long to_update = want - (long long)statefulset_partition(sts);

	if (!statefulset_is_rolling(sts))
		return error_set(
			err, ERR_BAD_REQUEST, NULL,
			"rollout status is only available for RollingUpdate strategy type");
	if (!is_seen(sts))
		*ret_missing = xstrdup("Waiting for statefulset spec update to be observed...");
	else if (ready < want)
		*ret_missing = str_printf("Waiting for %lld pods to be ready...", want - ready);
	else if (updated < to_update)
		*ret_missing = str_printf("Waiting for partitioned roll out to finish: %lld out "
					  "of %lld new pods have been updated...",
					  updated, to_update);
	return 0;
}

static char *statefulset_end(const json_t *sts)
{
	return str_printf("partitioned roll out complete: %lld new pods have been updated...",
			  count(sts, "status.updatedReplicas"));
}

static const struct row {
	const struct kind *kind;
	const char *word; /* of the sentence at the end */
	missing_fn misses;
	char *(*end)(const json_t *obj); /* another sentence at the end; may be NULL */
} rows[] = {
	{ &kind_daemonset, "daemon set", daemonset_misses, NULL },
	{ &kind_deployment, "deployment", deployment_misses, NULL },
	{ &kind_statefulset, "statefulset", statefulset_misses, statefulset_end },
};

struct look {
	const struct row *row;
	char *last; /* the sentence that was said last; owned */
	char *end; /* that of the end; owned */
};

static int rolled_out(void *userdata, const json_t *obj, struct error *err)
{
	struct look *l = userdata;
	_cleanup_free_ char *missing = NULL;
	int r;

	if (!obj)
		return 0;
	r = l->row->misses(obj, &missing, err);
	if (r < 0)
		return r;
	if (!missing) {
		l->end = l->row->end ? l->row->end(obj) :
				       str_printf("%s \"%s\" successfully rolled out", l->row->word,
						  meta_name(obj));
		return 1;
	}
	if (!streq(missing, l->last))
		printf("%s\n", missing);
	fflush(stdout);
	free(l->last);
	l->last = take_ptr(missing);
	return 0;
}

int rollout_status(struct podctl *p, const struct target *t, struct error *err)
{
	struct look look = { 0 };
	struct until until = { .target = t, .holds = rolled_out, .userdata = &look };
	int64_t deadline = p->o.timeout_ns > 0 ? clock_now_mono_ns() + p->o.timeout_ns : INT64_MAX;
	const struct row *row = rows;
	int r;

	while (row->kind != t->kind)
		row++;
	look.row = row;
	r = until_holds(p, &until, deadline, err);
	free(look.last);
	if (r == 0)
		printf("%s\n", look.end);
	free(look.end);
	if (r == UNTIL_ABSENT)
		return error_set(err, ERR_NOT_FOUND, "NotFound", "%s \"%s\" not found",
				 kind_resource_name(t->kind), t->name);
	if (r == UNTIL_TIMEOUT)
		return error_set(err, ERR_TIMEOUT, NULL, "timed out waiting for the condition");
	return r;
}
