/*
 * What a container may and may not: users, capabilities, devices, masks, mounts, limits.
 */
#include <sched.h>
#include <sys/mount.h>

#include "runtime/test_exec.h"

#define SLEEP "sleep 1000"

static struct container *start_ok(struct container_config *cfg, const char *script)
{
	struct container *c;

	cfg->uid = cfg->uid ? cfg->uid : -1;
	cfg->gid = cfg->gid ? cfg->gid : -1;
	c = start_with(run_sandbox(false), cfg, "a", script);
	CHECK_STR(f.err.message, NULL);
	return c;
}

/* The output of a script in a container of its own, made as cfg says. */
static void check_output(struct container_config *cfg, const char *script, const char *want)
{
	_cleanup_free_ char *got = NULL;

	begin();
	got = output_of(start_ok(cfg, SLEEP), script);
	CHECK_STR(got, want);
	end();
}

static void test_root_has_the_default_capabilities(void)
{
	struct container_config cfg = { .uid = 0 };

	check_output(&cfg, "grep -E 'CapEff|CapBnd|NoNewPrivs|Seccomp:' /proc/self/status",
		     "CapEff:\t00000000a80425fb\nCapBnd:\t00000000a80425fb\nNoNewPrivs:\t0\n"
		     "Seccomp:\t0\n");
}

static void test_capabilities_are_dropped_then_added(void)
{
	char *drop[] = { (char *)"ALL", NULL }, *add[] = { (char *)"NET_ADMIN", NULL };
	struct container_config cfg = { .cap_drop = drop, .cap_add = add };

	check_output(&cfg, "grep CapEff /proc/self/status", "CapEff:\t0000000000001000\n");
}

static void test_a_user_has_no_capability_but_its_groups(void)
{
	int64_t groups[] = { 4242 };
	struct container_config cfg = { .uid = 1000,
					.gid = 77,
					.supplemental_gids = groups,
					.n_supplemental_gids = 1,
					.no_new_privs = true,
					.seccomp = "RuntimeDefault" };

	check_output(
		&cfg,
		"id -u; id -G; grep -E 'CapEff|NoNewPrivs|Seccomp:' /proc/self/status;"
		"echo x >/dev/stdout",
		"1000\n77 10 4242\nCapEff:\t0000000000000000\nNoNewPrivs:\t1\nSeccomp:\t2\nx\n");
}

static void test_the_default_filter_refuses_mounts(void)
{
	char *add[] = { (char *)"SYS_ADMIN", NULL };
	struct container_config cfg = { .cap_add = add, .seccomp = "RuntimeDefault" };

	check_output(&cfg, "mount -t tmpfs x /tmp 2>/dev/null && echo mounted || echo refused",
		     "refused\n");
}

static void test_kernel_files_are_masked(void)
{
	struct container_config cfg = { .image = NULL };

	check_output(&cfg,
		     "cat /proc/keys /proc/timer_list 2>/dev/null; ls /sys/firmware; touch "
		     "/proc/sys/kernel/hostname 2>&1;"
		     "touch /sys/x 2>&1; touch /sys/fs/cgroup/x 2>&1; true",
		     "touch: /proc/sys/kernel/hostname: Read-only file system\n"
		     "touch: /sys/x: Read-only file system\n"
		     "touch: /sys/fs/cgroup/x: Read-only file system\n");
}

static void test_own_device_nodes_are_dead(void)
{
	struct container_config cfg = { .image = NULL };

	check_output(
		&cfg,
		"for d in /tmp /dev /dev/shm; do mknod $d/zz c 1 5 && head -c1 $d/zz; done 2>&1;"
		"echo x >/dev/null; head -c3 /dev/zero | dd 2>/dev/null | stat -c %F /dev/zero",
		"head: /tmp/zz: Permission denied\nhead: /dev/zz: Permission denied\n"
		"head: /dev/shm/zz: Permission denied\ncharacter special file\n");
}

static void test_a_privileged_container_sees_devices_and_writes_sysctls(void)
{
	struct container_config cfg = { .privileged = true };

	check_output(&cfg,
		     "test -c /dev/kmsg && echo kmsg; touch /sys/fs/cgroup && echo sys;"
		     "echo pod-two >/proc/sys/kernel/hostname; hostname",
		     "kmsg\nsys\npod-two\n");
}

static void test_a_read_only_root_keeps_its_volumes_writable(void)
{
	_cleanup_free_ char *volume = NULL;
	struct mount_config mounts[3];
	struct container_config cfg = { .readonly_rootfs = true, .mounts = mounts, .n_mounts = 3 };
	_cleanup_free_ char *got = NULL;

	begin();
	volume = fs_join(f.root, "volume");
	CHECK_OK(fs_mkdir_p(AT_FDCWD, volume, 0777, &f.err), &f.err);
	/* the inner one is named first, and must come out on top all the same */
	mounts[0] = (struct mount_config){ .source = "/etc/passwd", .target = "/deep/data/pw" };
	mounts[1] = (struct mount_config){ .source = volume, .target = "/deep/data" };
	mounts[2] = (struct mount_config){ .source = volume, .target = "/ro", .readonly = true };
	got = output_of(start_ok(&cfg, SLEEP),
			"touch /x 2>&1; touch /ro/x 2>&1; touch /deep/data/y && ls /ro;"
			"grep -c root: /deep/data/pw; touch /dev/shm/s /dev/t && echo dev");
	CHECK_STR(got, "touch: /x: Read-only file system\ntouch: /ro/x: Read-only file system\n"
		       "pw\ny\n1\ndev\n");
	end();
}

