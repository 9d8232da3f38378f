/*
 * podctl scale: the number of replicas, through the scale subresource.
 */
#include "api/meta.h"
#include "api/scheme.h"
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_targets.h"

static const struct option_row rows[] = {
	OPTION("replicas", 0, OPT_INT, replicas, "N", "how many there shall be"),
	OPTION("current-replicas", 0, OPT_INT, current_replicas, "N",
	       "only if there are so many now"),
	OPTION("selector", 'l', OPT_STRING, selector, "QUERY", "those with these labels"),
	OPTION("all", 0, OPT_FLAG, all, NULL, "all of the type in the namespace"),
	OPTION("filename", 'f', OPT_LIST, files, "FILE", "the objects of these manifests"),
	{ 0 },
};

static int put_replicas(struct podctl *p, const char *path, json_t *scale, struct error *err)
{
	struct rest_request req = { .method = "PUT", .path = path, .body = scale };
	int64_t present = json_int(scale, "spec.replicas", 0);

	if (p->o.current_replicas >= 0 && present != p->o.current_replicas)
		return error_set(err, ERR_CONFLICT, NULL, "Expected replicas to be %lld, was %lld",
				 (long long)p->o.current_replicas, (long long)present);
	json_set_int(scale, "spec.replicas", p->o.replicas);
	return rest_call(p->client, &req, NULL, err);
}

/* A conflict means that the status moved in between: the scale is read again. */
static int scale_one(struct podctl *p, const struct target *t, void *userdata _unused_,
		     struct error *err)
{
	_cleanup_free_ char *path = rest_path(t->kind, t->ns, t->name, "scale");
	_cleanup_free_ char *word = kind_word(t->kind);
	struct rest_request get = { .path = path };
	int r;

	do {
		_cleanup_json_ json_t *scale = NULL;

		error_clear(err);
		r = rest_call(p->client, &get, &scale, err);
		if (r == 0)
			r = put_replicas(p, path, scale, err);
	} while (r == -ERR_CONFLICT && rest_is_status(err));
	if (r == 0)
		printf("%s/%s scaled\n", word, t->name);
	return r;
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(targets_deinit) struct targets t = { 0 };
	int r;

	if (p->o.replicas < 0)
		return podctl_usage(p, err,
				    "The --replicas=COUNT flag is required, and COUNT must be "
				    "greater than or equal to 0");
	r = targets_find(p, &t, err);
	if (r < 0)
		return r;
	if (!t.n)
		return error_set(err, ERR_NOT_FOUND, NULL, "no objects passed to scale");
	return targets_each(p, &t, scale_one, NULL);
}

const struct command command_scale = {
	.name = "scale",
	.usage = "scale TYPE NAME | TYPE/NAME... --replicas=N [--current-replicas=N]",
	.summary = "set the number of replicas",
	.text = "Sets spec.replicas of Deployments, StatefulSets, ReplicaSets and\n"
		"ReplicationControllers. With --current-replicas nothing is done unless that many\n"
		"are wanted now.",
	.examples = "podctl scale rs web --replicas=3\n"
		    "podctl scale rc/frontend --current-replicas=2 --replicas=0",
	.options = rows,
	.run = run,
};
