/*
 * statefulset_pod: how a StatefulSet's pods and claims are made.
 *
 * The ordinal is in the name, and the name is the identity: host name, labels and the names of the claims follow from it.
 * The service's name is the subdomain, so that a headless Service of that name gives each pod a DNS name. A volume of
 * the template with the name of a claim template gives way to the claim.
 */
#include "controllers/statefulset_pod.h"

#include <string.h>

#include "api/meta.h"
#include "api/pod_status.h"
#include "api/statefulset.h"
#include "api/workload.h"
#include "base/json.h"
#include "base/str.h"
#include "controllers/ownership.h"
#include "controllers/revisions.h"

int64_t sts_pod_ordinal(const json_t *sts, const json_t *pod)
{
	const char *rest = str_after(meta_name(pod), meta_name(sts));
	int64_t n;

	if (!rest || *rest != '-' || !rest[1] || strspn(rest + 1, "0123456789") != strlen(rest + 1))
		return -1;
	if (rest[1] == '0' && rest[2])
		return -1;
	return str_to_int64(rest + 1, 0, INT32_MAX, &n) == 0 ? n : -1;
}

const char *sts_pod_revision(const json_t *pod)
{
	return meta_label(pod, REVISION_POD_LABEL) ?: "";
}

bool sts_pod_is_available(const json_t *sts, const json_t *pod, int64_t now_ns)
{
	return pod && streq(pod_phase(pod), "Running") && !meta_deletion_timestamp(pod) &&
	       pod_is_available(pod, json_int(sts, "spec.minReadySeconds", 0), now_ns);
}

static char *pod_name(const json_t *sts, int64_t ordinal)
{
	return str_printf("%s-%lld", meta_name(sts), (long long)ordinal);
}

static char *claim_name(const json_t *sts, const json_t *template, int64_t ordinal)
{
	return str_printf("%s-%s-%lld", meta_name(template), meta_name(sts), (long long)ordinal);
}

/* ---- the pod ---- */

static void put_identity(json_t *pod, const json_t *sts, int64_t ordinal)
{
	_cleanup_free_ char *name = pod_name(sts, ordinal);
	_cleanup_free_ char *index = str_printf("%lld", (long long)ordinal);
	json_t *labels = json_make_obj(meta_ensure(pod), "labels");

	json_take_set(labels, STS_POD_NAME_LABEL, json_string(name));
	json_take_set(labels, STS_POD_INDEX_LABEL, json_string(index));
}

static void put_claims(json_t *pod, const json_t *sts, int64_t ordinal)
{
	json_t *volumes = json_array(), *template, *volume;
	size_t i;

	json_each(sts, "spec.volumeClaimTemplates", i, template) {
		_cleanup_free_ char *claim = claim_name(sts, template, ordinal);

		json_array_append_new(volumes,
				      json_pack("{s:s,s:{s:s}}", "name", meta_name(template),
						"persistentVolumeClaim", "claimName", claim));
	}
	json_each(pod, "spec.volumes", i, volume)
		if (!json_find(volumes, "name", json_str(volume, "name")))
			json_array_append(volumes, volume);
	if (json_array_size(volumes))
		json_object_set(json_obj(pod, "spec"), "volumes", volumes);
	json_decref(volumes);
}

json_t *sts_pod_new(const json_t *sts, const json_t *revision, int64_t ordinal)
{
	_cleanup_free_ char *name = pod_name(sts, ordinal);
	_cleanup_json_ json_t *as_was = json_dup(sts);
	json_t *template = json_dup(json_obj(revision, "data.spec.template")), *pod;

	json_object_del(template, "$patch");
	json_set_path(as_was, "spec.template", template);
	pod = workload_pod_from_template(as_was);
	meta_set(pod, "generateName", NULL);
	meta_set(pod, "name", name);
	put_identity(pod, sts, ordinal);
	json_take_set(json_make_obj(meta_ensure(pod), "labels"), REVISION_POD_LABEL,
		      json_string(meta_name(revision)));
	json_set_str(pod, "spec.hostname", name);
	json_set_str(pod, "spec.subdomain", json_str(sts, "spec.serviceName"));
	put_claims(pod, sts, ordinal);
	return pod;
}

json_t *sts_pod_relabelled(const json_t *sts, const json_t *pod)
{
	json_t *copy;

	if (streq(meta_label(pod, STS_POD_NAME_LABEL), meta_name(pod)))
		return NULL;
	copy = json_dup(pod);
	put_identity(copy, sts, sts_pod_ordinal(sts, pod));
	return copy;
}

/* ---- its claims ---- */

static json_t *claim_new(const json_t *sts, const json_t *template, int64_t ordinal)
{
	_cleanup_free_ char *name = claim_name(sts, template, ordinal);
	json_t *claim = json_pack("{s:s,s:s}", "apiVersion", "v1", "kind", "PersistentVolumeClaim");
	json_t *labels = json_make_obj(meta_ensure(claim), "labels");

	if (meta_labels(template))
		json_object_update(labels, meta_labels(template));
	if (json_obj(sts, "spec.selector.matchLabels"))
		json_object_update(labels, json_obj(sts, "spec.selector.matchLabels"));
	if (meta_annotations(template))
		json_object_set_new(meta_ensure(claim), "annotations",
				    json_dup(meta_annotations(template)));
	meta_set(claim, "name", name);
	meta_set(claim, "namespace", meta_namespace(sts));
	json_object_set_new(claim, "spec", json_dup(json_obj(template, "spec")));
	if (statefulset_drops_claims_when_deleted(sts))
		json_object_set_new(meta_ensure(claim), "ownerReferences",
				    json_pack("[o]", meta_controller_ref_new(sts)));
	return claim;
}

json_t *sts_claims_new(const json_t *sts, int64_t ordinal)
{
	json_t *claims = json_array(), *template;
	size_t i;

	json_each(sts, "spec.volumeClaimTemplates", i, template)
		json_array_append_new(claims, claim_new(sts, template, ordinal));
	return claims;
}

/* Makes owner an owner of *claim, or takes it away from the owners. */
static void own(json_t **claim, const json_t *owner, bool wanted)
{
	bool is = ownership_ref(*claim, meta_uid(owner)) != NULL;
	json_t *edited;

	if (is == wanted)
		return;
	edited = wanted ? ownership_adopted(*claim, owner) :
			  ownership_released(*claim, meta_uid(owner));
	json_decref(*claim);
	*claim = edited;
}

json_t *sts_claim_owned(const json_t *sts, const json_t *pod, const json_t *claim, bool condemned)
{
	bool with_pod = condemned && statefulset_drops_claims_when_scaled(sts);
	json_t *edited = json_dup(claim);

	own(&edited, sts, statefulset_drops_claims_when_deleted(sts) && !with_pod);
	own(&edited, pod, with_pod);
	if (!json_same(edited, claim))
		return edited;
	json_decref(edited);
	return NULL;
}

bool sts_claim_is_stale(const json_t *sts, const json_t *claim, int64_t ordinal)
{
	_cleanup_free_ char *name = pod_name(sts, ordinal);
	json_t *ref;
	size_t i;

	json_array_foreach(meta_owner_refs(claim), i, ref)
		if (streq(json_str(ref, "kind"), "Pod") && streq(json_str(ref, "name"), name))
			return true;
	return meta_deletion_timestamp(claim) != NULL;
}
