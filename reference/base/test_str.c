/*
 * defs, strbuf and str: hand-over, growing buffers, vectors.
 */
#include "base/str.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/strbuf.h"
#include "base/test.h"

static void test_take_empties_the_owner(void)
{
	_cleanup_free_ char *a = xstrdup("x"), *b = take_ptr(a);
	_cleanup_close_ int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int raw = fd;
	_cleanup_close_ int other = take_fd(fd);

	CHECK(!a);
	CHECK_STR(b, "x");
	CHECK_INT(fd, -1);
	CHECK_INT(other, raw);
}

static void test_min_and_max_nest(void)
{
	CHECK_INT(MIN(MAX(1, 5), MAX(3, 2)), 3);
}

static void test_strbuf_grows_and_keeps_nuls(void)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	CHECK_STR(strbuf_str(&b), "");
	for (int i = 0; i < 1000; i++)
		strbuf_addf(&b, "%03d,", i);
	CHECK_INT(b.len, 4000);
	strbuf_consume(&b, 3992);
	CHECK_STR(strbuf_str(&b), "998,999,");
	strbuf_reset(&b);
	strbuf_add(&b, "a\0b", 3);
	CHECK_INT(b.len, 3);
	CHECK_INT(b.data[3], '\0');
}

static void test_strbuf_formats_more_than_its_room(void)
{
	_cleanup_free_ char *text = str_printf("%0500d", 7);

	CHECK_INT(strlen(text), 500);
	CHECK_INT(text[499], '7');
}

static void test_numbers_are_whole_and_in_range(void)
{
	int64_t n = 42;

	CHECK_INT(str_to_int64("-7", -10, 10, &n), 0);
	CHECK_INT(n, -7);
	CHECK_INT(str_to_int64("11", -10, 10, &n), -1);
	CHECK_INT(str_to_int64(" 1", -10, 10, &n), -1);
	CHECK_INT(str_to_int64("+1", -10, 10, &n), -1);
	CHECK_INT(str_to_int64("1x", -10, 10, &n), -1);
	CHECK_INT(str_to_int64("", -10, 10, &n), -1);
	CHECK_INT(str_to_int64("99999999999999999999", 0, INT64_MAX, &n), -1);
	CHECK_INT(n, -7);
}

static void test_split_and_join(void)
{
	_cleanup_strv_ char **v = strv_split("a,,b", ',');
	_cleanup_free_ char *joined = strv_join(v, "+");

	CHECK_INT(strv_len(v), 3);
	CHECK_STR(joined, "a++b");
	CHECK(strv_contains(v, ""));
	CHECK(!strv_contains(v, "c"));
}

static void test_environment_entries_are_replaced_by_key(void)
{
	_cleanup_strv_ char **env = NULL;

	strv_set_env(&env, "A", "1");
	strv_set_env(&env, "AB", "2");
	strv_set_env(&env, "A", "3=3");
	CHECK_INT(strv_len(env), 2);
	CHECK_STR(strv_get_env(env, "A"), "3=3");
	CHECK_STR(strv_get_env(env, "AB"), "2");
	CHECK_STR(strv_get_env(env, "B"), NULL);
}

static void test_prefixes_and_suffixes(void)
{
	CHECK_STR(str_after("sha256:ab", "sha256:"), "ab");
	CHECK_STR(str_after("sha", "sha256:"), NULL);
	CHECK(str_starts("abc", "ab"));
	CHECK(str_ends("abc", "bc"));
	CHECK(!str_ends("c", "bc"));
}

static void test_hex(void)
{
	_cleanup_free_ char *text = str_hex("\x00\xff\x1a", 3);

	CHECK_STR(text, "00ff1a");
}

int main(void)
{
	TEST(test_take_empties_the_owner);
	TEST(test_min_and_max_nest);
	TEST(test_strbuf_grows_and_keeps_nuls);
	TEST(test_strbuf_formats_more_than_its_room);
	TEST(test_numbers_are_whole_and_in_range);
	TEST(test_split_and_join);
	TEST(test_environment_entries_are_replaced_by_key);
	TEST(test_prefixes_and_suffixes);
	TEST(test_hex);
	return test_end();
}
