/*
 * Delete: what a deletion makes of an object is decided first (decide_*: pure), then written.
 *
 * A bound, unfinished pod with grace > 0 is only marked: the kubelet stops it and deletes it again with grace 0. Every
 * removal of a pod is two changes, the mark with grace 0 and the removal, as watchers of Kubernetes
 * see it. A finalizer holds any object. A namespace turns Terminating; it goes when it is empty and its
 * controller asks with grace 0.
 */
#include "api/meta.h"
#include "api/pod_status.h"
#include "base/json.h"
#include "store/dry.h"
#include "store/engine.h"
#include "store/verbs.h"

#define FINALIZER_ORPHAN "orphan"
#define FINALIZER_FOREGROUND "foregroundDeletion"

static bool is_kind(const struct kind *k, const char *resource)
{
	return streq(kind_resource_name(k), resource);
}

static int check_preconditions(const struct kind *k, const json_t *cur,
			       const struct store_delete_opts *opts, struct error *err)
{
	if (opts->uid && *opts->uid && !streq(opts->uid, meta_uid(cur)))
		return update_conflict(k, meta_name(cur), err,
				       "the UID in the precondition (%s) does not match the UID in "
				       "record (%s). The object might have been deleted and then "
				       "recreated",
				       opts->uid, meta_uid(cur));
	if (opts->resource_version && *opts->resource_version &&
	    !streq(opts->resource_version, json_str(cur, "metadata.resourceVersion")))
		return update_conflict(
			k, meta_name(cur), err,
			"the ResourceVersion in the precondition (%s) does not match "
			"the ResourceVersion in record (%s). The object might have "
			"been modified",
			opts->resource_version, json_str(cur, "metadata.resourceVersion"));
	return 0;
}

static int check_protected(const struct kind *k, const json_t *cur, struct error *err)
{
	static const char *const names[] = { "default", "kube-system", "kube-public" };

	if (!is_kind(k, "namespaces"))
		return 0;
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		if (!streq(names[i], meta_name(cur)))
			continue;
		error_set(err, ERR_FORBIDDEN, NULL,
			  "namespaces \"%s\" is forbidden: this namespace may not be deleted",
			  names[i]);
		return STORE_REFUSED;
	}
	return 0;
}

/* ---- marks ---- */

static void mark(json_t *obj, int64_t now_ns, int64_t grace)
{
	char stamp[CLOCK_STAMP_MAX];

	meta_set(obj, "deletionTimestamp", clock_format(now_ns + grace * NSEC_PER_SEC, stamp));
	meta_set_int(obj, "deletionGracePeriodSeconds", grace);
}

static void mark_first(json_t *obj, int64_t now_ns, int64_t grace)
{
	if (meta_generation(obj) > 0)
		meta_set_int(obj, "generation", meta_generation(obj) + 1);
	mark(obj, now_ns, grace);
}

/* A later delete may only shorten; what it asks for may have passed already. */
static void mark_again(json_t *obj, const struct clock *clock, int64_t now_ns, int64_t grace)
{
	int64_t old_grace = meta_deletion_grace(obj), requested_ns, passed;

	if (grace < 0 || grace >= old_grace ||
	    clock_parse(meta_deletion_timestamp(obj), &requested_ns) < 0)
		return;
	requested_ns -= old_grace * NSEC_PER_SEC;
	/* The grace runs in real time, the stamps in nominal time. */
	passed = (int64_t)((double)(now_ns - requested_ns) / clock_rate(clock) / NSEC_PER_SEC);
	if (grace > 0 && passed >= grace) {
		mark(obj, now_ns, 0);
		meta_set_int(obj, "deletionGracePeriodSeconds", 1);
	} else {
		mark(obj, grace ? requested_ns : now_ns, grace);
	}
}

static int64_t pod_grace(const json_t *pod, int64_t asked)
{
	const char *node = pod_node_name(pod);

	if (!node || !*node || pod_is_terminal(pod))
		return 0;
	return asked >= 0 ? asked : json_int(pod, "spec.terminationGracePeriodSeconds", 30);
}

/* ---- propagation: finalizers that the garbage collector works off ---- */

static void set_finalizer(json_t *obj, const char *name, bool wanted)
{
	json_t *list = wanted ? json_make_arr(obj, "metadata.finalizers") :
				json_arr(obj, "metadata.finalizers");
	json_t *v;
	size_t i;

	json_array_foreach(list, i, v) {
		if (!streq(json_string_value(v), name))
			continue;
		if (!wanted)
			json_array_remove(list, i);
		return;
	}
	if (wanted)
		json_take_append(list, json_string(name));
}

