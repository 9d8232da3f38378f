/*
 * caps: which capabilities a container gets. The base is the set that docker and containerd give; drop is
 * applied before add, "ALL" works in both, and a privileged container gets everything we have ourselves.
 */
#include "runtime/container_spec.h"

#include <ctype.h>
#include <string.h>
#include <sys/capability.h>
#include <sys/prctl.h>

#include "base/str.h"

static const cap_value_t default_caps[] = {
	CAP_CHOWN,   CAP_DAC_OVERRIDE, CAP_FSETID,	     CAP_FOWNER,
	CAP_MKNOD,   CAP_NET_RAW,      CAP_SETGID,	     CAP_SETUID,
	CAP_SETFCAP, CAP_SETPCAP,      CAP_NET_BIND_SERVICE, CAP_SYS_CHROOT,
	CAP_KILL,    CAP_AUDIT_WRITE,
};

/* What this process could hand on at all. */
static uint64_t bounding_set(void)
{
	uint64_t mask = 0;

	for (int cap = 0; cap < 64; cap++)
		if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			mask |= UINT64_C(1) << cap;
	return mask;
}

static int mask_of(const char *name, uint64_t *ret, struct error *err)
{
	const char *bare = str_after(name, "CAP_");
	_cleanup_free_ char *full = str_printf("cap_%s", bare ? bare : name);
	cap_value_t value;

	if (!strcasecmp(name, "ALL")) {
		*ret = UINT64_MAX;
		return 0;
	}
	for (char *p = full; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	if (cap_from_name(full, &value) < 0)
		return error_set(err, ERR_INVALID, "CreateContainerError",
				 "unknown capability \"%s\"", name);
	*ret = UINT64_C(1) << value;
	return 0;
}

int caps_mask(const struct container_config *cfg, uint64_t *ret, struct error *err)
{
	uint64_t mask = 0, one = 0;
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(default_caps); i++)
		mask |= UINT64_C(1) << default_caps[i];
	for (char *const *c = cfg->cap_drop; c && *c && r == 0; c++, mask &= ~one)
		r = mask_of(*c, &one, err);
	for (char *const *c = cfg->cap_add; c && *c && r == 0; c++, mask |= one)
		r = mask_of(*c, &one, err);
	if (r < 0)
		return r;
	*ret = (cfg->privileged ? UINT64_MAX : mask) & bounding_set();
	return 0;
}
