/*
 * pod_claims: a pod waits until each of its claims is there and bound, and goes where the volumes are.
 */
#include "controllers/pod_claims.h"

#include "api/meta.h"
#include "api/node_affinity.h"
#include "api/persistent_volume.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/informer.h"

static const char *claim_of(const json_t *volume)
{
	return json_str(volume, "persistentVolumeClaim.claimName");
}

bool pod_has_claim(const json_t *pod, const char *claim)
{
	json_t *volume;
	size_t i;

	json_each(pod, "spec.volumes", i, volume)
		if (streq(claim_of(volume), claim))
			return true;
	return false;
}

char *pod_claims_refusal(const struct claim_world *w, const json_t *pod)
{
	json_t *volume;
	size_t i;

	json_each(pod, "spec.volumes", i, volume) {
		const char *name = claim_of(volume);
		const json_t *claim = name ? informer_find(w->claims, meta_namespace(pod), name) :
					     NULL;

		if (!name)
			continue;
		if (!claim)
			return str_printf("persistentvolumeclaim \"%s\" not found", name);
		if (meta_deletion_timestamp(claim))
			return str_printf("persistentvolumeclaim \"%s\" is being deleted", name);
		if (streq(json_str(claim, "status.phase"), "Lost"))
			return str_printf("persistentvolumeclaim \"%s\" bound to non-existent "
					  "persistentvolume \"%s\"",
					  name, json_str_or(claim, "spec.volumeName", ""));
		if (!claim_is_bound(claim))
			return xstrdup("pod has unbound immediate PersistentVolumeClaims");
	}
	return NULL;
}

bool pod_claims_reach(const struct claim_world *w, const json_t *pod, const json_t *node)
{
	json_t *volume;
	size_t i;

	json_each(pod, "spec.volumes", i, volume) {
		const char *name = claim_of(volume);
		const json_t *claim = name ? informer_find(w->claims, meta_namespace(pod), name) :
					     NULL;
		const json_t *pv = claim ? informer_find(w->volumes, NULL,
							 json_str_or(claim, "spec.volumeName", "")) :
					   NULL;
		const json_t *where = json_obj(pv, "spec.nodeAffinity.required");

		if (where && !node_selector_matches(where, node))
			return false;
	}
	return true;
}
