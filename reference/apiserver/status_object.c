/*
 * The one table from error codes to HTTP status and reason. Causes and the object's name go into details, as clients of
 * Kubernetes expect them: an invalid object is named by its kind, everything else by its resource.
 */
#include "apiserver/status_object.h"

#include "base/json.h"

static const struct {
	int code, http;
	const char *reason;
} codes[] = {
	{ ERR_INVALID, 422, "Invalid" },
	{ ERR_BAD_REQUEST, 400, "BadRequest" },
	{ ERR_UNAUTHORIZED, 401, "Unauthorized" },
	{ ERR_FORBIDDEN, 403, "Forbidden" },
	{ ERR_NOT_FOUND, 404, "NotFound" },
	{ ERR_METHOD, 405, "MethodNotAllowed" },
	{ ERR_NOT_ACCEPTABLE, 406, "NotAcceptable" },
	{ ERR_EXISTS, 409, "AlreadyExists" },
	{ ERR_CONFLICT, 409, "Conflict" },
	{ ERR_GONE, 410, "Expired" },
	{ ERR_TOO_LARGE, 413, "RequestEntityTooLarge" },
	{ ERR_UNSUPPORTED, 415, "UnsupportedMediaType" },
	{ ERR_TOO_MANY, 429, "TooManyRequests" },
	{ ERR_UNAVAILABLE, 503, "ServiceUnavailable" },
	{ ERR_TIMEOUT, 504, "Timeout" },
	{ ERR_INTERNAL, 500, "InternalError" }, /* and whatever is not above */
};

static size_t code_row(int code)
{
	size_t i = 0;

	while (i < ARRAY_SIZE(codes) - 1 && codes[i].code != code)
		i++;
	return i;
}

static json_t *causes_of(const struct error *err)
{
	json_t *out = json_array();

	for (size_t i = 0; i < err->n_causes; i++)
		json_take_append(out, json_pack("{ss, ss, ss*}", "reason", err->causes[i].reason,
						"message", err->causes[i].message, "field",
						err->causes[i].field));
	if (!err->n_causes && err->field)
		json_take_append(out, json_pack("{ss, ss, ss}", "reason",
						err->reason ? err->reason : "FieldValueInvalid",
						"message", error_text(err), "field", err->field));
	return out;
}

static json_t *details_of(const struct error *err, const struct route *route)
{
	json_t *out = json_object(), *causes = causes_of(err);
	const struct kind *k = route ? route->kind : NULL;

	if (route && route->name)
		json_object_set_new(out, "name", json_string(route->name));
	if (k && *k->group)
		json_object_set_new(out, "group", json_string(k->group));
	if (k)
		json_object_set_new(out, "kind",
				    json_string(err->code == ERR_INVALID ? k->kind : k->plural));
	if (json_array_size(causes))
		json_object_set(out, "causes", causes);
	json_decref(causes);
	if (err->code == ERR_TOO_MANY || err->code == ERR_UNAVAILABLE)
		json_object_set_new(out, "retryAfterSeconds", json_integer(1));
	return out;
}

static json_t *status_new(const char *status, int http_code)
{
	return json_pack("{ss, ss, s{}, ss, si}", "kind", "Status", "apiVersion", "v1", "metadata",
			 "status", status, "code", http_code);
}

json_t *status_failure(const struct error *err, const struct route *route)
{
	size_t row = code_row(err->code);
	json_t *out = status_new("Failure", codes[row].http), *details = details_of(err, route);

	json_object_set_new(out, "message", json_string(error_text(err)));
	json_object_set_new(out, "reason", json_string(codes[row].reason));
	if (json_object_size(details))
		json_object_set(out, "details", details);
	json_decref(details);
	return out;
}

json_t *status_success(int http_code, json_t *details)
{
	json_t *out = status_new("Success", http_code);

	if (details)
		json_object_set(out, "details", details);
	return out;
}
