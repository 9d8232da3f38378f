/*
 * scale: the Scale view (autoscaling/v1) of what has spec.replicas.
 */
#include "api/meta.h"
#include "api/workload.h"
#include "base/defs.h"
#include "base/json.h"

#define _cleanup_selector_ _cleanup_(selector_freep)

json_t *workload_scale_get(const json_t *obj)
{
	static const char *const copied[] = { "name", "namespace", "uid", "resourceVersion",
					      "creationTimestamp" };
	json_t *scale = json_pack("{s:s,s:s}", "apiVersion", "autoscaling/v1", "kind", "Scale");
	_cleanup_selector_ struct selector *selector = NULL;
	_cleanup_free_ char *text = NULL;

	for (size_t i = 0; i < ARRAY_SIZE(copied); i++) {
		json_t *value = json_object_get(json_obj(obj, "metadata"), copied[i]);

		if (value != NULL)
			json_object_set(meta_ensure(scale), copied[i], value);
	}
	json_set_int(scale, "spec.replicas", workload_replicas(obj));
	json_set_int(scale, "status.replicas", json_int(obj, "status.replicas", 0));
	if (workload_selector(obj, &selector, NULL) == 0) {
		text = selector_format(selector);
		json_set_str(scale, "status.selector", text);
	}
	return scale;
}

static int refuse_replicas(const json_t *obj, int64_t replicas, struct error *err)
{
	error_add_cause(err, "spec.replicas", "FieldValueInvalid",
			"Invalid value: %lld: must be greater than or equal to 0",
			(long long)replicas);
	error_message(err,
		      "Scale.autoscaling \"%s\" is invalid: spec.replicas: Invalid value: %lld: "
		      "must be greater than or equal to 0",
		      json_str_or(obj, "metadata.name", ""), (long long)replicas);
	return -ERR_INVALID;
}

int workload_scale_apply(json_t *obj, const json_t *scale, struct error *err)
{
	const json_t *replicas = json_at(scale, "spec.replicas");
	int64_t n = replicas == NULL ? 0 : json_integer_value(replicas);

	if (replicas != NULL && !json_is_integer(replicas))
		return error_set(err, ERR_BAD_REQUEST, "BadRequest",
				 "json: cannot unmarshal into Go struct field "
				 "Scale.spec.replicas of type int32");
	if (n < 0)
		return refuse_replicas(obj, n, err);
	json_set_int(obj, "spec.replicas", n);
	return 0;
}
