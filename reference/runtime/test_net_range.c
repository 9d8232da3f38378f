/*
 * The pod ranges of several nodes: where they lie, that they never meet, and what is refused.
 */
#include "base/defs.h"
#include "base/test.h"
#include "runtime/net_range.h"

static const char *range(const char *cidr, unsigned n, unsigned i)
{
	static char text[32];
	_cleanup_free_ char *r = NULL;

	snprintf(text, sizeof(text), "%s", net_range(cidr, n, i, &r, NULL) == 0 ? r : "refused");
	return text;
}

static void test_one_node_has_the_whole_network(void)
{
	CHECK_STR(range("10.88.0.0/16", 1, 0), "10.88.0.0/16");
}

static void test_several_nodes_have_parts_that_do_not_meet(void)
{
	CHECK_STR(range("10.88.0.0/16", 3, 0), "10.88.0.0/17");
	CHECK_STR(range("10.88.0.0/16", 3, 1), "10.88.128.0/20");
	CHECK_STR(range("10.88.0.0/16", 3, 2), "10.88.144.0/20");
	CHECK_STR(range("10.88.0.0/16", 9, 8), "10.88.240.0/20");
}

static void test_a_node_keeps_its_range_when_others_come(void)
{
	CHECK_STR(range("10.88.0.0/16", 2, 1), "10.88.128.0/20");
	CHECK_STR(range("10.88.0.0/16", 9, 1), "10.88.128.0/20");
}

static void test_a_network_that_is_none_or_too_small_is_refused(void)
{
	CHECK_STR(range("10.88.0.0", 1, 0), "refused");
	CHECK_STR(range("10.88.0.0/7", 1, 0), "refused");
	CHECK_STR(range("here/16", 1, 0), "refused");
	CHECK_STR(range("10.88.0.0/24", 2, 1), "10.88.0.128/28");
	CHECK_STR(range("10.88.0.0/25", 2, 1), "refused");
}

static void test_the_nodes_own_address_is_the_first(void)
{
	_cleanup_free_ char *address = NULL;

	CHECK_INT(net_range_node("10.88.128.0/20", &address, NULL), 0);
	CHECK_STR(address, "10.88.128.1");
}

int main(void)
{
	TEST(test_one_node_has_the_whole_network);
	TEST(test_several_nodes_have_parts_that_do_not_meet);
	TEST(test_a_node_keeps_its_range_when_others_come);
	TEST(test_a_network_that_is_none_or_too_small_is_refused);
	TEST(test_the_nodes_own_address_is_the_first);
	return test_end();
}
