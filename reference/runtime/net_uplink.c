/*
 * net_uplink: a veth pair between two nodes of one machine.
 *
 *	our node                                     the peer
 *	  default via PEER ---- [uplink] === [nTAG] ---- OUR RANGE via OUR NODE
 *	  unreachable OUR RANGE
 *
 * With one peer for all, nodes make a star. Indices and MAC addresses follow from our range, as for pods: nothing has to be read
 * back, and what is there already is left as it is. Our own range is closed, since an address that no pod has would else
 * be sent to and fro.
 */
#include "runtime/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_link.h>
#include <linux/neighbour.h>
#include <linux/rtnetlink.h>
#include <linux/veth.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "runtime/netlink.h"

#define OUR_INDEX 900 /* below those of pods */
#define PEER_INDEX_BASE 0x40000000u /* above them */
#define REPLACE (NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE)

struct uplink {
	struct net *net;
	int peer_ns, peer_route;
	uint32_t peer_address; /* the peer node's */
	int peer_index;
};

static void mac_of(const struct net *n, uint8_t side, uint8_t mac[6])
{
	const uint8_t bytes[6] = { 0x0a,
				   (uint8_t)(0x10 + side),
				   (uint8_t)(n->base >> 24),
				   (uint8_t)(n->base >> 16),
				   (uint8_t)(n->base >> 8),
				   (uint8_t)n->base };

	memcpy(mac, bytes, sizeof(bytes));
}

/* ---- requests ---- */

static void put_end(struct nl_msg *msg, const struct net *n, uint8_t side, const char *name)
{
	uint8_t mac[6];

	mac_of(n, side, mac);
	nla_put_string(msg, IFLA_IFNAME, name);
	nla_put(msg, IFLA_ADDRESS, sizeof(mac), mac);
}

static void add_pair(struct netlink_batch *b, const struct uplink *u)
{
	struct ifinfomsg ours = { .ifi_family = AF_UNSPEC,
				  .ifi_index = OUR_INDEX,
				  .ifi_flags = IFF_UP,
				  .ifi_change = IFF_UP };
	/* not yet up: it is configured before it has a peer */
	struct ifinfomsg theirs = { .ifi_family = AF_UNSPEC, .ifi_index = u->peer_index };
	struct nl_msg *msg = netlink_add(b, "uplink", RTM_NEWLINK,
					 NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL, &ours, sizeof(ours));
	struct nlattr *info, *data, *peer;
	char name[IFNAMSIZ];

	put_end(msg, u->net, 0, "uplink");
	info = nla_nest_start(msg, IFLA_LINKINFO);
	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	peer = nla_nest_start(msg, VETH_INFO_PEER);
	nlmsg_append(msg, &theirs, sizeof(theirs), NLMSG_ALIGNTO);
	snprintf(name, sizeof(name), "n%s-%x", u->net->tag, u->net->base);
	put_end(msg, u->net, 1, name);
	nla_put_u32(msg, IFLA_NET_NS_FD, (uint32_t)u->peer_ns);
	nla_nest_end(msg, peer);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
}

static void add_up(struct netlink_batch *b, int index)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC,
				  .ifi_index = index,
				  .ifi_flags = IFF_UP,
				  .ifi_change = IFF_UP };

	netlink_add(b, "uplink up", RTM_NEWLINK, NLM_F_ACK, &link, sizeof(link));
}

static void add_neighbour(struct netlink_batch *b, const struct net *n, int index, uint32_t address,
			  uint8_t side)
{
	struct ndmsg nd = { .ndm_family = AF_INET,
			    .ndm_ifindex = index,
			    .ndm_state = NUD_PERMANENT };
	struct nl_msg *msg =
		netlink_add(b, "uplink neighbour", RTM_NEWNEIGH, REPLACE, &nd, sizeof(nd));
	uint32_t net = htonl(address);
	uint8_t mac[6];

	mac_of(n, side, mac);
	nla_put(msg, NDA_DST, sizeof(net), &net);
	nla_put(msg, NDA_LLADDR, sizeof(mac), mac);
}

struct route {
	uint32_t dst, len; /* len 0: the default route */
	uint32_t gateway, source; /* 0: none; without a gateway: unreachable */
	int index;
};

