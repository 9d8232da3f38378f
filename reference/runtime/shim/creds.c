/*
 * creds: ids, capabilities, no_new_privs and seccomp, last before exec.
 *
 * Order matters: the bounding set needs CAP_SETPCAP, ids need CAP_SETUID, a filter without no_new_privs
 * needs CAP_SYS_ADMIN and must come before capabilities go; with it, it comes last, so that it need not
 * allow what this file does. A user other than root keeps no effective capability over exec, as usual.
 */
#include "runtime/shim/init.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>

#include "runtime/shim/sys.h"

static void drop_bounding(struct init *in)
{
	for (unsigned cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (!(in->spec->caps >> cap & 1) && prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			init_fail(in, errno, "bounding set, capability %u", cap);
}

static void set_ids(struct init *in)
{
	if (prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) < 0)
		init_fail(in, errno, "keepcaps");
	if (setgroups(in->n_groups, in->groups) < 0)
		init_fail(in, errno, "groups");
	if (setresgid(in->gid, in->gid, in->gid) < 0)
		init_fail(in, errno, "gid %u", (unsigned)in->gid);
	if (setresuid(in->uid, in->uid, in->uid) < 0)
		init_fail(in, errno, "uid %u", (unsigned)in->uid);
	prctl(PR_SET_KEEPCAPS, 0, 0, 0, 0);
}

/* What the bounding set of the whole tree allows is the most that anybody can get. */
static void set_caps(struct init *in)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2], have[2];

	memset(data, 0, sizeof(data));
	memset(have, 0, sizeof(have));
	if (syscall(SYS_capget, &head, have) < 0)
		init_fail(in, errno, "capabilities");
	for (int i = 0; i < 2; i++) {
		data[i].permitted = (uint32_t)(in->spec->caps >> (32 * i)) & have[i].permitted;
		data[i].effective = data[i].permitted;
	}
	if (syscall(SYS_capset, &head, data) < 0)
		init_fail(in, errno, "capabilities");
	prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
}

static void set_seccomp(struct init *in)
{
	const struct shim_blob *b = &in->spec->seccomp;
	struct sock_fprog program = { (unsigned short)(b->len / sizeof(struct sock_filter)),
				      b->data };

	if (b->len && prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		init_fail(in, errno, "seccomp");
}

void creds_apply(struct init *in)
{
	bool no_new_privs = in->spec->flags & SHIM_NO_NEW_PRIVS;

	drop_bounding(in);
	if (!no_new_privs)
		set_seccomp(in);
	set_ids(in);
	set_caps(in);
	/* a container does not outlive its shim; a change of ids forgets this, so it stands here */
	prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
	if (!no_new_privs)
		return;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		init_fail(in, errno, "no_new_privs");
	set_seccomp(in);
}
