/*
 * volume_files: volumes whose content comes from the API: configMap, secret, downwardAPI, projected.
 *
 * First all sources are read into one list of files (a later source replaces an equal path); then the list is
 * written as a whole by volume_writer. A source that is missing and not optional is the volume's fault. A file's
 * mode is its own or the volume's default; with fsGroup the group gets it, and may read.
 */
#include "kubelet/volume_writer.h"

#include "api/config.h"
#include "base/str.h"
#include "kubelet/ctr_plan.h"
#include "kubelet/env.h"
#include "kubelet/pod_worker.h"
#include "kubelet/volumes.h"

struct reading {
	struct pod_worker *w;
	const struct pod_volume *v;
	struct env_source source;
	struct volume_content *content;
};

static mode_t mode_of(const struct reading *rd, int own)
{
	mode_t mode = own >= 0 ? own : rd->v->default_mode;

	return rd->w->pod->fs_group >= 0 ? mode | 0440 : mode;
}

static const char *kind_word(const struct pod_projection *p)
{
	return p->type == PROJECT_SECRET ? "secret" : "configmap";
}

static int add_key(struct reading *rd, const json_t *obj, const char *key, const char *path,
		   int mode)
{
	char *data = NULL;
	size_t len = 0;
	int r = config_value(obj, key, &data, &len, NULL);

	if (r == 0)
		volume_content_add(rd->content, path, data, len, mode_of(rd, mode));
	return r;
}

static int add_items(struct reading *rd, const struct pod_projection *p, const json_t *obj,
		     struct error *err)
{
	for (size_t i = 0; i < p->n_items; i++) {
		const struct pod_volume_item *it = &p->items[i];

		if (add_key(rd, obj, it->key, it->path, it->mode) == 0 || p->optional)
			continue;
		return error_set(err, ERR_NOT_FOUND, NULL, "%s references non-existent %s key: %s",
				 kind_word(p), p->type == PROJECT_SECRET ? "secret" : "config",
				 it->key);
	}
	return 0;
}

static int add_object(struct reading *rd, const struct pod_projection *p, struct error *err)
{
	_cleanup_json_ json_t *obj = NULL;
	_cleanup_strv_ char **keys = NULL;

	if (rd->source.lookup(rd->source.ctx, p->type == PROJECT_SECRET, p->ref, &obj) != 0) {
		if (p->optional)
			return 0;
		return error_set(err, ERR_NOT_FOUND, NULL, "%s \"%s\" not found", kind_word(p),
				 p->ref);
	}
	if (!p->all_keys)
		return add_items(rd, p, obj, err);
	keys = config_keys(obj);
	for (char **k = keys; k && *k; k++)
		add_key(rd, obj, *k, *k, -1);
	return 0;
}

static int add_fields(struct reading *rd, const struct pod_projection *p, struct error *err)
{
	for (size_t i = 0; i < p->n_items; i++) {
		const struct pod_volume_item *it = &p->items[i];
		char *text = NULL;
		int r;

		if (it->is_resource)
			r = field_resource(&rd->source.fields, NULL, it->container, it->key,
					   it->divisor, &text, err);
		else
			r = field_value(&rd->source.fields, it->key, &text, err);
		if (r < 0)
			return r;
		volume_content_add(rd->content, it->path, text, strlen(text), mode_of(rd, it->mode));
	}
	return 0;
}

static int add_source(struct reading *rd, const struct pod_projection *p, struct error *err)
{
	switch (p->type) {
	case PROJECT_CONFIG_MAP:
	case PROJECT_SECRET:
		return add_object(rd, p, err);
	case PROJECT_DOWNWARD_API:
		return add_fields(rd, p, err);
	case PROJECT_TOKEN:
		return error_set(err, ERR_UNSUPPORTED, NULL,
				 "service account tokens are not issued here");
	case PROJECT_OTHER:
		break;
	}
	return error_set(err, ERR_UNSUPPORTED, NULL, "this projected source is not supported");
}

static bool has_secret(const struct pod_volume *v)
{
	for (size_t i = 0; i < v->n_projections; i++) {
		if (v->projections[i].type == PROJECT_SECRET)
			return true;
	}
	return false;
}

int volume_files(struct pod_worker *w, const struct pod_volume *v, const char *dir,
		 struct error *err)
{
	_cleanup_(volume_content_clear) struct volume_content content = { 0 };
	struct ctr any = { .w = w };
	struct reading rd = { .w = w, .v = v, .source = ctr_env_source(&any), .content = &content };
	int r = 0;

	for (size_t i = 0; r == 0 && i < v->n_projections; i++)
		r = add_source(&rd, &v->projections[i], err);
	if (r == 0 && has_secret(v))
		r = volume_tmpfs(dir, 0, 0777, err);
	if (r == 0)
		r = volume_write(dir, &content, w->pod->fs_group, err);
	return r;
}