static void apply_propagation(const struct kind *k, json_t *obj, const char *policy)
{
	if (!policy || !*policy) {
		/* Finalizers that stand there already say what the owner wants. */
		if (meta_has_finalizers(obj))
			return;
		policy = k->default_propagation;
	}
	set_finalizer(obj, FINALIZER_ORPHAN, streq(policy, "Orphan"));
	set_finalizer(obj, FINALIZER_FOREGROUND, streq(policy, "Foreground"));
	if (!json_array_size(json_arr(obj, "metadata.finalizers")))
		meta_set(obj, "finalizers", NULL);
}

/* ---- what a deletion makes of obj; returns whether it is to be removed then ---- */

static bool decide_pod(struct engine *s, json_t *obj, int64_t asked)
{
	int64_t now_ns = engine_now_ns(s);

	if (!meta_deletion_timestamp(obj))
		mark_first(obj, now_ns, pod_grace(obj, asked));
	else
		mark_again(obj, s->clock, now_ns, asked);
	return meta_deletion_grace(obj) == 0 && !meta_has_finalizers(obj);
}

static bool decide_namespace(struct engine *s, json_t *obj, int64_t asked)
{
	if (meta_deletion_timestamp(obj))
		return asked == 0 && !meta_has_finalizers(obj) && !objects_any_in(s, meta_name(obj));
	mark_first(obj, engine_now_ns(s), 0);
	meta_set(obj, "deletionGracePeriodSeconds", NULL);
	json_set_str(obj, "status.phase", "Terminating");
	return false;
}

static bool decide_other(struct engine *s, json_t *obj)
{
	if (!meta_has_finalizers(obj))
		return true;
	if (!meta_deletion_timestamp(obj))
		mark_first(obj, engine_now_ns(s), 0);
	return false;
}

static bool decide(struct engine *s, const struct kind *k, json_t *obj,
		   const struct store_delete_opts *opts)
{
	if (is_kind(k, "namespaces"))
		return decide_namespace(s, obj, opts->grace_seconds);
	apply_propagation(k, obj, opts->propagation);
	if (k->graceful_delete)
		return decide_pod(s, obj, opts->grace_seconds);
	return decide_other(s, obj);
}

static int delete_object(struct engine *s, const struct kind *k, const char *ns, const char *name,
			 const struct store_delete_opts *opts, bool dry, json_t **ret_obj,
			 bool *ret_gone, struct error *err)
{
	json_t *cur = objects_get(s, k, ns, name);
	_cleanup_json_ json_t *obj = json_dup(cur), *hold = json_incref(cur);
	bool gone;
	int r;

	if (!cur) {
		error_set(err, ERR_NOT_FOUND, NULL, "%s \"%s\" not found", kind_resource_name(k),
			  name);
		return STORE_NOT_FOUND;
	}
	r = check_preconditions(k, cur, opts, err);
	if (r == 0)
		r = check_protected(k, cur, err);
	if (r)
		return r;
	gone = decide(s, k, obj, opts);
	if ((!gone || k->graceful_delete) && !dry && !json_same(cur, obj))
		r = engine_commit(s, k, STORE_MODIFIED, obj, err);
	if (r == 0 && gone)
		r = update_remove(s, k, obj, dry, NULL, err);
	if (r == 0 && ret_obj)
		*ret_obj = json_dup(obj);
	if (r == 0 && ret_gone)
		*ret_gone = gone;
	return r;
}

int engine_delete(struct store *store, const struct kind *k, const char *ns, const char *name,
		  const struct store_delete_opts *opts, json_t **ret_obj, bool *ret_gone,
		  struct error *err)
{
	return delete_object(engine_of(store), k, ns, name, opts, false, ret_obj, ret_gone, err);
}

int store_dry_delete(struct store *store, const struct kind *k, const char *ns, const char *name,
		     const struct store_delete_opts *opts, json_t **ret_obj, bool *ret_gone,
		     struct error *err)
{
	static const struct store_delete_opts plain = STORE_DELETE_OPTS_INIT;

	return delete_object(engine_of(store), k, ns, name, opts ? opts : &plain, true, ret_obj,
			     ret_gone, err);
}
