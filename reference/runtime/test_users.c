/*
 * Pods with a user namespace of their own: ranges, owners of files inside and on disk, powers that end at its border.
 */
#include <sys/stat.h>

#include "runtime/test_exec.h"

#define SLEEP "sleep 1000"
#define MAPPED "read in out n </proc/self/uid_map; echo $in $((out % 65536)) $n; id -u"

static struct sandbox *run_pod(const char *id, bool share_pid)
{
	struct sandbox_config cfg = { .id = id,
				      .hostname = id,
				      .resolv_conf = "",
				      .share_pid = share_pid,
				      .user_namespace = true };
	_cleanup_free_ char *logs = fs_join(f.root, "logs");
	struct sandbox *sb = NULL;

	cfg.log_dir = logs;
	CHECK_OK(sandbox_run(f.rt, &cfg, on_done, &f.done, &sb, &f.err), &f.err);
	wait_flag(&f.done);
	CHECK_STR(f.err.message, NULL);
	return sb;
}

static void test_each_pod_has_a_range_of_its_own(void)
{
	_cleanup_free_ char *one = NULL, *two = NULL, *map = NULL, *other = NULL;
	struct container *a, *b;

	begin();
	a = start(run_pod("one", false), "a", SLEEP);
	b = start(run_pod("two", true), "b", SLEEP);
	one = output_of(a, MAPPED);
	two = output_of(b, MAPPED);
	CHECK_STR(one, "0 0 65536\n0\n");
	CHECK_STR(two, "0 0 65536\n0\n");
	map = output_of(a, "cat /proc/self/uid_map");
	other = output_of(b, "cat /proc/self/uid_map");
	CHECK(!streq(map, other));
	end();
}

static void test_files_belong_to_its_root_inside_and_to_root_on_disk(void)
{
	_cleanup_free_ char *volume = NULL, *file = NULL, *got = NULL;
	struct mount_config mount = { .target = "/v" };
	struct container_config cfg = { .uid = -1, .gid = -1, .mounts = &mount, .n_mounts = 1 };
	struct stat st;

	begin();
	volume = fs_join(f.root, "volume");
	file = fs_join(volume, "file");
	CHECK_OK(fs_mkdir_p(AT_FDCWD, volume, 0755, &f.err), &f.err);
	mount.source = volume;
	got = output_of(start_with(run_pod("one", false), &cfg, "a", SLEEP),
			"touch /v/file /top; stat -c %u:%g /v/file /top /bin/sh /dev /dev/shm");
	CHECK_STR(got, "0:0\n0:0\n0:0\n0:0\n0:0\n");
	CHECK_INT(stat(file, &st), 0);
	CHECK_INT(st.st_uid, 0);
	end();
}

static void test_its_root_owns_the_namespaces_and_no_device_of_the_host(void)
{
	struct container_config cfg = { .uid = -1, .gid = -1, .privileged = true };
	_cleanup_free_ char *got = NULL;

	begin();
	got = output_of(
		start_with(run_pod("one", false), &cfg, "a", SLEEP),
		"hostname changed; hostname; echo 7 >/proc/sys/net/ipv4/ip_default_ttl;"
		"cat /proc/sys/net/ipv4/ip_default_ttl; mount -t proc x /tmp; ls /tmp/1/stat;"
		"mount -t tmpfs x /tmp; mknod /tmp/d c 1 1 2>/dev/null || echo none;"
		"ls /dev/kmsg 2>/dev/null || echo none");
	CHECK_STR(got, "changed\n7\n/tmp/1/stat\nnone\nnone\n");
	end();
}

static void test_sysctls_of_both_owners_are_set(void)
{
	char *sysctls[] = { (char *)"net.ipv4.ip_local_port_range=4000 4001",
			    (char *)"kernel.shm_rmid_forced=1", NULL };
	struct sandbox_config cfg = {
		.id = "one", .hostname = "one", .sysctls = sysctls, .user_namespace = true
	};
	_cleanup_free_ char *got = NULL, *logs = NULL;
	struct sandbox *sb = NULL;

	begin();
	logs = fs_join(f.root, "logs");
	cfg.log_dir = logs;
	CHECK_OK(sandbox_run(f.rt, &cfg, on_done, &f.done, &sb, &f.err), &f.err);
	wait_flag(&f.done);
	got = output_of(start(sb, "a", SLEEP), "cd /proc/sys; cat net/ipv4/ip_local_port_range "
					       "kernel/shm_rmid_forced");
	CHECK_STR(got, "4000\t4001\n1\n");
	end();
}

static void test_not_with_namespaces_of_the_host(void)
{
	struct sandbox_config cfg = { .id = "one", .host_pid = true, .user_namespace = true };
	struct sandbox *sb = NULL;

	begin();
	CHECK_INT(sandbox_run(f.rt, &cfg, on_done, &f.done, &sb, &f.err), -ERR_INVALID);
	CHECK_CONTAINS(f.err.message, "with namespaces of the host");
	end();
}

int main(void)
{
	test_pods_begin();
	TEST(test_each_pod_has_a_range_of_its_own);
	TEST(test_files_belong_to_its_root_inside_and_to_root_on_disk);
	TEST(test_its_root_owns_the_namespaces_and_no_device_of_the_host);
	TEST(test_sysctls_of_both_owners_are_set);
	TEST(test_not_with_namespaces_of_the_host);
	return test_pods_end();
}
