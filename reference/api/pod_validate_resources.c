/*
 * pod_validate_resources: requests and limits of a container or a whole pod.
 *
 * cpu, memory and ephemeral-storage may be asked for below their limit; hugepages and extended resources may
 * not be overcommitted: a request needs an equal limit.
 */
#include <string.h>

#include "api/pod_rules.h"
#include "api/quantity.h"
#include "base/json.h"
#include "base/str.h"

static bool is_plain(const char *name)
{
	return streq(name, "cpu") || streq(name, "memory") || streq(name, "ephemeral-storage");
}

static bool is_hugepages(const char *name)
{
	return str_starts(name, "hugepages-");
}

static bool is_extended(const char *name)
{
	return strchr(name, '/') != NULL && strstr(name, "kubernetes.io/") == NULL;
}

static void rules_name(const char *name, const json_t *value, bool pod_level,
		       const struct fpath *path, struct violations *v)
{
	struct quantity q;

	if (!is_plain(name) && !is_hugepages(name) && !is_extended(name)) {
		if (strchr(name, '/') == NULL)
			violate_invalid_str(v, path, name,
					    "must be a standard resource type or fully qualified");
		violate_invalid_str(v, path, name, "must be a standard resource for containers");
	} else if (pod_level && (streq(name, "ephemeral-storage") || is_extended(name))) {
		static const char *const allowed[] = { "cpu", "hugepages-", "memory", NULL };

		violate_unsupported(v, path, name, allowed);
	}
	if (quantity_parse(json_string_value(value), &q, NULL) < 0)
		return;
	if (quantity_sign(&q) < 0)
		violate_invalid(v, path, value, "must be greater than or equal to 0");
	else if (!is_plain(name) && !quantity_is_integer(&q))
		violate_invalid(v, path, value, "must be an integer");
}

static void rules_pair(const char *name, const json_t *request, const json_t *limit,
		       const struct fpath *path, struct violations *v)
{
	struct quantity asked, most;

	if (limit == NULL) {
		if (!is_plain(name))
			violate_required(v, FPATH(path, "limits"),
					 "Limit must be set for non overcommitable resources");
		return;
	}
	if (quantity_parse(json_string_value(request), &asked, NULL) < 0 ||
	    quantity_parse(json_string_value(limit), &most, NULL) < 0)
		return;
	if (!is_plain(name) && quantity_compare(&asked, &most) != 0)
		violate_invalid(v, FPATH(path, "requests"), request,
				"must be equal to %s limit of %s", name, json_string_value(limit));
	else if (quantity_compare(&asked, &most) > 0)
		violate_invalid(v, FPATH(path, "requests"), request,
				"must be less than or equal to %s limit of %s", name,
				json_string_value(limit));
}

void pod_rules_resources(const json_t *resources, bool pod_level, const struct fpath *path,
			 struct violations *v)
{
	static const char *const maps[] = { "limits", "requests" };
	const json_t *limits = json_obj(resources, "limits");
	bool pages = false, base = false;
	const char *name;
	json_t *value;

	for (size_t i = 0; i < ARRAY_SIZE(maps); i++) {
		const struct fpath at = { .up = path, .name = maps[i] };

		json_object_foreach(json_obj(resources, maps[i]), name, value) {
			rules_name(name, value, pod_level, FPATH_KEY(&at, name), v);
			pages = pages || is_hugepages(name);
			base = base || streq(name, "cpu") || streq(name, "memory");
		}
	}
	json_object_foreach(json_obj(resources, "requests"), name, value)
		rules_pair(name, value, json_object_get(limits, name), path, v);
	if (pages && !base)
		violate_forbidden(v, path, "HugePages require cpu or memory");
}
