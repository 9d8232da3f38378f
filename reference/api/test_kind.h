/*
 * test_kind: what every test of a kind asks: a manifest as the API server has it once it is read, and what its rules say of it.
 */
#pragma once

#include "api/scheme.h"
#include "base/json.h"
#include "base/test.h"

/* With its defaults; the caller's reference. */
static inline json_t *decoded(const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *obj = NULL;

	CHECK_OK(scheme_decode(text, strlen(text), &obj, &err), &err);
	scheme_default(obj);
	return obj;
}

/* The message of the rules, "" when they are content; good until the next call. */
static inline const char *verdict_of(json_t *obj)
{
	static char buf[4096];
	_cleanup_error_ struct error err = ERROR_INIT;

	buf[0] = '\0';
	if (scheme_validate(obj, &err) < 0)
		snprintf(buf, sizeof(buf), "%s", err.message);
	return buf;
}

/* The message of decoding or of the rules. */
static inline const char *verdict(const char *text)
{
	static char buf[4096];
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *obj = NULL;

	if (scheme_decode(text, strlen(text), &obj, &err) < 0) {
		snprintf(buf, sizeof(buf), "%s", err.message);
		return buf;
	}
	scheme_default(obj);
	return verdict_of(obj);
}

/* The same of a change. */
static inline const char *verdict_of_change(const char *before, const char *after)
{
	static char buf[2048];
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *was = decoded(before), *now = decoded(after);

	json_set_str(was, "metadata.resourceVersion", "1");
	json_set_str(now, "metadata.resourceVersion", "1");
	buf[0] = '\0';
	if (scheme_validate_update(now, was, &err) < 0)
		snprintf(buf, sizeof(buf), "%s", err.message);
	return buf;
}
