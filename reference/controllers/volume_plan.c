/*
 * volume_plan: static binding.
 *
 * A claim takes a volume of its class (none is a class of its own), mode, labels and access modes that is large enough and
 * belongs to nobody: the smallest, of equals the first by name. A volume that names the claim beforehand goes before
 * all others, and to nobody else. Both then name each other, the volume with the claim's uid; it is for that claim
 * alone, also when it is gone: the volume is Released and waits for somebody to look at what is on it.
 */
#include "controllers/volume_plan.h"

#include <string.h>

#include "api/meta.h"
#include "api/persistent_volume.h"
#include "api/selector.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"

#define BY_CONTROLLER "pv.kubernetes.io/bound-by-controller"
#define COMPLETED "pv.kubernetes.io/bind-completed"

static bool has_mode(const json_t *pv, const char *mode)
{
	json_t *have;
	size_t i;

	json_each(pv, "spec.accessModes", i, have)
		if (streq(json_string_value(have), mode))
			return true;
	return false;
}

static bool has_modes(const json_t *pv, const json_t *claim)
{
	json_t *mode;
	size_t i;

	json_each(claim, "spec.accessModes", i, mode)
		if (!has_mode(pv, json_string_value(mode)))
			return false;
	return true;
}

static bool has_labels(const json_t *pv, const json_t *claim)
{
	_cleanup_(selector_freep) struct selector *sel = NULL;
	const json_t *wanted = json_obj(claim, "spec.selector");

	return !wanted || (selector_from_object(wanted, &sel, NULL) == 0 &&
			   selector_matches(sel, meta_labels(pv)));
}

bool volume_fits(const json_t *pv, const json_t *claim)
{
	return !meta_deletion_timestamp(pv) &&
	       (!json_has(pv, "spec.claimRef") || volume_is_for(pv, claim)) &&
	       streq(volume_class(pv), volume_class(claim)) &&
	       streq(json_str_or(pv, "spec.volumeMode", "Filesystem"),
		     json_str_or(claim, "spec.volumeMode", "Filesystem")) &&
	       volume_capacity(pv) >= claim_request(claim) && has_modes(pv, claim) &&
	       has_labels(pv, claim);
}

static bool is_better(const json_t *pv, const json_t *than, const json_t *claim)
{
	bool a = volume_is_for(pv, claim), b = volume_is_for(than, claim);

	if (a != b)
		return a;
	if (volume_capacity(pv) != volume_capacity(than))
		return volume_capacity(pv) < volume_capacity(than);
	return strcmp(meta_name(pv), meta_name(than)) < 0;
}

const json_t *volume_choose(const json_t *claim, const json_t *volumes)
{
	const json_t *best = NULL;
	json_t *pv;
	size_t i;

	json_array_foreach((json_t *)volumes, i, pv)
		if (volume_fits(pv, claim) && (!best || is_better(pv, best, claim)))
			best = pv;
	return best;
}

/* ---- the two of them ---- */

static void annotate(json_t *obj, const char *key)
{
	json_object_set_new(json_make_obj(meta_ensure(obj), "annotations"), key, json_string("yes"));
}

json_t *volume_with_claim(const json_t *pv, const json_t *claim)
{
	json_t *copy = json_dup(pv);

	if (!json_has(pv, "spec.claimRef"))
		annotate(copy, BY_CONTROLLER);
	json_set_path(copy, "spec.claimRef",
		      json_pack("{ss,ss,ss,ss,ss,ss*}", "kind", "PersistentVolumeClaim",
				"apiVersion", "v1", "namespace", meta_namespace(claim), "name",
				meta_name(claim), "uid", meta_uid(claim), "resourceVersion",
				json_str(claim, "metadata.resourceVersion")));
	return copy;
}

json_t *claim_with_volume(const json_t *claim, const json_t *pv)
{
	json_t *copy = json_dup(claim);

	if (!*json_str_or(claim, "spec.volumeName", ""))
		annotate(copy, BY_CONTROLLER);
	annotate(copy, COMPLETED);
	json_set_str(copy, "spec.volumeName", meta_name(pv));
	return copy;
}

/* ---- their status ---- */

static const char *phase_of(const json_t *pv, const json_t *claim)
{
	if (!*json_str_or(pv, "spec.claimRef.uid", ""))
		return "Available";
	if (claim)
		return "Bound";
	return streq(json_str(pv, "spec.persistentVolumeReclaimPolicy"), "Retain") ? "Released" :
										     "Failed";
}

json_t *volume_status_make(const json_t *pv, const json_t *claim, int64_t now_ns)
{
	const char *phase = phase_of(pv, claim);
	json_t *status = json_pack("{ss}", "phase", phase);
	const char *since = json_str(pv, "status.lastPhaseTransitionTime");
	_cleanup_free_ char *message = NULL;
	char now[CLOCK_STAMP_MAX];

	if (!since || !streq(json_str(pv, "status.phase"), phase))
		since = clock_format(now_ns, now);
	if (streq(phase, "Failed")) {
		message = str_printf("error getting deleter volume plugin for volume \"%s\": no "
				     "deletable volume plugin matched",
				     meta_name(pv));
		json_set_str(status, "message", message);
		json_set_str(status, "reason", "VolumeFailedDelete");
	}
	json_set_str(status, "lastPhaseTransitionTime", since);
	return status;
}

json_t *claim_status_make(const json_t *claim, const json_t *pv)
{
	json_t *status = json_object();

	if (!pv) {
		bool was_bound = claim_is_bound(claim) ||
				 streq(json_str(claim, "status.phase"), "Lost");

		json_set_str(status, "phase", was_bound ? "Lost" : "Pending");
		return status;
	}
	json_set_str(status, "phase", "Bound");
	json_object_set_new(status, "accessModes", json_dup(json_arr(pv, "spec.accessModes")));
	json_object_set_new(status, "capacity", json_dup(json_obj(pv, "spec.capacity")));
	return status;
}
