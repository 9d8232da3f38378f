/*
 * All ranges lie in one network, so one option names it, and what follows from an address (user ids) never meets.
 */
#include "runtime/net_range.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdint.h>

#include "base/defs.h"
#include "base/str.h"

#define LEAST_BITS 8
#define MOST_BITS 28 /* of a node's range */
#define HALF 1 /* bits that the first node's range is longer by, of several */
#define SIXTEENTH 4 /* and each other's */

static int parse(const char *cidr, uint32_t *ret_base, unsigned *ret_bits, struct error *err)
{
	_cleanup_free_ char *text = xstrdup(cidr);
	char *slash = strchr(text, '/');
	struct in_addr in;
	int64_t bits = 0;

	if (slash)
		*slash++ = '\0';
	if (!slash || str_to_int64(slash, LEAST_BITS, MOST_BITS, &bits) < 0 ||
	    inet_pton(AF_INET, text, &in) != 1)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "pod network \"%s\": must be ADDRESS/BITS with %d to %d bits",
				 cidr, LEAST_BITS, MOST_BITS);
	*ret_bits = (unsigned)bits;
	*ret_base = ntohl(in.s_addr) & ~((1u << (32 - bits)) - 1);
	return 0;
}

static char *format(uint32_t address)
{
	struct in_addr in = { .s_addr = htonl(address) };
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, &in, text, sizeof(text));
	return xstrdup(text);
}

int net_range(const char *cidr, unsigned n, unsigned i, char **ret, struct error *err)
{
	_cleanup_free_ char *address = NULL;
	unsigned bits, more = n == 1 ? 0 : i == 0 ? HALF : SIXTEENTH;
	uint32_t base;
	int r = parse(cidr, &base, &bits, err);

	if (r < 0)
		return r;
	if (n > 1 && bits + SIXTEENTH > MOST_BITS)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "pod network \"%s\": too small for several nodes", cidr);
	if (i > 0)
		base += (1u << (31 - bits)) + (i - 1) * (1u << (32 - bits - SIXTEENTH));
	address = format(base);
	*ret = str_printf("%s/%u", address, bits + more);
	return 0;
}

int net_range_node(const char *range, char **ret, struct error *err)
{
	unsigned bits;
	uint32_t base;
	int r = parse(range, &base, &bits, err);

	if (r == 0)
		*ret = format(base + 1);
	return r;
}
