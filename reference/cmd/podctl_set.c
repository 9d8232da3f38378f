/*
 * podctl set image: other images in a pod template, by a patch.
 */
#include "api/meta.h"
#include "api/scheme.h"
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_targets.h"

static const struct option_row rows[] = {
	{ 0 },
};

/* Moves the words NAME=IMAGE out of the arguments, and the verb. A new array of {name, image}. */
static json_t *take_images(struct podctl *p)
{
	json_t *images = json_array();
	char **words = p->args, **rest = NULL;

	for (char **w = words + 1; *w; w++) {
		char *equals = strchr(*w, '=');

		if (equals)
			json_array_append_new(images, json_pack("{ss%, ss}", "name", *w,
								(size_t)(equals - *w), "image",
								equals + 1));
		else
			strv_add(&rest, *w);
	}
	strv_free(words);
	p->args = rest;
	return images;
}

static const char *pod_spec_path(const struct kind *k)
{
	return streq(k->kind, "Pod") ? "spec" : "spec.template.spec";
}

/* The containers to be patched: "*" stands for each that there is. */
static int wanted(const struct target *t, const json_t *obj, const json_t *images, json_t *out,
		  struct error *err)
{
	_cleanup_free_ char *path = str_printf("%s.containers", pod_spec_path(t->kind));
	json_t *image, *c;
	size_t i, k;

	json_array_foreach((json_t *)images, i, image) {
		const char *name = json_str(image, "name");
		bool found = false;

		json_each(obj, path, k, c) {
			if (!streq(name, "*") && !streq(name, json_str(c, "name")))
				continue;
			found = true;
			json_array_append_new(out, json_pack("{ss, ss}", "name", json_str(c, "name"),
							     "image", json_str(image, "image")));
		}
		if (!found)
			return error_set(err, ERR_NOT_FOUND, NULL,
					 "unable to find container named \"%s\"", name);
	}
	return 0;
}

static int set_one(struct podctl *p, const struct target *t, void *images, struct error *err)
{
	_cleanup_free_ char *path = rest_path(t->kind, t->ns, t->name, NULL);
	_cleanup_free_ char *word = kind_word(t->kind);
	_cleanup_json_ json_t *obj = NULL, *containers = json_array(), *patch = json_object();
	struct rest_request req = {
		.method = "PATCH", .path = path, .content_type = REST_STRATEGIC, .body = patch
	};
	int r = target_get(p, t, &obj, err);

	if (r == 0)
		r = wanted(t, obj, images, containers, err);
	if (r < 0)
		return r;
	json_object_set(json_make_obj(patch, pod_spec_path(t->kind)), "containers", containers);
	r = rest_call(p->client, &req, NULL, err);
	if (r == 0)
		printf("%s/%s image updated\n", word, t->name);
	return r;
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(targets_deinit) struct targets t = { 0 };
	_cleanup_json_ json_t *images = NULL;
	int r;

	if (!p->args || !streq(p->args[0], "image"))
		return podctl_usage(p, err, "set knows one thing: image");
	images = take_images(p);
	if (!json_array_size(images))
		return podctl_usage(p, err, "at least one image update is required");
	r = targets_find(p, &t, err);
	return r < 0 ? r : targets_each(p, &t, set_one, images);
}

const struct command command_set = {
	.name = "set",
	.usage = "set image TYPE/NAME... CONTAINER=IMAGE...",
	.summary = "set the images of a pod template",
	.text = "Changes the images of the containers named (* is each) of a pod, or of the pod\n"
		"template of what makes pods; a Deployment rolls them out.",
	.examples = "podctl set image deployment/web main=localhost/web:v2",
	.options = rows,
	.run = run,
};
