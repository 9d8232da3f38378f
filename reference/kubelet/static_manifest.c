/*
 * static_manifest: what a manifest file of the node means.
 *
 * A static pod runs without an API server, so it may not need anything of one: no Secret, no ConfigMap, no service account. Its name
 * gets the node's behind it, since every node may have the file; its uid is a hash and never changes with the same file. It tolerates
 * every NoExecute taint: nobody but the file takes it away.
 */
#include "kubelet/static_manifest.h"

#include <inttypes.h>

#include "api/cluster.h"
#include "api/meta.h"
#include "api/pod.h"
#include "base/json.h"
#include "base/str.h"

/* 64 bits of FNV-1a over the parts, a NUL behind each. */
static uint64_t hash_of(uint64_t h, const char *const *parts)
{
	for (; *parts; parts++)
		for (const char *c = *parts;; c++) {
			h = (h ^ (unsigned char)*c) * 0x100000001b3;
			if (!*c)
				break;
		}
	return h;
}

static char *make_uid(const char *node, const char *file, const char *text)
{
	const char *const parts[] = { node, file, text, NULL };
	uint64_t a = hash_of(0xcbf29ce484222325, parts), b = hash_of(a, parts);

	return str_printf("%016" PRIx64 "%016" PRIx64, a, b);
}

/* The first key anywhere below v that names something of the API; NULL: there is none. */
static const char *api_reference(const json_t *v)
{
	static const char *const keys[] = {
		"secret",	    "configMap",	   "secretKeyRef",
		"configMapKeyRef",  "secretRef",	   "configMapRef",
		"imagePullSecrets", "serviceAccountToken", "persistentVolumeClaim"
	};
	const char *key, *found = NULL;
	json_t *child;
	size_t i;

	json_object_foreach((json_t *)v, key, child) {
		for (i = 0; i < ARRAY_SIZE(keys); i++)
			if (streq(key, keys[i]))
				return keys[i];
		found = found ? found : api_reference(child);
	}
	json_array_foreach((json_t *)v, i, child)
		found = found ? found : api_reference(child);
	return found;
}

static int check_references(const json_t *pod, struct error *err)
{
	const char *account = json_str_or(pod, "spec.serviceAccountName", ""),
		   *key = api_reference(json_obj(pod, "spec"));

	if (*account)
		key = "serviceAccountName";
	if (!key)
		return 0;
	return error_set(err, ERR_INVALID, NULL, "a static pod may not refer to the API: %s", key);
}

static void adapt(json_t *pod, const char *node, const char *uid)
{
	_cleanup_free_ char *name = str_printf("%s-%s", meta_name(pod), node);
	json_t *annotations = json_make_obj(pod, "metadata.annotations");

	meta_set(pod, "name", name);
	meta_set(pod, "uid", uid);
	if (!meta_namespace(pod))
		meta_set(pod, "namespace", "default");
	json_object_set_new(annotations, STATIC_HASH, json_string(uid));
	json_object_set_new(annotations, "kubernetes.io/config.source", json_string("file"));
	json_set_str(pod, "spec.nodeName", node);
	json_array_append_new(json_make_arr(pod, "spec.tolerations"),
			      json_pack("{s:s,s:s}", "operator", "Exists", "effect", "NoExecute"));
	json_object_del(pod, "status");
}

int static_manifest_read(const char *text, const char *file, const char *node, json_t **ret_pod,
			 struct error *err)
{
	_cleanup_json_ json_t *pod = NULL;
	_cleanup_free_ char *uid = make_uid(node, file, text);
	int r = scheme_decode_as(text, strlen(text), &kind_pod, SCHEME_STRICT, &pod, NULL, err);

	if (r == 0)
		r = check_references(pod, err);
	if (r < 0)
		return r;
	if (!meta_name(pod))
		return error_set(err, ERR_INVALID, NULL, "a static pod needs metadata.name");
	adapt(pod, node, uid);
	scheme_default(pod);
	json_del_path(pod, "spec.serviceAccountName");
	json_del_path(pod, "spec.serviceAccount");
	r = scheme_validate(pod, err);
	if (r < 0)
		return r;
	*ret_pod = take_ptr(pod);
	return 0;
}

json_t *static_manifest_mirror(const json_t *pod)
{
	json_t *mirror = json_dup(pod);

	json_object_set_new(meta_annotations(mirror), STATIC_MIRROR, json_string(meta_uid(pod)));
	meta_set(mirror, "uid", NULL);
	json_object_del(mirror, "status");
	return mirror;
}

const char *static_manifest_mirrored(const json_t *object)
{
	return meta_annotation(object, STATIC_MIRROR);
}
