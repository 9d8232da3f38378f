/*
 * seccomp: the "RuntimeDefault" filter. A list of what is refused, with EPERM, and not of what is allowed:
 * shorter, and a new system call works. It refuses what container runtimes refuse by default to a container
 * without further capabilities: namespaces, mounts, modules, keys, clocks, tracing of the kernel and so on.
 */
#include "runtime/container_spec.h"

#include <errno.h>
#include <linux/filter.h>
#include <sched.h>
#include <seccomp.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/fsutil.h"

#define NAMESPACE_FLAGS                                                                \
	(CLONE_NEWNS | CLONE_NEWCGROUP | CLONE_NEWUTS | CLONE_NEWIPC | CLONE_NEWUSER | \
	 CLONE_NEWPID | CLONE_NEWNET)

static const int refused[] = {
	SCMP_SYS(acct),
	SCMP_SYS(add_key),
	SCMP_SYS(bpf),
	SCMP_SYS(clock_adjtime),
	SCMP_SYS(clock_settime),
	SCMP_SYS(create_module),
	SCMP_SYS(delete_module),
	SCMP_SYS(finit_module),
	SCMP_SYS(fsconfig),
	SCMP_SYS(fsmount),
	SCMP_SYS(fsopen),
	SCMP_SYS(fspick),
	SCMP_SYS(get_kernel_syms),
	SCMP_SYS(get_mempolicy),
	SCMP_SYS(init_module),
	SCMP_SYS(ioperm),
	SCMP_SYS(iopl),
	SCMP_SYS(kcmp),
	SCMP_SYS(kexec_file_load),
	SCMP_SYS(kexec_load),
	SCMP_SYS(keyctl),
	SCMP_SYS(lookup_dcookie),
	SCMP_SYS(mbind),
	SCMP_SYS(mount),
	SCMP_SYS(mount_setattr),
	SCMP_SYS(move_mount),
	SCMP_SYS(move_pages),
	SCMP_SYS(nfsservctl),
	SCMP_SYS(open_by_handle_at),
	SCMP_SYS(open_tree),
	SCMP_SYS(perf_event_open),
	SCMP_SYS(pivot_root),
	SCMP_SYS(process_vm_readv),
	SCMP_SYS(process_vm_writev),
	SCMP_SYS(query_module),
	SCMP_SYS(quotactl),
	SCMP_SYS(reboot),
	SCMP_SYS(request_key),
	SCMP_SYS(set_mempolicy),
	SCMP_SYS(setns),
	SCMP_SYS(settimeofday),
	SCMP_SYS(stime),
	SCMP_SYS(swapoff),
	SCMP_SYS(swapon),
	SCMP_SYS(sysfs),
	SCMP_SYS(umount),
	SCMP_SYS(umount2),
	SCMP_SYS(unshare),
	SCMP_SYS(uselib),
	SCMP_SYS(userfaultfd),
	SCMP_SYS(ustat),
	SCMP_SYS(vm86),
	SCMP_SYS(vm86old),
	SCMP_SYS(io_uring_setup),
};

static int add_rules(scmp_filter_ctx ctx)
{
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(refused) && r == 0; i++)
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), refused[i], 0);
	for (unsigned bit = 1u << 7; bit && r == 0; bit <<= 1)
		if (bit & (unsigned)NAMESPACE_FLAGS)
			r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(EPERM), SCMP_SYS(clone), 1,
					     SCMP_A0(SCMP_CMP_MASKED_EQ, bit, bit));
	if (r == 0) /* its flags are in memory, out of a filter's reach: libraries then use clone */
		r = seccomp_rule_add(ctx, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0);
	return r;
}

static int export_program(scmp_filter_ctx ctx, struct shim_blob *ret, struct error *err)
{
	_cleanup_close_ int fd = memfd_create("seccomp", MFD_CLOEXEC);
	_cleanup_free_ char *data = NULL;
	size_t len = 0;
	int r;

	if (fd < 0 || seccomp_export_bpf(ctx, fd) < 0 || lseek(fd, 0, SEEK_SET) < 0)
		return error_set_errno(err, errno, "seccomp filter");
	r = fs_read_fd(fd, BPF_MAXINSNS * sizeof(struct sock_filter), &data, &len, err);
	if (r < 0)
		return r;
	ret->data = take_ptr(data);
	ret->len = len;
	return 0;
}

int seccomp_default(struct shim_blob *ret, struct error *err)
{
	/* nothing beyond the first level is used, and no question to the kernel is needed for it */
	int r = seccomp_api_set(1);
	scmp_filter_ctx ctx = r == 0 ? seccomp_init(SCMP_ACT_ALLOW) : NULL;

	r = ctx ? add_rules(ctx) : -ENOMEM;

	r = r < 0 ? error_set_errno(err, -r, "seccomp filter") : export_program(ctx, ret, err);
	seccomp_release(ctx);
	return r;
}
