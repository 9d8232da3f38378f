/*
 * What is kept of a termination message, and what of a log that stands in for it.
 */
#include "kubelet/termination_text.h"

#include <string.h>

#include "base/defs.h"
#include "base/str.h"
#include "base/test.h"

static struct strbuf in, out;
static char *told;

static void given(const char *text, size_t repeat)
{
	strbuf_reset(&in);
	for (size_t i = 0; i < repeat; i++)
		strbuf_adds(&in, text);
}

static const char *tell(size_t n_containers)
{
	free(told);
	told = termination_text_tell(&in, n_containers);
	return told;
}

static const char *of_log(bool is_cut)
{
	strbuf_reset(&out);
	termination_text_of_log(&in, is_cut, &out);
	return strbuf_str(&out);
}

static void test_the_share_depends_on_the_number_of_containers(void)
{
	given("x", 4096);
	CHECK_INT(strlen(tell(1)), 4096);
	CHECK_INT(strlen(tell(3)), 4096);
	CHECK_INT(strlen(tell(4)), 3072);
	CHECK_INT(strlen(tell(10)), 1228);
}

static void test_the_share_is_the_first_part(void)
{
	given("a", 3072);
	strbuf_adds(&in, "b");
	CHECK(!strchr(tell(4), 'b'));
}

static void test_nothing_is_no_message(void)
{
	given("", 1);
	CHECK(!tell(1));
	given("   ", 1);
	CHECK_STR(tell(1), "   ");
}

static void test_bytes_that_are_no_text_are_replaced(void)
{
	given("a\xff\x62\xc3", 1);
	CHECK_STR(tell(1), "a\xef\xbf\xbd"
			   "b\xef\xbf\xbd");
	given("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80", 1);
	CHECK_STR(tell(1), "\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80");
	given("\xed\xa0\x80", 1); /* half of a surrogate pair */
	CHECK_INT(strlen(tell(1)), 9);
	strbuf_reset(&in);
	strbuf_add(&in, "a\0b", 3);
	CHECK_STR(tell(1), "a\xef\xbf\xbd"
			   "b");
}

static void test_a_log_gives_its_text_without_the_heads(void)
{
	given("2026-01-02T00:00:00.000000000Z stdout F one two\n", 1);
	strbuf_adds(&in, "2026-01-02T00:00:00.000000000Z stderr P long-\n");
	strbuf_adds(&in, "2026-01-02T00:00:00.000000000Z stderr F line\n");
	CHECK_STR(of_log(false), "one two\nlong-line\n");
}

static void test_a_log_gives_its_last_lines_and_bytes(void)
{
	given("s stdout F x\n", 81);
	CHECK_INT(strlen(of_log(false)), 160);
	given("s stdout F 0123456789012345678901234567890123456789\n", 79);
	CHECK_INT(strlen(of_log(false)), 2048);
	given("", 1);
	CHECK_STR(of_log(false), "");
}

static void test_a_line_that_begins_before_the_part_read_is_text(void)
{
	given("rest of a line\ns stdout F last\n", 1);
	CHECK_STR(of_log(true), "rest of a line\nlast\n");
}

int main(void)
{
	TEST(test_the_share_depends_on_the_number_of_containers);
	TEST(test_the_share_is_the_first_part);
	TEST(test_nothing_is_no_message);
	TEST(test_bytes_that_are_no_text_are_replaced);
	TEST(test_a_log_gives_its_text_without_the_heads);
	TEST(test_a_log_gives_its_last_lines_and_bytes);
	TEST(test_a_line_that_begins_before_the_part_read_is_text);
	strbuf_deinit(&in);
	strbuf_deinit(&out);
	free(told);
	return test_end();
}