static void add_route(struct netlink_batch *b, const struct route *r)
{
	struct rtmsg rt = { .rtm_family = AF_INET,
			    .rtm_dst_len = (unsigned char)r->len,
			    .rtm_table = RT_TABLE_MAIN,
			    .rtm_protocol = RTPROT_STATIC,
			    .rtm_scope = RT_SCOPE_UNIVERSE,
			    .rtm_type = r->gateway ? RTN_UNICAST : RTN_UNREACHABLE,
			    .rtm_flags = r->gateway ? RTNH_F_ONLINK : 0 };
	struct nl_msg *msg = netlink_add(b, "uplink route", RTM_NEWROUTE, REPLACE, &rt, sizeof(rt));
	uint32_t dst = htonl(r->dst), gateway = htonl(r->gateway), source = htonl(r->source);

	if (r->len)
		nla_put(msg, RTA_DST, sizeof(dst), &dst);
	if (r->source)
		nla_put(msg, RTA_PREFSRC, sizeof(source), &source);
	if (!r->gateway)
		return;
	nla_put_u32(msg, RTA_OIF, (uint32_t)r->index);
	nla_put(msg, RTA_GATEWAY, sizeof(gateway), &gateway);
}

/* ---- the two sides ---- */

static uint32_t range_bits(const struct net *n)
{
	return 32 - (uint32_t)__builtin_ctz(n->size);
}

static int set_ours(const struct uplink *u, struct error *err)
{
	_cleanup_netlink_batch_ struct netlink_batch b = { .n = 0 };
	const struct net *n = u->net;
	const struct route out = { .gateway = u->peer_address,
				   .source = n->base + 1,
				   .index = OUR_INDEX };
	const struct route closed = { .dst = n->base, .len = range_bits(n) };

	add_up(&b, OUR_INDEX);
	add_neighbour(&b, n, OUR_INDEX, u->peer_address, 1);
	add_route(&b, &out);
	add_route(&b, &closed);
	return netlink_commit(n->route_fd, &b, err);
}

static int set_theirs(const struct uplink *u, struct error *err)
{
	_cleanup_netlink_batch_ struct netlink_batch b = { .n = 0 };
	const struct net *n = u->net;
	const struct route back = { .dst = n->base,
				    .len = range_bits(n),
				    .gateway = n->base + 1,
				    .source = u->peer_address,
				    .index = u->peer_index };

	add_up(&b, u->peer_index);
	add_neighbour(&b, n, u->peer_index, n->base + 1, 0);
	add_route(&b, &back);
	return netlink_commit(u->peer_route, &b, err);
}

static int make_pair(const struct uplink *u, struct error *err)
{
	_cleanup_netlink_batch_ struct netlink_batch b = { .n = 0 };
	_cleanup_error_ struct error why = ERROR_INIT;

	add_pair(&b, u);
	if (netlink_commit(u->net->route_fd, &b, &why) < 0 && why.errnum != EEXIST)
		return error_move(err, &why);
	return 0;
}

/* ---- the peer ---- */

/* "ADDRESS@PATH" */
static int open_peer(struct uplink *u, const char *spec, struct error *err)
{
	_cleanup_free_ char *text = xstrdup(spec);
	char *at = strchr(text, '@');
	int r;

	if (at)
		*at++ = '\0';
	if (!at || net_parse_address(text, &u->peer_address) < 0)
		return error_set(err, ERR_INVALID, "Invalid", "uplink \"%s\": must be ADDRESS@PATH",
				 spec);
	r = fs_open(AT_FDCWD, at, O_RDONLY, 0, &u->peer_ns, err);
	if (r != 0)
		return r < 0 ? r : -ERR_NOT_FOUND;
	if (setns(u->peer_ns, CLONE_NEWNET) < 0)
		return error_set_errno(err, errno, "entering the network of %s", at);
	r = netlink_open(NETLINK_ROUTE, &u->peer_route, err);
	if (setns(u->net->own_fd, CLONE_NEWNET) < 0)
		abort(); /* nothing may go on in the wrong namespace */
	return r;
}

int net_uplink(struct net *n, const char *peer, struct error *err)
{
	struct uplink u = { .net = n, .peer_ns = -1, .peer_route = -1 };
	int r = open_peer(&u, peer, err);

	u.peer_index = (int)(PEER_INDEX_BASE | (n->base >> 4));
	if (r == 0)
		r = make_pair(&u, err);
	if (r == 0)
		r = set_ours(&u, err);
	if (r == 0)
		r = set_theirs(&u, err);
	fd_close(u.peer_ns);
	fd_close(u.peer_route);
	return r;
}
