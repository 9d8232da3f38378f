/*
 * volumes: set-up and tear-down over all sources.
 *
 * A volume's directory is ROOT/kubelet/pods/UID/volumes/NAME. What is set up stays as it is over restarts
 * of containers, sandboxes and podd, and goes when the pod has ended, before its final status. The pod's
 * directory and its logs stay until the object is gone: logs of a finished pod can be read.
 */
#include "kubelet/volumes.h"

#include <string.h>
#include <sys/mount.h>

#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "kubelet/pod_worker.h"

char *volume_dir(const struct pod_worker *w, const char *name)
{
	_cleanup_free_ char *dir = kubelet_pod_dir(w->k, w->uid);

	return str_printf("%s/volumes/%s", dir, name);
}

static bool is_files(const struct pod_volume *v)
{
	return v->type == VOLUME_CONFIG_MAP || v->type == VOLUME_SECRET ||
	       v->type == VOLUME_DOWNWARD_API || v->type == VOLUME_PROJECTED;
}

static int setup_one(struct pod_worker *w, const struct pod_volume *v, struct error *err)
{
	_cleanup_free_ char *dir = volume_dir(w, v->name);
	int r;

	if (v->type == VOLUME_HOST_PATH)
		return volume_host_path(w, v, err);
	if (v->type == VOLUME_CLAIM)
		return volume_claimed(w, v, err);
	if (v->type == VOLUME_OTHER)
		return error_set(err, ERR_UNSUPPORTED, NULL, "no volume plugin matched: %s",
				 v->source_name);
	r = fs_mkdir_p(AT_FDCWD, dir, 0755, err);
	if (r < 0)
		return r;
	return v->type == VOLUME_EMPTY_DIR ? volume_empty_dir(w, v, dir, err) :
					     volume_files(w, v, dir, err);
}

int volumes_setup(struct pod_worker *w, struct error *err)
{
	for (size_t i = 0; i < w->pod->n_volumes; i++) {
		const struct pod_volume *v = &w->pod->volumes[i];
		int r = setup_one(w, v, err);

		if (r != 0)
			return error_wrap(err, "MountVolume.SetUp failed for volume \"%s\" ",
					  v->name);
	}
	return 0;
}

void volumes_refresh(struct pod_worker *w)
{
	for (size_t i = 0; i < w->pod->n_volumes; i++) {
		const struct pod_volume *v = &w->pod->volumes[i];
		_cleanup_free_ char *dir = volume_dir(w, v->name);
		_cleanup_error_ struct error err = ERROR_INIT;

		if (is_files(v) && volume_files(w, v, dir, &err) < 0)
			log_debug("kubelet", "volume %s of %s: %s", v->name, w->pod->name,
				  error_text(&err));
	}
}

bool volumes_use(const struct pod_worker *w, bool secret, const char *name)
{
	enum pod_projection_type want = secret ? PROJECT_SECRET : PROJECT_CONFIG_MAP;

	for (size_t i = 0; i < w->pod->n_volumes; i++) {
		const struct pod_volume *v = &w->pod->volumes[i];

		for (size_t j = 0; j < v->n_projections; j++) {
			if (v->projections[j].type == want && streq(v->projections[j].ref, name))
				return true;
		}
	}
	return false;
}

/* Below pods/UID: all volumes, mounts first. */
static int remove_volumes(const char *pod_dir, struct error *err)
{
	_cleanup_free_ char *dir = fs_join(pod_dir, "volumes");
	_cleanup_strv_ char **names = NULL;

	if (fs_list(AT_FDCWD, dir, &names, NULL) != 0)
		return 0;
	for (char **n = names; n && *n; n++) {
		_cleanup_free_ char *path = fs_join(dir, *n);

		umount2(path, MNT_DETACH | UMOUNT_NOFOLLOW);
	}
	return fs_remove_tree(AT_FDCWD, dir, err);
}

void volumes_teardown(struct pod_worker *w)
{
	_cleanup_free_ char *dir = kubelet_pod_dir(w->k, w->uid);
	_cleanup_error_ struct error err = ERROR_INIT;

	if (remove_volumes(dir, &err) < 0)
		log_warn("kubelet", "volumes of pod %s: %s", w->pod->name, error_text(&err));
}

static void forget(const char *pod_dir, const char *logs)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if ((pod_dir && remove_volumes(pod_dir, &err) < 0) ||
	    (pod_dir && fs_remove_tree(AT_FDCWD, pod_dir, &err) < 0) ||
	    (logs && fs_remove_tree(AT_FDCWD, logs, &err) < 0))
		log_warn("kubelet", "directories of a pod: %s", error_text(&err));
}

void volumes_forget_pod(struct pod_worker *w)
{
	_cleanup_free_ char *dir = kubelet_pod_dir(w->k, w->uid);
	_cleanup_free_ char *logs = kubelet_log_dir(w->k, w->pod);

	forget(dir, logs);
}

void volumes_sweep(struct kubelet *k)
{
	_cleanup_free_ char *pods = fs_join(k->dir, "pods"), *logs = fs_join(k->root, "logs");
	_cleanup_strv_ char **uids = NULL, **names = NULL;

	fs_list(AT_FDCWD, pods, &uids, NULL);
	for (char **uid = uids; uid && *uid; uid++) {
		_cleanup_free_ char *dir = fs_join(pods, *uid);

		if (!kubelet_find_uid(k, *uid))
			forget(dir, NULL);
	}
	fs_list(AT_FDCWD, logs, &names, NULL);
	for (char **name = names; name && *name; name++) {
		_cleanup_free_ char *dir = fs_join(logs, *name);
		const char *uid = strrchr(*name, '_');

		if (uid && !kubelet_find_uid(k, uid + 1))
			forget(NULL, dir);
	}
}