static void test_a_missing_source_is_named(void)
{
	struct mount_config m = { .source = "/not/there", .target = "/x" };
	struct container_config cfg = { .uid = -1, .gid = -1, .mounts = &m, .n_mounts = 1 };

	begin();
	start_with(run_sandbox(false), &cfg, "a", SLEEP);
	CHECK_CONTAINS(f.err.message, "stage sources: ENOENT /not/there");
	end();
}

static void test_out_of_memory_is_told(void)
{
	struct container_config cfg = { .limits = { .memory_bytes = 16 << 20 } };
	struct container_status st;
	struct container *c;

	begin();
	c = start_ok(&cfg, "dd if=/dev/zero of=/dev/null bs=64M");
	wait_count(&f.exits, 1);
	container_get_status(c, &st);
	CHECK_INT(st.exit_code, 137);
	CHECK(st.oom_killed);
	end();
}

static void test_limits_are_set_and_usage_is_read(void)
{
	struct container_config cfg = { .limits = { .memory_bytes = 64 << 20,
						    .cpu_shares = 512,
						    .cpu_quota_us = 20000,
						    .cpu_period_us = 100000,
						    .pids = 50 } };
	struct resource_limits more = { .memory_bytes = 128 << 20 };
	_cleanup_free_ char *v1 = NULL;
	int64_t cpu = 0, memory = 0;
	struct container *c;

	begin();
	c = start_ok(&cfg, SLEEP);
	CHECK_OK(container_usage(c, &cpu, &memory, &f.err), &f.err);
	CHECK(cpu != 0 && memory > 0);
	CHECK_OK(container_update_limits(c, &more, &f.err), &f.err);
	v1 = output_of(
		c, "cd /sys/fs/cgroup; cat memory.max cpu.weight cpu.max pids.max 2>/dev/null ||"
		   "cat memory/memory.limit_in_bytes cpu/cpu.shares cpu/cpu.cfs_quota_us "
		   "cpu/cpu.cfs_period_us pids/pids.max");
	if (strstr(v1, "134217728\n512"))
		CHECK_STR(v1, "134217728\n512\n20000\n100000\n50\n");
	else
		CHECK_STR(v1, "134217728\n20\n20000 100000\n50\n");
	end();
}

/* 2 CPU shares: none were asked for. Where the group does not count, its processes are asked. */
static void test_cpu_time_is_known_with_and_without_a_request(void)
{
	static const int64_t shares[] = { 2, 512 };

	for (size_t i = 0; i < 2; i++) {
		struct container_config cfg = { .limits = { .cpu_shares = shares[i] } };
		int64_t cpu = 0, memory, until = clock_now_mono_ns() + PATIENCE;
		struct container *c;

		begin();
		c = start_ok(&cfg,
			     "i=0; while [ $i -lt 300000 ]; do i=$((i + 1)); done; echo done; "
			     "exec sleep 1000");
		while (cpu < 20 * NSEC_PER_MSEC && clock_now_mono_ns() < until)
			CHECK_OK(container_usage(c, &cpu, &memory, &f.err), &f.err);
		CHECK(cpu >= 20 * NSEC_PER_MSEC && cpu < 60 * NSEC_PER_SEC);
		end();
	}
}

static void test_a_terminal_goes_to_the_log(void)
{
	struct container_config cfg = { .tty = true, .stdin_open = true };

	begin();
	start_ok(&cfg, "tty; echo done");
	wait_count(&f.exits, 1);
	CHECK_CONTAINS(log_of("a"), "stdout F /dev/pts/0\r\n");
	CHECK_CONTAINS(log_of("a"), "stdout F done\r\n");
	end();
}

static void test_an_unknown_user_and_a_bad_image_are_refused(void)
{
	struct container_config cfg = { .uid = -1, .gid = -1, .username = "nobody-knows" };
	struct sandbox *sb;

	begin();
	sb = run_sandbox(false);
	start_with(sb, &cfg, "a", SLEEP);
	CHECK_CONTAINS(f.err.message, "unable to find user nobody-knows");
	cfg = (struct container_config){ .id = "b", .image = "nope:1", .uid = -1, .gid = -1 };
	error_clear(&f.err);
	CHECK(container_start(sb, &cfg, on_done, &f.done, NULL, &f.err) < 0);
	CHECK_STR(f.err.message, "image \"nope:1\" is not present");
	end();
}

