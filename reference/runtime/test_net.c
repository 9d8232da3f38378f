/*
 * Addresses: given in turn, not again at once, over restarts too; and what a pod network may be.
 */
#include "runtime/net.h"

#include <fcntl.h>
#include <unistd.h>

#include "base/test.h"

/* A net of 16 addresses that has no namespaces. */
static struct net begin(uint8_t *used, int cursor_fd)
{
	struct net n = { .cursor_fd = cursor_fd, .size = 16, .used_offset = 1, .used = used };

	CHECK_INT(net_parse_address("10.1.2.0", &n.base), 0);
	return n;
}

static const char *take(struct net *n)
{
	static char text[INET_ADDRSTRLEN];
	uint32_t address;

	if (net_take_address(n, &address, NULL) < 0)
		return NULL;
	net_format_address(address, text);
	return text;
}

static void test_an_address_comes_back_only_after_all_others(void)
{
	uint8_t used[3] = { 0 };
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	struct net n = begin(used, fd);
	uint32_t first;

	CHECK_INT(net_take_address(&n, &first, NULL), 0);
	net_release_address(&n, first);
	CHECK_STR(take(&n), "10.1.2.3");
	for (int i = 4; i <= 14; i++)
		take(&n);
	CHECK_STR(take(&n), "10.1.2.2");
	CHECK_STR(take(&n), NULL);
	close(fd);
}

static void test_the_cursor_is_kept_for_the_next_podd(void)
{
	uint8_t used[3] = { 0 };
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	struct net n = begin(used, fd);
	uint32_t offset = 0;

	take(&n);
	take(&n);
	CHECK_INT(pread(fd, &offset, sizeof(offset), 0), sizeof(offset));
	CHECK_INT(offset, 3);
	close(fd);
}

static void test_a_claimed_address_is_not_given(void)
{
	uint8_t used[3] = { 0 };
	int fd = open("/tmp", O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	struct net n = begin(used, fd);

	net_claim_address(&n, n.base + 2);
	net_claim_address(&n, n.base + 4000); /* not of this net: nothing */
	CHECK_STR(take(&n), "10.1.2.3");
	close(fd);
}

static void test_a_bad_pod_network_is_refused(void)
{
	static const char *const bad[] = { "", "10.0.0.0", "10.0.0.0/4", "10.0.0.0/30", "x/16" };

	for (size_t i = 0; i < ARRAY_SIZE(bad); i++) {
		struct error err = ERROR_INIT;
		struct net n;

		CHECK_INT(net_open(&n, "/nowhere", bad[i], "tag", &err), -ERR_INVALID);
		CHECK_CONTAINS(err.message, "must be ADDRESS/BITS");
		error_clear(&err);
	}
}

int main(void)
{
	TEST(test_an_address_comes_back_only_after_all_others);
	TEST(test_the_cursor_is_kept_for_the_next_podd);
	TEST(test_a_claimed_address_is_not_given);
	TEST(test_a_bad_pod_network_is_refused);
	return test_end();
}
