/*
 * words: a command's own options are taken out, the rest is handed on.
 */
#include "inspect/words.h"

#include "test/test.h"

static void test_own_options_are_taken_the_rest_stays(void)
{
	char *argv[] = { (char *)"list", (char *)"-o",	    (char *)"json", (char *)"--area",
			 (char *)"ns",	 (char *)"--notes", (char *)"a",    NULL };
	const char *format = NULL, *notes = NULL;
	const struct word words[] = { { "output", 'o', false, &format },
				      { "notes", 0, true, &notes } };
	int argc = 7;

	CHECK_INT(words_take(&argc, argv, words, 2, NULL), 0);
	CHECK_TEXT(format, "json");
	CHECK(notes != NULL);
	CHECK_INT(argc, 4);
	CHECK_TEXT(argv[1], "--area");
	CHECK_TEXT(argv[3], "a");
	CHECK(!argv[4]);
}

static void test_both_ways_of_giving_a_value(void)
{
	char *argv[] = { (char *)"x", (char *)"--output=wide", NULL },
	     *bare[] = { (char *)"x", (char *)"--output", NULL };
	const char *format = NULL;
	const struct word words[] = { { "output", 'o', false, &format } };
	_cleanup_error_ struct error err = ERROR_INIT;
	int argc = 2;

	CHECK_INT(words_take(&argc, argv, words, 1, NULL), 0);
	CHECK_TEXT(format, "wide");
	argc = 2;
	CHECK_INT(words_take(&argc, bare, words, 1, &err), -1);
	CHECK_HAS(error_text(&err), "--output needs a value");
}

int main(void)
{
	TEST(test_own_options_are_taken_the_rest_stays);
	TEST(test_both_ways_of_giving_a_value);
	return test_end();
}
