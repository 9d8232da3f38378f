/*
 * Tests of lists in pieces.
 */
#include "apiserver/page.h"

#include "base/json.h"
#include "base/test.h"

static struct page_shelf shelf;
static const struct kind *const pods = (const struct kind *)"pods",
				*const nodes = (const struct kind *)"nodes";

static json_t *five(void)
{
	return json_pack("[s, s, s, s, s]", "a", "b", "c", "d", "e");
}

/* The first piece of a list of five; its token. Owned. */
static char *begin_list(int64_t limit)
{
	_cleanup_json_ json_t *items = five(), *meta = json_pack("{ss}", "resourceVersion", "7");

	page_first(&shelf, pods, items, limit, meta);
	CHECK_INT((int64_t)json_array_size(items), limit);
	CHECK_INT(json_int(meta, "remainingItemCount", 0), 5 - limit);
	return xstrdup(json_str(meta, "continue"));
}

static void test_pages_until_nothing_is_left(void)
{
	static const char *const want[] = { "[\"c\",\"d\"]", "[\"e\"]" };
	_cleanup_free_ char *token = begin_list(2);

	for (int i = 0; i < 2; i++) {
		_cleanup_json_ json_t *items = NULL, *meta = json_object();
		_cleanup_free_ char *text = NULL;

		CHECK_OK(page_next(&shelf, pods, token, 2, &items, meta, NULL), NULL);
		text = json_text(items);
		CHECK_STR(text, want[i]);
		CHECK_STR(json_str(meta, "resourceVersion"), "7");
		free(token);
		token = xstrdup(json_str(meta, "continue"));
	}
	CHECK_STR(token, NULL);
}

static void test_a_page_may_be_asked_for_twice_and_of_another_size(void)
{
	_cleanup_free_ char *token = begin_list(1);

	for (int i = 0; i < 2; i++) {
		_cleanup_json_ json_t *items = NULL, *meta = json_object();

		CHECK_OK(page_next(&shelf, pods, token, 0, &items, meta, NULL), NULL);
		CHECK_INT((int64_t)json_array_size(items), 4);
		CHECK_STR(json_str(meta, "continue"), NULL);
	}
}

static void test_a_token_gets_too_old(void)
{
	_cleanup_free_ char *token = begin_list(2);
	_cleanup_json_ json_t *items = NULL, *meta = json_object();
	_cleanup_error_ struct error err = ERROR_INIT;

	for (int i = 0; i < PAGE_SHELF; i++)
		free(begin_list(2));
	CHECK_INT(page_next(&shelf, pods, token, 2, &items, meta, &err), -ERR_GONE);
	CHECK_STR(err.reason, "Expired");
}

static void test_foreign_tokens(void)
{
	_cleanup_free_ char *token = begin_list(2);
	_cleanup_json_ json_t *items = NULL, *meta = json_object();
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK_INT(page_next(&shelf, nodes, token, 2, &items, meta, &err), -ERR_BAD_REQUEST);
	CHECK_STR(error_text(&err), "continue key is of another list");
	CHECK_INT(page_next(&shelf, pods, "e30=", 2, &items, meta, &err), -ERR_BAD_REQUEST);
	CHECK_STR(error_text(&err), "continue key is not valid: \"e30=\"");
}

int main(void)
{
	TEST(test_pages_until_nothing_is_left);
	TEST(test_a_page_may_be_asked_for_twice_and_of_another_size);
	TEST(test_a_token_gets_too_old);
	TEST(test_foreign_tokens);
	page_shelf_deinit(&shelf);
	return test_end();
}
