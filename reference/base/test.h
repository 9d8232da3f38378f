/*
 * test: the smallest frame for unit tests. Prints TAP; exits 1 when a check failed.
 *
 *	static void test_doubles_until_the_cap(void) { CHECK_INT(backoff_step(...), 20); }
 *	int main(void)
 *	{
 *		TEST(test_doubles_until_the_cap);
 *		return test_end();
 *	}
 *
 * A failed check prints both sides and ends its test; the others go on. Evaluate nothing twice.
 */
#pragma once

#include <inttypes.h>
#include <setjmp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

static struct {
	int run, failed;
	bool bad;
	jmp_buf out;
} test_state _unused_;

#define TEST(fn)                                                                               \
	do {                                                                                   \
		test_state.bad = false;                                                        \
		if (setjmp(test_state.out) == 0)                                               \
			fn();                                                                  \
		test_state.failed += test_state.bad;                                           \
		printf("%sok %d - %s\n", test_state.bad ? "not " : "", ++test_state.run, #fn); \
		fflush(stdout);                                                                \
	} while (0)

static inline _unused_ int test_end(void)
{
	printf("1..%d\n", test_state.run);
	return test_state.failed || !test_state.run;
}

#define TEST_FAIL(...)                                   \
	do {                                             \
		printf("# %s:%d: ", __FILE__, __LINE__); \
		printf(__VA_ARGS__);                     \
		printf("\n");                            \
		test_state.bad = true;                   \
		longjmp(test_state.out, 1);              \
	} while (0)

#define CHECK(cond)                                       \
	do {                                              \
		if (!(cond))                              \
			TEST_FAIL("not true: %s", #cond); \
	} while (0)

#define CHECK_INT(got, want)                                                                      \
	do {                                                                                      \
		int64_t test_got = (got), test_want = (want);                                     \
		if (test_got != test_want)                                                        \
			TEST_FAIL("%s is %" PRId64 ", want %" PRId64, #got, test_got, test_want); \
	} while (0)

#define CHECK_STR(got, want)                                                                     \
	do {                                                                                     \
		const char *test_got = (got), *test_want = (want);                               \
		if (!streq(test_got, test_want))                                                 \
			TEST_FAIL("%s is\n#   <%s>\n# want\n#   <%s>", #got,                     \
				  test_got ? test_got : "NULL", test_want ? test_want : "NULL"); \
	} while (0)

/* needle must occur in got. */
#define CHECK_CONTAINS(got, needle)                                                \
	do {                                                                       \
		const char *test_got = (got), *test_want = (needle);               \
		if (!test_got || !strstr(test_got, test_want))                     \
			TEST_FAIL("%s is\n#   <%s>\n# and has no\n#   <%s>", #got, \
				  test_got ? test_got : "NULL", test_want);        \
	} while (0)

/* The call returns 0; the error it filled is shown otherwise. */
#define CHECK_OK(call, errp)                                                              \
	do {                                                                              \
		int test_r = (call);                                                      \
		if (test_r != 0)                                                          \
			TEST_FAIL("%s returned %d: %s", #call, test_r, error_text(errp)); \
	} while (0)
