/*
 * fsutil: reading with a limit, atomic replacement, trees; all inside a directory of its own.
 */
#include "base/fsutil.h"

#include <errno.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <sched.h>
#include <unistd.h>

#include "base/str.h"
#include "base/test.h"

static char top[] = "/tmp/test_fsutil.XXXXXX";
static int dir = -1;

static void write_file(const char *path, const char *text)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK_OK(fs_mkdir_parents(dir, path, 0755, &err), &err);
	CHECK_OK(fs_write_atomic(dir, path, text, strlen(text), 0644, false, &err), &err);
}

static void test_reads_within_the_limit(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *data = NULL;
	size_t len = 0;

	write_file("a", "hello");
	CHECK_OK(fs_read_file(dir, "a", 5, &data, &len, &err), &err);
	CHECK_STR(data, "hello");
	CHECK_INT(len, 5);
	CHECK_INT(fs_read_file(dir, "a", 4, &data, NULL, &err), -ERR_TOO_LARGE);
	CHECK_STR(err.message, "a: more than 4 bytes");
}

static void test_a_missing_file_is_an_outcome(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	char *data = NULL;

	CHECK_INT(fs_read_file(dir, "none", 5, &data, NULL, &err), FS_NOT_FOUND);
	CHECK_STR(err.message, "open none: No such file or directory");
	CHECK_INT(fs_read_file(dir, "none", 5, &data, NULL, NULL), FS_NOT_FOUND);
	CHECK_INT(fs_readlink(dir, "none", &data, NULL), FS_NOT_FOUND);
}

static void test_replacement_is_whole_or_not_at_all(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_strv_ char **names = NULL;
	_cleanup_free_ char *data = NULL;

	write_file("d/f", "old");
	CHECK_OK(fs_write_atomic(dir, "d/f", "new", 3, 0600, true, &err), &err);
	CHECK_OK(fs_read_file(dir, "d/f", 10, &data, NULL, &err), &err);
	CHECK_STR(data, "new");
	mkdirat(dir, "d/sub", 0755);
	CHECK(fs_write_atomic(dir, "d/sub", "x", 1, 0600, false, &err) < 0);
	CHECK_OK(fs_list(dir, "d", &names, &err), &err);
	CHECK_INT(strv_len(names), 2);
	CHECK_STR(names[0], "f");
	CHECK_STR(names[1], "sub");
}

static void test_list_is_sorted_and_complete(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_strv_ char **names = NULL;
	char name[16];

	for (int i = 99; i >= 0; i--) {
		snprintf(name, sizeof(name), "many/%02d", i);
		write_file(name, "");
	}
	CHECK_OK(fs_list(dir, "many", &names, &err), &err);
	CHECK_INT(strv_len(names), 100);
	CHECK_STR(names[0], "00");
	CHECK_STR(names[99], "99");
}

static void test_mkdir_p_takes_what_exists(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK_OK(fs_mkdir_p(dir, "p/q//r", 0755, &err), &err);
	CHECK_OK(fs_mkdir_p(dir, "p/q/r", 0755, &err), &err);
	CHECK(fs_exists(dir, "p/q/r"));
	write_file("p/file", "");
	CHECK(fs_mkdir_p(dir, "p/file", 0755, &err) < 0);
	CHECK_INT(err.errnum, ENOTDIR);
}

static void test_the_size_of_a_tree_counts_what_is_below_once(void)
{
	_cleanup_free_ char *text = xcalloc(1, 100001);
	int64_t bytes;

	memset(text, 'x', 100000);
	write_file("sized/a", text);
	write_file("sized/deeper/b", text);
	CHECK(symlinkat("/usr", dir, "sized/elsewhere") == 0);
	bytes = fs_tree_bytes(dir, "sized", INT64_MAX);
	CHECK(bytes >= 200000 && bytes < 300000);
	CHECK(fs_tree_bytes(dir, "sized", 1000) < bytes);
	CHECK_INT(fs_tree_bytes(dir, "none", INT64_MAX), 0);
}

static void test_remove_tree_does_not_follow_symlinks(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	write_file("outside/keep", "x");
	write_file("tree/a/b/c", "x");
	CHECK_INT(symlinkat("../outside", dir, "tree/link"), 0);
	CHECK_OK(fs_remove_tree(dir, "tree", &err), &err);
	CHECK(!fs_exists(dir, "tree"));
	CHECK(fs_exists(dir, "outside/keep"));
	CHECK_OK(fs_remove_tree(dir, "tree", &err), &err);
}

/* In a mount namespace of its own; exit code 0: the bind mount's content survived. */
static int remove_around_a_mount(void)
{
	int r;

	if (unshare(CLONE_NEWNS) < 0 || mount("none", "/", "none", MS_REC | MS_PRIVATE, NULL) < 0)
		return 77;
	/* By path: the held descriptor belongs to the old mount namespace. */
	if (chdir(top) < 0 || mount("kept", "tree2/m", "none", MS_BIND, NULL) < 0)
		return 77;
	r = fs_remove_tree(AT_FDCWD, "tree2", NULL);
	return r < 0 && fs_exists(dir, "kept/file") && !fs_exists(dir, "tree2/other") ? 0 : 1;
}

static void test_remove_tree_stops_at_mounts(void)
{
	int status = 0;
	pid_t pid;

	write_file("kept/file", "x");
	write_file("tree2/other", "x");
	CHECK_OK(fs_mkdir_p(dir, "tree2/m", 0755, NULL), NULL);
	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(remove_around_a_mount());
	waitpid(pid, &status, 0);
	if (WEXITSTATUS(status) == 77)
		printf("# skipped: no mount namespace here\n");
	else
		CHECK_INT(status, 0);
}

static void test_values_and_paths(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *a = fs_join("/x/", "y"), *b = fs_join("/x", "y"),
			    *c = fs_join("x", "/y");
	_cleanup_free_ char *target = NULL;

	CHECK_STR(a, "/x/y");
	CHECK_STR(b, "/x/y");
	CHECK_STR(c, "/y");
	CHECK_INT(fs_write_value(dir, "none", "1", &err), -ERR_SYSTEM);
	CHECK_INT(symlinkat("t", dir, "l"), 0);
	CHECK_OK(fs_readlink(dir, "l", &target, &err), &err);
	CHECK_STR(target, "t");
	CHECK(fs_exists(dir, "l"));
}

int main(void)
{
	int r;

	if (!mkdtemp(top) || fs_open_dir(AT_FDCWD, top, &dir, NULL) < 0)
		return 1;
	TEST(test_reads_within_the_limit);
	TEST(test_a_missing_file_is_an_outcome);
	TEST(test_replacement_is_whole_or_not_at_all);
	TEST(test_list_is_sorted_and_complete);
	TEST(test_mkdir_p_takes_what_exists);
	TEST(test_the_size_of_a_tree_counts_what_is_below_once);
	TEST(test_remove_tree_does_not_follow_symlinks);
	TEST(test_remove_tree_stops_at_mounts);
	TEST(test_values_and_paths);
	r = fs_remove_tree(AT_FDCWD, top, NULL);
	fd_close(dir);
	return test_end() || r < 0;
}
