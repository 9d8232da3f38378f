/*
 * meta_condition: status.conditions, the list keyed by type that most kinds have.
 *
 * The one rule: lastTransitionTime tells when `status` last changed, so a new reason or message leaves it
 * alone. The setter reports whether anything changed, which tells its caller whether to write at all.
 */
#include <string.h>

#include "api/meta.h"
#include "base/defs.h"
#include "base/json.h"

json_t *condition_array_get(const json_t *conditions, const char *type)
{
	return json_find(conditions, "type", type);
}

json_t *condition_get(const json_t *obj, const char *type)
{
	return condition_array_get(json_arr(obj, "status.conditions"), type);
}

bool condition_is_true(const json_t *obj, const char *type)
{
	return streq(json_str(condition_get(obj, type), "status"), "True");
}

static bool set_text(json_t *cond, const char *key, const char *value)
{
	const char *old = json_string_value(json_object_get(cond, key));

	if (value != NULL && *value == '\0')
		value = NULL;
	if (streq(old, value))
		return false;
	if (value == NULL)
		json_object_del(cond, key);
	else
		json_object_set_new(cond, key, json_string(value));
	return true;
}

bool condition_array_set(json_t *conditions, const char *type, const char *status,
			 const char *reason, const char *message, const char *now)
{
	json_t *cond = condition_array_get(conditions, type);
	bool changed = false;

	if (cond == NULL) {
		cond = json_object();
		json_object_set_new(cond, "type", json_string(type));
		json_array_append_new(conditions, cond);
	}
	if (set_text(cond, "status", status)) {
		set_text(cond, "lastTransitionTime", now);
		changed = true;
	}
	changed |= set_text(cond, "reason", reason);
	changed |= set_text(cond, "message", message);
	return changed;
}

bool condition_set(json_t *obj, const char *type, const char *status, const char *reason,
		   const char *message, const char *now)
{
	return condition_array_set(json_make_arr(obj, "status.conditions"), type, status, reason,
				   message, now);
}
