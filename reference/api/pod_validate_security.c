/*
 * pod_validate_security: security contexts of pod and container, sysctls.
 */
#include <string.h>

#include "api/pod_rules.h"
#include "base/json.h"
#include "base/str.h"

/* seccompProfile and appArmorProfile have the same shape. */
static void rules_profile(const json_t *profile, const char *what, const struct fpath *path,
			  struct violations *v)
{
	bool local = streq(json_str(profile, "type"), "Localhost");
	const char *file = json_str(profile, "localhostProfile");

	if (profile == NULL)
		return;
	if (local && (file == NULL || *file == '\0'))
		violate_required(v, FPATH(path, "localhostProfile"),
				 "must be set when %s type is Localhost", what);
	else if (!local && file != NULL)
		violate_invalid_str(v, FPATH(path, "localhostProfile"), file,
				    "can only be set when %s type is Localhost", what);
	else if (local)
		pod_rules_local_path(file, FPATH(path, "localhostProfile"), v);
}

static void rules_profiles(const json_t *context, const struct fpath *path, struct violations *v)
{
	rules_profile(json_obj(context, "seccompProfile"), "seccomp", FPATH(path, "seccompProfile"),
		      v);
	rules_profile(json_obj(context, "appArmorProfile"), "AppArmor",
		      FPATH(path, "appArmorProfile"), v);
}

static void rules_escalation(const json_t *context, const struct fpath *path, struct violations *v)
{
	const json_t *allowed = json_object_get(context, "allowPrivilegeEscalation");
	const struct fpath at = { .up = path, .name = "allowPrivilegeEscalation" };
	_cleanup_strv_ char **add = strv_from_json(json_arr(context, "capabilities.add"));

	if (allowed == NULL || json_is_true(allowed))
		return;
	if (json_bool(context, "privileged", false))
		violate_invalid(v, &at, allowed,
				"cannot set `allowPrivilegeEscalation` to false and `privileged` "
				"to true");
	if (strv_contains(add, "CAP_SYS_ADMIN"))
		violate_invalid(v, &at, allowed,
				"cannot set `allowPrivilegeEscalation` to false and "
				"`capabilities.Add` CAP_SYS_ADMIN");
}

void pod_rules_container_security(const struct pod_facts *f, const json_t *c,
				  const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "securityContext" };
	const json_t *context = json_obj(c, "securityContext");
	const char *proc = json_str_or(context, "procMount", "Default");

	if (context == NULL)
		return;
	rules_profiles(context, &at, v);
	rules_escalation(context, &at, v);
	if (streq(proc, "Unmasked") && !f->own_user_namespace)
		violate_invalid_str(v, FPATH(&at, "procMount"), proc,
				    "`hostUsers` must be false to use `Unmasked`");
}

/* ---- sysctls ---- */

static bool is_sysctl(const char *name)
{
	size_t len = strlen(name);

	if (len == 0 || len > 253 || strstr(name, "..") != NULL)
		return false;
	if (strchr("._-/", name[0]) != NULL || strchr("._-/", name[len - 1]) != NULL)
		return false;
	return strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789._-/") == len;
}

/* The name with dots, as it is compared; the caller frees. */
static char *dotted(const char *name)
{
	char *copy = xstrdup(name);

	for (char *c = copy; *c != '\0'; c++)
		if (*c == '/')
			*c = '.';
	return copy;
}

static bool is_ipc_sysctl(const char *name)
{
	return str_starts(name, "kernel.shm") || str_starts(name, "kernel.msg") ||
	       streq(name, "kernel.sem") || str_starts(name, "fs.mqueue.");
}

static void rules_sysctls(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "sysctls" };
	_cleanup_strv_ char **seen = NULL;
	json_t *entry;
	size_t i;

	json_each(spec, "securityContext.sysctls", i, entry) {
		const struct fpath item = { .up = &at, .index = i };
		const char *name = json_str_or(entry, "name", "");
		_cleanup_free_ char *key = dotted(name);

		if (!is_sysctl(name) && *name != '\0')
			violate_invalid_str(v, FPATH(&item, "name"), name,
					    "must have at most 253 characters and match regex "
					    "^([a-z0-9]([-_a-z0-9]*[a-z0-9])?[\\./])*[a-z0-9]"
					    "([-_a-z0-9]*[a-z0-9])?$");
		else if (strv_contains(seen, key))
			violate_duplicate(v, FPATH(&item, "name"), name);
		strv_add(&seen, key);
		if (str_starts(key, "net.") && json_bool(spec, "hostNetwork", false))
			violate_invalid_str(v, FPATH(&item, "name"), name,
					    "may not be specified when 'hostNetwork' is true");
		if (is_ipc_sysctl(key) && json_bool(spec, "hostIPC", false))
			violate_invalid_str(v, FPATH(&item, "name"), name,
					    "may not be specified when 'hostIPC' is true");
	}
}

void pod_rules_pod_security(const json_t *spec, const struct fpath *path, struct violations *v)
{
	const struct fpath at = { .up = path, .name = "securityContext" };

	rules_profiles(json_obj(spec, "securityContext"), &at, v);
	rules_sysctls(spec, &at, v);
}
