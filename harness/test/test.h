/*
 * test: the frame of the harness' unit tests. Prints TAP; exits 1 when a check failed or nothing was run.
 *
 *	static void test_a_name_is_quoted(void) { CHECK_TEXT(quoted("a"), "\"a\""); }
 *	int main(void) { TEST(test_a_name_is_quoted); return test_end(); }
 *
 * A failed check prints both sides and leaves its test; the others go on.
 */
#pragma once

#include <setjmp.h>

#include "util/defs.h"

static struct {
	int run, failed;
	bool bad;
	jmp_buf out;
} test_state __attribute__((unused));

#define TEST(fn)                                                                               \
	do {                                                                                   \
		test_state.bad = false;                                                        \
		if (setjmp(test_state.out) == 0)                                               \
			fn();                                                                  \
		test_state.failed += test_state.bad;                                           \
		printf("%sok %d - %s\n", test_state.bad ? "not " : "", ++test_state.run, #fn); \
		fflush(stdout);                                                                \
	} while (0)

static inline int test_end(void)
{
	printf("1..%d\n", test_state.run);
	return test_state.failed || !test_state.run;
}

#define TEST_FAIL(...)                                   \
	do {                                             \
		printf("# %s:%d: ", __FILE__, __LINE__); \
		printf(__VA_ARGS__);                     \
		putchar('\n');                           \
		test_state.bad = true;                   \
		longjmp(test_state.out, 1);              \
	} while (0)

#define CHECK(cond)                                       \
	do {                                              \
		if (!(cond))                              \
			TEST_FAIL("not true: %s", #cond); \
	} while (0)

#define CHECK_INT(got, want)                                                  \
	do {                                                                  \
		long long got_ = (long long)(got), want_ = (long long)(want); \
		if (got_ != want_)                                            \
			TEST_FAIL("%s is %lld, not %lld", #got, got_, want_); \
	} while (0)

#define CHECK_TEXT(got, want)                                                             \
	do {                                                                              \
		const char *got_ = (got), *want_ = (want);                                \
		if (!streq(got_, want_))                                                  \
			TEST_FAIL("%s is \"%s\", not \"%s\"", #got, got_ ? got_ : "NULL", \
				  want_ ? want_ : "NULL");                                \
	} while (0)

#define CHECK_HAS(text, part)                                                                       \
	do {                                                                                        \
		const char *text_ = (text), *part_ = (part);                                        \
		if (!text_ || !strstr(text_, part_))                                                \
			TEST_FAIL("\"%s\" is not in %s: %s", part_, #text, text_ ? text_ : "NULL"); \
	} while (0)
