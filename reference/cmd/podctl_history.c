/*
 * podctl rollout history and undo: the templates that an object has had.
 *
 * A Deployment keeps them in its ReplicaSets, everybody else in ControllerRevisions. Both are read into one form,
 * {"revision": N, "cause": TEXT, "template": {…}}, without what their controller has added.
 */
#include "api/controller_revision.h"
#include "api/deployment.h"
#include "api/meta.h"
#include "api/workload.h"
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_rollout.h"
#include "cmd/podctl_targets.h"

static json_t *from_set(const json_t *set)
{
	json_t *template = json_dup(json_obj(set, "spec.template"));
	int64_t n;

	json_object_del(json_obj(template, "metadata.labels"), "pod-template-hash");
	if (str_to_int64(meta_annotation(set, "deployment.kubernetes.io/revision"), 0, INT64_MAX,
			 &n) < 0)
		n = 0;
	return json_pack("{s:I,s:o*}", "revision", (json_int_t)n, "template", template);
}

static json_t *from_controller_revision(const json_t *revision)
{
	json_t *template = json_dup(json_obj(revision, "data.spec.template"));

	json_object_del(template, "$patch");
	return json_pack("{s:I,s:o*}", "revision", (json_int_t)json_int(revision, "revision", 0),
			 "template", template);
}

static int64_t number_of(const json_t *entry)
{
	return json_int(entry, "revision", 0);
}

static void insert(json_t *history, json_t *entry)
{
	size_t at = json_array_size(history);

	while (at > 0 && number_of(json_array_get(history, at - 1)) > number_of(entry))
		at--;
	json_array_insert_new(history, at, entry);
}

/* What owner had, lowest number first; a new array. */
static int read_history(struct podctl *p, const struct target *t, const json_t *owner, json_t **ret,
			struct error *err)
{
	bool sets = t->kind == &kind_deployment;
	const struct kind *kept = sets ? &kind_replicaset : &kind_controller_revision;
	_cleanup_free_ char *path = rest_path(kept, meta_namespace(owner), NULL, NULL);
	_cleanup_json_ json_t *list = NULL, *history = json_array();
	struct rest_request req = { .path = path };
	json_t *obj;
	size_t i;
	int r = rest_call(p->client, &req, &list, err);

	if (r < 0)
		return r;
	json_each(list, "items", i, obj) {
		const char *cause = meta_annotation(obj, "kubernetes.io/change-cause");
		json_t *entry;

		if (!meta_is_controlled_by(obj, owner))
			continue;
		entry = sets ? from_set(obj) : from_controller_revision(obj);
		json_set_str(entry, "cause", cause);
		insert(history, entry);
	}
	*ret = take_ptr(history);
	return 0;
}

/* That of a number, 0: the last but one. NULL: there is none. */
static json_t *find_revision(const json_t *history, int64_t revision)
{
	size_t n = json_array_size(history);

	if (revision <= 0)
		return n > 1 ? json_array_get(history, n - 2) : NULL;
	for (size_t i = 0; i < n; i++)
		if (number_of(json_array_get(history, i)) == revision)
			return json_array_get(history, i);
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

int rollout_history(struct podctl *p, const struct target *t, struct error *err)
{
	_cleanup_json_ json_t *owner = NULL, *history = NULL;
	_cleanup_free_ char *word = kind_word(t->kind), *text = NULL;
	json_t *entry;
	size_t i;
	int r = target_get(p, t, &owner, err);

	if (r == 0)
		r = read_history(p, t, owner, &history, err);
	if (r < 0)
		return r;
	if (p->o.revision > 0) {
		entry = find_revision(history, p->o.revision);
		if (!entry)
			return no_revision(p->o.revision, err);
		text = json_text_pretty(json_obj(entry, "template"));
		printf("%s/%s with revision #%lld\n%s\n", word, t->name, (long long)p->o.revision,
		       text);
		return 0;
	}
	printf("%s/%s \nREVISION  CHANGE-CAUSE\n", word, t->name);
	json_array_foreach(history, i, entry)
		printf("%-8lld  %s\n", (long long)number_of(entry),
		       json_str_or(entry, "cause", "<none>"));
	return 0;
}

/* *ret_skipped: the revision that the template is of already, or 0. A conflict: the status moved in between. */
static int put_template(struct podctl *p, const struct target *t, int64_t *ret_skipped,
			struct error *err)
{
	_cleanup_free_ char *path = rest_path(t->kind, t->ns, t->name, NULL);
	_cleanup_json_ json_t *owner = NULL, *history = NULL;
	struct rest_request req = { .method = "PUT", .path = path };
	const json_t *entry;
	int r = target_get(p, t, &owner, err);

	*ret_skipped = 0;
	if (r == 0)
		r = read_history(p, t, owner, &history, err);
	if (r < 0)
		return r;
	entry = find_revision(history, p->o.revision);
	if (!entry)
		return no_revision(p->o.revision, err);
	if (json_same(json_obj(entry, "template"), json_obj(owner, "spec.template"))) {
		*ret_skipped = number_of(entry);
		return 0;
	}
	json_object_set(json_obj(owner, "spec"), "template", json_obj(entry, "template"));
	req.body = owner;
	return rest_call(p->client, &req, NULL, err);
}

int rollout_undo(struct podctl *p, const struct target *t, struct error *err)
{
	_cleanup_free_ char *word = kind_word(t->kind);
	int64_t skipped;
	int r;

	do {
		error_clear(err);
		r = put_template(p, t, &skipped, err);
	} while (r == -ERR_CONFLICT && rest_is_status(err));
	if (r == 0 && skipped)
		printf("%s/%s skipped rollback (current template already matches revision %lld)\n",
		       word, t->name, (long long)skipped);
	else if (r == 0)
		printf("%s/%s rolled back\n", word, t->name);
	return r;
}
