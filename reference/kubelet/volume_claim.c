/*
 * volume_claim: volumes by way of a PersistentVolumeClaim.
 *
 * The claim must be bound to a volume that names it back; both are asked of the API when the pod's volumes are set up.
 * What a hostPath or local volume has is mounted as it is, and outlives the pod. Nothing else can be mounted here.
 */
#include "kubelet/volumes.h"

#include "api/meta.h"
#include "api/persistent_volume.h"
#include "base/json.h"
#include "kubelet/pod_worker.h"

static int find(const struct pod_worker *w, const struct pod_volume *v, json_t **ret_pv,
		struct error *err)
{
	_cleanup_json_ json_t *claim = NULL, *pv = NULL;
	struct store *s = w->k->store;
	const char *name;

	if (store_get(s, &kind_persistentvolumeclaim, w->pod->ns, v->claim, &claim, NULL) != 0)
		return error_set(err, ERR_NOT_FOUND, NULL, "persistentvolumeclaim \"%s\" not found",
				 v->claim);
	if (meta_deletion_timestamp(claim) && !w->sandbox) /* what runs already may go on */
		return error_set(err, ERR_CONFLICT, NULL, "PVC %s/%s is being deleted", w->pod->ns,
				 v->claim);
	name = json_str_or(claim, "spec.volumeName", "");
	if (!claim_is_bound(claim) ||
	    store_get(s, &kind_persistentvolume, NULL, name, &pv, NULL) != 0 ||
	    !volume_is_for(pv, claim))
		return error_set(err, ERR_CONFLICT, NULL, "PVC %s/%s is not bound", w->pod->ns,
				 v->claim);
	*ret_pv = take_ptr(pv);
	return 0;
}

/* The volume as if the pod had named the path itself. A local one must be there. */
static int as_host_path(const json_t *pv, const struct pod_volume *v, struct pod_volume *ret,
			struct error *err)
{
	const json_t *host = json_obj(pv, "spec.hostPath"), *local = json_obj(pv, "spec.local");

	if ((!host && !local) || streq(json_str(pv, "spec.volumeMode"), "Block"))
		return error_set(err, ERR_UNSUPPORTED, NULL,
				 "no volume plugin matched PersistentVolume %s", meta_name(pv));
	*ret = (struct pod_volume){
		.name = v->name,
		.type = VOLUME_HOST_PATH,
		.host_path = json_str_or(host ? host : local, "path", ""),
		.host_path_type = host ? json_str_or(host, "type", "") : "Directory",
	};
	return 0;
}

int volume_claimed(struct pod_worker *w, const struct pod_volume *v, struct error *err)
{
	_cleanup_json_ json_t *pv = NULL;
	struct pod_volume on_host;
	int r;

	r = find(w, v, &pv, err);
	if (r == 0)
		r = as_host_path(pv, v, &on_host, err);
	if (r == 0)
		r = volume_host_path(w, &on_host, err);
	if (r < 0)
		return r;
	if (!w->claimed)
		w->claimed = xcalloc(w->pod->n_volumes, sizeof(*w->claimed));
	free(w->claimed[v - w->pod->volumes]);
	w->claimed[v - w->pod->volumes] = volume_host_file(w, &on_host);
	return 0;
}

const char *volume_claimed_file(const struct pod_worker *w, const struct pod_volume *v)
{
	return w->claimed[v - w->pod->volumes];
}
