/*
 * error: codes, wrapping, causes, and callers that do not care.
 */
#include "base/error.h"

#include <errno.h>

#include "base/test.h"

static void test_set_returns_the_negated_code(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK_INT(error_set(&err, ERR_NOT_FOUND, "NotFound", "pods \"%s\" not found", "a"),
		  -ERR_NOT_FOUND);
	CHECK_STR(err.message, "pods \"a\" not found");
	CHECK_STR(err.reason, "NotFound");
	CHECK(error_is_set(&err));
}

static void test_null_is_tolerated_everywhere(void)
{
	CHECK_INT(error_set(NULL, ERR_GONE, NULL, "x"), -ERR_GONE);
	CHECK_INT(error_set_errno(NULL, ENOENT, "x"), -ERR_SYSTEM);
	CHECK_INT(error_wrap(NULL, "x"), -ERR_INTERNAL);
	CHECK_INT(error_add_cause(NULL, "a", "b", "x"), -ERR_INVALID);
	error_field(NULL, "x");
	error_message(NULL, "x");
	error_clear(NULL);
	CHECK_STR(error_text(NULL), "unknown error");
}

static void test_errno_is_named_and_kept(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	errno = EBUSY;
	error_set_errno(&err, ENOSPC, "write %s", "/f");
	CHECK_STR(err.message, "write /f: No space left on device");
	CHECK_INT(err.errnum, ENOSPC);
	CHECK_INT(errno, EBUSY);
}

static void test_wrap_prefixes_and_keeps_the_rest(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	error_set(&err, ERR_CONFLICT, "Conflict", "version 3");
	error_field(&err, "metadata.%s", "resourceVersion");
	CHECK_INT(error_wrap(&err, "update %s", "a"), -ERR_CONFLICT);
	CHECK_STR(err.message, "update a: version 3");
	CHECK_STR(err.reason, "Conflict");
	CHECK_STR(err.field, "metadata.resourceVersion");
}

static void test_causes_collect(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	for (int i = 0; i < 20; i++)
		CHECK_INT(error_add_cause(&err, "spec.x", "FieldValueInvalid", "no. %d", i),
			  -ERR_INVALID);
	CHECK_INT(err.n_causes, 20);
	CHECK_STR(err.message, "spec.x: no. 0");
	CHECK_STR(err.causes[19].message, "no. 19");
	CHECK_STR(err.causes[19].reason, "FieldValueInvalid");
}

static void test_setting_again_replaces_and_may_use_the_old_text(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	error_add_cause(&err, "a", "b", "old");
	error_set(&err, ERR_INTERNAL, NULL, "new after %s", err.message);
	CHECK_STR(err.message, "new after a: old");
	CHECK_INT(err.n_causes, 0);
}

static void test_copy_and_move(void)
{
	_cleanup_error_ struct error a = ERROR_INIT, b = ERROR_INIT, c = ERROR_INIT;

	error_add_cause(&a, "f", "r", "m");
	CHECK_INT(error_copy(&b, &a), -ERR_INVALID);
	CHECK_STR(b.causes[0].field, "f");
	CHECK_INT(error_move(&c, &a), -ERR_INVALID);
	CHECK(!error_is_set(&a));
	CHECK_STR(c.message, "f: m");
}

int main(void)
{
	TEST(test_set_returns_the_negated_code);
	TEST(test_null_is_tolerated_everywhere);
	TEST(test_errno_is_named_and_kept);
	TEST(test_wrap_prefixes_and_keeps_the_rest);
	TEST(test_causes_collect);
	TEST(test_setting_again_replaces_and_may_use_the_old_text);
	TEST(test_copy_and_move);
	return test_end();
}
