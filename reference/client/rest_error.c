/*
 * rest_error: a Status object of the API becomes an error of ours.
 *
 * The reason decides the code, as it tells more than the number of HTTP does (409 is both AlreadyExists and
 * Conflict); without a known reason the number decides. The causes stay as they are.
 */
#include "base/json.h"
#include "client/rest_client.h"

static const struct {
	const char *reason;
	long http;
	int code;
} table[] = {
	{ "BadRequest", 400, ERR_BAD_REQUEST },
	{ "Unauthorized", 401, ERR_UNAUTHORIZED },
	{ "Forbidden", 403, ERR_FORBIDDEN },
	{ "NotFound", 404, ERR_NOT_FOUND },
	{ "MethodNotAllowed", 405, ERR_METHOD },
	{ "NotAcceptable", 406, ERR_NOT_ACCEPTABLE },
	{ "AlreadyExists", 409, ERR_EXISTS },
	{ "Conflict", 409, ERR_CONFLICT },
	{ "Gone", 410, ERR_GONE },
	{ "Expired", 410, ERR_GONE },
	{ "RequestEntityTooLarge", 413, ERR_TOO_LARGE },
	{ "UnsupportedMediaType", 415, ERR_UNSUPPORTED },
	{ "Invalid", 422, ERR_INVALID },
	{ "TooManyRequests", 429, ERR_TOO_MANY },
	{ "InternalError", 500, ERR_INTERNAL },
	{ "ServiceUnavailable", 503, ERR_UNAVAILABLE },
	{ "Timeout", 504, ERR_TIMEOUT },
};

static int code_of(const char *reason, long http)
{
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (streq(table[i].reason, reason))
			return table[i].code;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (table[i].http == http)
			return table[i].code;
	return ERR_INTERNAL;
}

bool rest_is_status(const struct error *err)
{
	if (streq(err->reason, "Unknown"))
		return true;
	for (size_t i = 0; i < ARRAY_SIZE(table); i++)
		if (streq(table[i].reason, err->reason))
			return true;
	return false;
}

int rest_status_error(const json_t *status, long http, struct error *err)
{
	const char *reason = json_str_or(status, "reason", "Unknown");
	long number = (long)json_int(status, "code", http);
	int r = error_set(err, code_of(reason, number), reason, "%s",
			  json_str_or(status, "message", "the server gave no reason"));
	json_t *cause;
	size_t i;

	json_each(status, "details.causes", i, cause)
		error_add_cause(err, json_str_or(cause, "field", ""),
				json_str_or(cause, "reason", ""), "%s",
				json_str_or(cause, "message", ""));
	return r;
}
