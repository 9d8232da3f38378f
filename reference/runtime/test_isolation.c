/*
 * What a container may and may not: users, capabilities, devices, masks, mounts, limits.
 */
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
	TEST(test_a_terminal_goes_to_the_log);
	TEST(test_an_unknown_user_and_a_bad_image_are_refused);
	TEST(test_long_lines_are_cut_and_the_last_one_needs_no_end);
	return test_pods_end();
}
