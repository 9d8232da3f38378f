/*
 * podctl_targets: words to kinds and names.
 *
 * A first word with a slash makes every word TYPE/NAME; otherwise the first is a type, or several with commas, and
 * the others are names of it. "all" stands for what people mean by it: pods and what makes them.
 */
#include "cmd/podctl_targets.h"

#include "api/meta.h"
#include "api/pod.h"
#include "api/scheme.h"
#include "base/json.h"
#include "cmd/podctl_manifest.h"

void target_deinit(struct target *t)
{
	free(t->ns);
	free(t->name);
	t->ns = t->name = NULL;
}

void targets_deinit(struct targets *t)
{
	for (size_t i = 0; i < t->n; i++)
		target_deinit(&t->items[i]);
	free(t->items);
	t->items = NULL;
	t->n = 0;
}

void targets_add(struct targets *t, const struct kind *k, const char *ns, const char *name)
{
	struct target *item;

	t->items = xrealloc(t->items, (t->n + 1) * sizeof(*t->items));
	item = &t->items[t->n++];
	item->kind = k;
	item->ns = k->namespaced ? xstrdup(ns) : NULL;
	item->name = xstrdup(name);
}

char *kind_word(const struct kind *k)
{
	return *k->group ? str_printf("%s.%s", k->singular, k->group) : xstrdup(k->singular);
}

static int find_kind(const char *word, const struct kind **ret, struct error *err)
{
	*ret = scheme_word(word);
	if (*ret)
		return 0;
	return error_set(err, ERR_BAD_REQUEST, NULL,
			 "the server doesn't have a resource type \"%s\"", word);
}

static int add_slashed(struct podctl *p, const char *word, struct targets *t, struct error *err)
{
	const char *slash = strchr(word, '/');
	_cleanup_free_ char *type = NULL;
	const struct kind *k;
	int r;

	if (!slash || !slash[1] || slash == word)
		return podctl_usage(p, err,
				    "there is no need to specify a resource type as a separate "
				    "argument when passing arguments in resource/name form");
	type = xstrndup(word, (size_t)(slash - word));
	r = find_kind(type, &k, err);
	if (r == 0)
		targets_add(t, k, p->ns, slash + 1);
	return r;
}

static int add_types(struct podctl *p, const char *word, struct targets *t, struct error *err)
{
	_cleanup_strv_ char **types = strv_split(streq(word, "all") ? "pods,rc,rs" : word, ',');
	const struct kind *k;

	for (size_t i = 0; types[i]; i++) {
		int r = find_kind(types[i], &k, err);

		if (r < 0)
			return r;
		if (!p->args[1])
			targets_add(t, k, podctl_list_ns(p), NULL);
		for (size_t n = 1; p->args[n]; n++)
			targets_add(t, k, p->ns, p->args[n]);
	}
	return 0;
}

static int read_files(struct podctl *p, struct targets *ret, struct error *err)
{
	_cleanup_(manifests_deinit) struct manifests m = { 0 };
	int r = manifests_read(p, p->o.files, &m, err);

	for (size_t i = 0; r == 0 && i < m.n; i++)
		targets_add(ret, m.items[i].kind, meta_namespace(m.items[i].obj),
			    meta_name(m.items[i].obj));
	return r;
}

int targets_read(struct podctl *p, struct targets *ret, struct error *err)
{
	int r = 0;

	if (p->o.files)
		return read_files(p, ret, err);
	if (!p->args)
		return podctl_usage(p, err, "You must specify the type of resource to %s",
				    p->command->name);
	if (!strchr(p->args[0], '/'))
		return add_types(p, p->args[0], ret, err);
	for (size_t i = 0; r == 0 && p->args[i]; i++)
		r = add_slashed(p, p->args[i], ret, err);
	return r;
}

int targets_read_pod(struct podctl *p, const char *word, struct target *ret, struct error *err)
{
	_cleanup_(targets_deinit) struct targets t = { 0 };
	int r;

	if (!strchr(word, '/')) {
		targets_add(&t, &kind_pod, p->ns, word);
	} else {
		r = add_slashed(p, word, &t, err);
		if (r < 0)
			return r;
		if (t.items[0].kind != &kind_pod)
			return error_set(err, ERR_BAD_REQUEST, NULL, "%s takes pods only",
					 p->command->name);
	}
	*ret = t.items[0];
	t.n = 0;
	return 0;
}

char *target_path(const struct podctl *p, const struct target *t)
{
	_cleanup_free_ char *base = rest_path(t->kind, t->ns, t->name, NULL);
	_cleanup_strbuf_ struct strbuf path = STRBUF_INIT;

	strbuf_adds(&path, base);
	if (!t->name) {
		rest_query(&path, "labelSelector", p->o.selector);
		rest_query(&path, "fieldSelector", p->o.field_selector);
	}
	return strbuf_take(&path);
}

int target_get(struct podctl *p, const struct target *t, json_t **ret, struct error *err)
{
	_cleanup_free_ char *path = target_path(p, t);
	struct rest_request req = { .path = path };

	return rest_call(p->client, &req, ret, err);
}

int targets_expand(struct podctl *p, struct targets *t, struct error *err)
{
	_cleanup_(targets_deinit) struct targets all = { 0 };
	struct targets swap;

	for (size_t i = 0; i < t->n; i++) {
		_cleanup_json_ json_t *list = NULL;
		struct target *item = &t->items[i];
		json_t *obj;
		size_t j;
		int r;

		if (item->name) {
			targets_add(&all, item->kind, item->ns, item->name);
			continue;
		}
		r = target_get(p, item, &list, err);
		if (r < 0)
			return r;
		json_each(list, "items", j, obj)
			targets_add(&all, item->kind, meta_namespace(obj), meta_name(obj));
	}
	swap = *t;
	*t = all;
	all = swap;
	return 0;
}

int targets_find(struct podctl *p, struct targets *ret, struct error *err)
{
	int r = podctl_connect(p, err);

	if (r == 0)
		r = targets_read(p, ret, err);
	return r < 0 ? r : targets_expand(p, ret, err);
}

int targets_each(struct podctl *p, const struct targets *t, target_fn fn, void *userdata)
{
	int failed = 0;

	for (size_t i = 0; i < t->n; i++) {
		_cleanup_error_ struct error one = ERROR_INIT;

		if (fn(p, &t->items[i], userdata, &one) < 0)
			failed = podctl_print_error(&one);
	}
	return failed;
}