static void test_long_lines_are_cut_and_the_last_one_needs_no_end(void)
{
	struct container_config cfg = { .image = NULL };
	const char *log, *second;

	begin();
	start_ok(&cfg, "head -c 20000 /dev/zero; echo; head -c 3 /dev/zero");
	wait_count(&f.exits, 1);
	log = log_of("a");
	/* NUL bytes end a string: what follows each stamp is not looked at */
	CHECK_CONTAINS(log, "Z stdout P ");
	second = memchr(log, '\n', 17000);
	CHECK(second != NULL);
	CHECK_CONTAINS(second, "Z stdout F ");
	CHECK_INT(memchr(second + 1, '\n', 4000) - (void *)strstr(second, " F ") - 3, 20000 - 16384);
	end();
}

static char *own_namespace(const char *name)
{
	_cleanup_free_ char *path = str_printf("/proc/self/ns/%s", name);
	char *target = NULL;

	CHECK_OK(fs_readlink(AT_FDCWD, path, &target, NULL), NULL);
	return target;
}

static void test_host_pid_and_ipc_are_the_hosts(void)
{
	_cleanup_free_ char *logs = NULL, *got = NULL, *pid = NULL, *ipc = NULL, *want = NULL;
	struct sandbox_config cfg = {
		.id = "h", .hostname = "h", .host_pid = true, .host_ipc = true
	};
	struct sandbox *sb = NULL;
	struct container *c;

	begin();
	logs = fs_join(f.root, "logs");
	cfg.log_dir = logs;
	CHECK_OK(sandbox_run(f.rt, &cfg, on_done, &f.done, &sb, &f.err), &f.err);
	wait_flag(&f.done);
	c = start(sb, "a", "(trap : TERM; sleep 1000) & sleep 2000");
	got = output_of(c, "readlink /proc/self/ns/pid; readlink /proc/self/ns/ipc");
	pid = own_namespace("pid");
	ipc = own_namespace("ipc");
	want = str_printf("%s\n%s\n", pid, ipc);
	CHECK_STR(got, want);
	CHECK_OK(container_signal(c, SIGKILL, &f.err), &f.err);
	wait_count(&f.exits, 1);
	sandbox_remove(sb, on_done, &f.done); /* fails when something of it lives on in its cgroup */
	wait_flag(&f.done);
	CHECK_STR(f.err.message, NULL);
	end();
}

/* In a mount namespace of the test's own, since propagation needs a shared mount on the host's side. */
static void test_a_later_mount_arrives_when_asked_for(void)
{
	_cleanup_free_ char *shared = NULL, *inner = NULL, *got = NULL;
	struct mount_config mounts[2];
	struct container_config cfg = { .mounts = mounts, .n_mounts = 2 };
	struct container *c;

	CHECK(unshare(CLONE_NEWNS) == 0);
	CHECK(mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0);
	shared = fs_join(f.dir, "shared");
	inner = fs_join(shared, "inner");
	CHECK(mkdir(shared, 0755) == 0 && mount("s", shared, "tmpfs", 0, NULL) == 0);
	CHECK(mount(NULL, shared, NULL, MS_SHARED, NULL) == 0 && mkdir(inner, 0755) == 0);
	begin();
	mounts[0] = (struct mount_config){ .source = shared,
					   .target = "/in",
					   .propagation = "HostToContainer" };
	mounts[1] = (struct mount_config){ .source = shared, .target = "/none" };
	c = start_ok(&cfg, SLEEP);
	CHECK(mount("i", inner, "tmpfs", 0, NULL) == 0);
	got = output_of(
		c,
		"grep -c ' /in/inner ' /proc/mounts; grep -c ' /none/inner ' /proc/mounts; true");
	CHECK_STR(got, "1\n0\n");
	end();
	CHECK(umount2(inner, 0) == 0 && umount2(shared, 0) == 0);
}

int main(void)
{
	test_pods_begin();
	TEST(test_root_has_the_default_capabilities);
	TEST(test_capabilities_are_dropped_then_added);
	TEST(test_a_user_has_no_capability_but_its_groups);
	TEST(test_the_default_filter_refuses_mounts);
	TEST(test_kernel_files_are_masked);
	TEST(test_own_device_nodes_are_dead);
	TEST(test_a_privileged_container_sees_devices_and_writes_sysctls);
	TEST(test_a_read_only_root_keeps_its_volumes_writable);
	TEST(test_a_missing_source_is_named);
	TEST(test_out_of_memory_is_told);
	TEST(test_limits_are_set_and_usage_is_read);
	TEST(test_cpu_time_is_known_with_and_without_a_request);
	TEST(test_a_terminal_goes_to_the_log);
	TEST(test_an_unknown_user_and_a_bad_image_are_refused);
	TEST(test_long_lines_are_cut_and_the_last_one_needs_no_end);
	TEST(test_host_pid_and_ipc_are_the_hosts);
	TEST(test_a_later_mount_arrives_when_asked_for);
	return test_pods_end();
}
