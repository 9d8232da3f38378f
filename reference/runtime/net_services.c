/*
 * net_services: what Services need of the node's network: packets for their addresses taken in, and rules for these.
 *
 * The rules are texts of nft(8), run by its own library: they choose at random, remember clients and refuse, for which
 * each expression by hand (nft.h) would be long. An address is a local route of the node, so that a connection to it that no
 * rule has taken elsewhere is the node's to refuse, and processes of the node have a way to it at all.
 */
#include "runtime/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <netlink/attr.h>
#include <nftables/libnftables.h>
#include <sched.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/netlink.h"

#define LOOPBACK_DEVICE 1

/* Where the kernel has no nfnetlink the library ends the process: so it is asked first. */
static bool kernel_has_nftables(void)
{
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER);

	if (fd >= 0)
		close(fd);
	return fd >= 0;
}

static int run_here(const char *commands, struct error *err)
{
	struct nft_ctx *nft = kernel_has_nftables() ? nft_ctx_new(NFT_CTX_DEFAULT) : NULL;
	int r = 0;

	if (!nft)
		return error_set(err, ERR_UNAVAILABLE, NULL, "nftables cannot be used");
	nft_ctx_buffer_error(nft);
	nft_ctx_buffer_output(nft);
	if (nft_run_cmd_from_buffer(nft, commands) != 0) {
		const char *why = nft_ctx_get_error_buffer(nft);

		r = error_set(err, ERR_INTERNAL, NULL, "nftables: %.*s", (int)strcspn(why, "\n"),
			      why);
	}
	nft_ctx_free(nft);
	return r;
}

int net_nft(const struct net *n, const char *commands, struct error *err)
{
	int r;

	if (setns(n->node_fd, CLONE_NEWNET) < 0)
		return error_set_errno(err, errno, "entering the node's network");
	r = run_here(commands, err);
	if (setns(n->own_fd, CLONE_NEWNET) < 0)
		abort();
	return r;
}

int net_own_address(const struct net *n, uint32_t address, struct error *err)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_INET,
				 .ifa_prefixlen = 32,
				 .ifa_scope = RT_SCOPE_HOST,
				 .ifa_index = LOOPBACK_DEVICE };
	_cleanup_netlink_batch_ struct netlink_batch b = { .n = 0 };
	uint32_t net = htonl(address);
	struct nl_msg *m = netlink_add(&b, "address", RTM_NEWADDR,
				       NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &ifa, sizeof(ifa));

	nla_put(m, IFA_LOCAL, sizeof(net), &net);
	nla_put(m, IFA_ADDRESS, sizeof(net), &net);
	return netlink_commit(n->route_fd, &b, err);
}

int net_service_address(const struct net *n, bool add, uint32_t address, struct error *err)
{
	struct rtmsg rt = { .rtm_family = AF_INET,
			    .rtm_dst_len = 32,
			    .rtm_table = RT_TABLE_LOCAL,
			    .rtm_protocol = RTPROT_STATIC,
			    .rtm_scope = RT_SCOPE_HOST,
			    .rtm_type = RTN_LOCAL };
	_cleanup_netlink_batch_ struct netlink_batch b = { .n = 0 };
	int type = add ? RTM_NEWROUTE : RTM_DELROUTE;
	int flags = NLM_F_ACK | (add ? NLM_F_CREATE | NLM_F_REPLACE : 0);
	uint32_t dst = htonl(address), source = htonl(n->base + 1);
	struct nl_msg *m = netlink_add(&b, "service address", type, flags, &rt, sizeof(rt));

	nla_put(m, RTA_DST, sizeof(dst), &dst);
	nla_put_u32(m, RTA_OIF, LOOPBACK_DEVICE);
	if (add)
		nla_put(m, RTA_PREFSRC, sizeof(source), &source);
	return netlink_commit(n->route_fd, &b, err);
}
