/*
 * A set of files that changes as one.
 */
#include "kubelet/volume_writer.h"

#include <stdlib.h>
#include <sys/stat.h>

#include "base/fsutil.h"
#include "base/test.h"

static char dir[] = "/tmp/test-volume-XXXXXX";

static void put(struct volume_content *c, const char *path, const char *text)
{
	volume_content_add(c, path, xstrdup(text), strlen(text), 0640);
}

static char *read_back(const char *name)
{
	_cleanup_free_ char *path = fs_join(dir, name);
	char *text = NULL;

	return fs_read_file(AT_FDCWD, path, 1000, &text, NULL, NULL) == 0 ? text : NULL;
}

static char *data_link(void)
{
	_cleanup_free_ char *path = fs_join(dir, "..data");
	char *target = NULL;

	return fs_readlink(AT_FDCWD, path, &target, NULL) == 0 ? target : NULL;
}

static void test_files_appear_below_links(void)
{
	_cleanup_(volume_content_clear) struct volume_content c = { 0 };
	_cleanup_free_ char *a = NULL, *b = NULL, *path = fs_join(dir, "a");
	struct stat st;

	put(&c, "a", "one");
	put(&c, "d/b", "two");
	CHECK_OK(volume_write(dir, &c, -1, NULL), NULL);
	a = read_back("a");
	b = read_back("d/b");
	CHECK_STR(a, "one");
	CHECK_STR(b, "two");
	CHECK_INT(stat(path, &st), 0);
	CHECK_INT(st.st_mode & 07777, 0640);
}

static void test_the_same_content_touches_nothing(void)
{
	_cleanup_(volume_content_clear) struct volume_content c = { 0 };
	_cleanup_free_ char *before = data_link(), *after = NULL;

	put(&c, "a", "one");
	put(&c, "d/b", "two");
	CHECK_OK(volume_write(dir, &c, -1, NULL), NULL);
	after = data_link();
	CHECK_STR(after, before);
}

static void test_a_change_swaps_the_set_and_drops_old_names(void)
{
	_cleanup_(volume_content_clear) struct volume_content c = { 0 };
	_cleanup_free_ char *before = data_link(), *after = NULL, *a = NULL, *b = NULL;
	_cleanup_free_ char *old = fs_join(dir, before);

	put(&c, "a", "three");
	CHECK_OK(volume_write(dir, &c, -1, NULL), NULL);
	after = data_link();
	a = read_back("a");
	b = read_back("d/b");
	CHECK(!streq(after, before));
	CHECK_STR(a, "three");
	CHECK_STR(b, NULL);
	CHECK(!fs_exists(AT_FDCWD, old));
}

int main(void)
{
	if (!mkdtemp(dir))
		return 1;
	TEST(test_files_appear_below_links);
	TEST(test_the_same_content_touches_nothing);
	TEST(test_a_change_swaps_the_set_and_drops_old_names);
	fs_remove_tree(AT_FDCWD, dir, NULL);
	return test_end();
}
