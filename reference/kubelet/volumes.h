/*
 * volumes: a pod's volumes on the node, and what of them a container mounts.
 *
 * Everything lies below ROOT/kubelet/pods/UID/volumes/NAME, host paths apart. Set-up is done before
 * the sandbox is made and undone when it is gone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "api/pod.h"
#include "base/error.h"
#include "kubelet/ctr.h"
#include "runtime/runtime.h"

struct kubelet;
struct pod_worker;

/* The volume's own directory; the caller frees. */
char *volume_dir(const struct pod_worker *w, const char *name);
/* Makes what is missing of the pod's volumes; may be called again. The error is what FailedMount says. */
int volumes_setup(struct pod_worker *w, struct error *err);
/* Brings files from ConfigMaps, Secrets and the pod's metadata up to date. Faults are left for the next time. */
void volumes_refresh(struct pod_worker *w);
bool volumes_use(const struct pod_worker *w, bool secret, const char *name);
/* Unmounts and removes all of them. */
void volumes_teardown(struct pod_worker *w);
/* The pod's directory and logs go: nothing of it is left. */
void volumes_forget_pod(struct pod_worker *w);
/* The same for everything below the kubelet's directories that no worker's pod owns. */
void volumes_sweep(struct kubelet *k);

struct mounts { /* owned strings */
	struct mount_config *list;
	size_t n;
};
/* source and target are copied. */
void mounts_add(struct mounts *m, const char *source, const char *target, bool readonly,
		const char *propagation);
void mounts_clear(struct mounts *m);
/*
 * A container's volumeMounts; env ("K=V") is for subPathExpr. Makes missing sub-directories. Fails with
 * the reason CreateContainerConfigError.
 */
int volumes_mounts(struct ctr *c, char *const *env, struct mounts *ret, struct error *err);

/* ---- a file per source; dir: the volume's own directory, which exists ---- */

int volume_empty_dir(struct pod_worker *w, const struct pod_volume *v, const char *dir,
		     struct error *err);
/* Where a hostPath lies: below the node's root directory when it has one. The caller frees it. */
char *volume_host_file(const struct pod_worker *w, const struct pod_volume *v);
int volume_host_path(const struct pod_worker *w, const struct pod_volume *v, struct error *err);
/* By claim: finds out and checks where it lies; volume_claimed_file() tells. */
int volume_claimed(struct pod_worker *w, const struct pod_volume *v, struct error *err);
const char *volume_claimed_file(const struct pod_worker *w, const struct pod_volume *v);
/* configMap, secret, downwardAPI, projected. */
int volume_files(struct pod_worker *w, const struct pod_volume *v, const char *dir,
		 struct error *err);
/* Mounts a tmpfs unless there is one; size 0: no limit. */
int volume_tmpfs(const char *dir, int64_t size, unsigned mode, struct error *err);
