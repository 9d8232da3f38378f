/*
 * net: see the header. Everything a pod needs is two netlink batches: one in the node (veth pair with both
 * MAC addresses and indices chosen by us, neighbour, route), one in the pod (lo, address, neighbour,
 * default route). Indices and MAC addresses follow from the address, so no answer has to be read back
 * and a device can be found again by arithmetic.
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
#include <sys/socket.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "runtime/netlink.h"

#define POD_DEVICE 2 /* eth0's index; lo is 1 */
#define FIRST_NODE_DEVICE 1000
#define CREATE (NLM_F_ACK | NLM_F_CREATE | NLM_F_EXCL)

struct mac {
	uint8_t bytes[6];
};

static struct mac mac_of(uint32_t address, uint8_t side)
{
	struct mac m = { { 0x0a, side, (uint8_t)(address >> 24), (uint8_t)(address >> 16),
			   (uint8_t)(address >> 8), (uint8_t)address } };

	return m;
}

static int node_index(const struct net *n, uint32_t address)
{
	return (int)(FIRST_NODE_DEVICE + (address - n->base));
}

static void device_name(const struct net *n, uint32_t address, char buf[IFNAMSIZ])
{
	snprintf(buf, IFNAMSIZ, "p%.5s-%x", n->tag, address - n->base);
}

/* ---- addresses ---- */

void net_format_address(uint32_t address, char buf[INET_ADDRSTRLEN])
{
	struct in_addr in = { .s_addr = htonl(address) };

	inet_ntop(AF_INET, &in, buf, INET_ADDRSTRLEN);
}

int net_parse_address(const char *text, uint32_t *ret)
{
	struct in_addr in;

	if (!text || inet_pton(AF_INET, text, &in) != 1)
		return -1;
	*ret = ntohl(in.s_addr);
	return 0;
}

static bool is_used(const struct net *n, uint32_t offset)
{
	return n->used[offset / 8] >> (offset % 8) & 1;
}

void net_claim_address(struct net *n, uint32_t address)
{
	uint32_t offset = address - n->base;

	if (offset < n->size)
		n->used[offset / 8] |= (uint8_t)(1 << (offset % 8));
}

void net_release_address(struct net *n, uint32_t address)
{
	uint32_t offset = address - n->base;

	if (offset < n->size)
		n->used[offset / 8] &= (uint8_t) ~(1 << (offset % 8));
}

/* .0 is the net, .1 the node, the last one broadcast. */
int net_take_address(struct net *n, uint32_t *ret_address, struct error *err)
{
	uint32_t usable = n->size - 3;

	for (uint32_t i = 1; i <= usable; i++) {
		uint32_t offset = 2 + (n->used_offset - 2 + i) % usable;

		if (is_used(n, offset))
			continue;
		n->used_offset = offset;
		net_claim_address(n, n->base + offset);
		(void)!pwrite(n->cursor_fd, &offset, sizeof(offset), 0);
		*ret_address = n->base + offset;
		return 0;
	}
	return error_set(err, ERR_UNAVAILABLE, "FailedCreatePodSandBox",
			 "no address is left in the pod network");
}

uint32_t net_user_base(const struct net *n, uint32_t address)
{
	uint32_t offset = n->size <= 0x10000 ? address & 0xffff : address - n->base;

	return offset < 0xffff ? offset << 16 : 0;
}

/* ---- attaching ---- */

static void put_peer(struct nl_msg *msg, pid_t pid, const struct mac *mac)
{
	/* not yet up: it is configured before it has a peer */
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC, .ifi_index = POD_DEVICE };
	struct nlattr *info = nla_nest_start(msg, IFLA_LINKINFO), *data, *peer;

	nla_put_string(msg, IFLA_INFO_KIND, "veth");
	data = nla_nest_start(msg, IFLA_INFO_DATA);
	peer = nla_nest_start(msg, VETH_INFO_PEER);
	nlmsg_append(msg, &link, sizeof(link), NLMSG_ALIGNTO);
	nla_put_string(msg, IFLA_IFNAME, "eth0");
	nla_put(msg, IFLA_ADDRESS, sizeof(*mac), mac);
	nla_put_u32(msg, IFLA_NET_NS_PID, (uint32_t)pid);
	nla_nest_end(msg, peer);
	nla_nest_end(msg, data);
	nla_nest_end(msg, info);
}

static void add_veth(struct netlink_batch *b, const struct net *n, pid_t pid, uint32_t address)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC,
				  .ifi_index = node_index(n, address),
				  .ifi_flags = IFF_UP,
				  .ifi_change = IFF_UP };
	struct mac node = mac_of(address, 1), pod = mac_of(address, 2);
	char name[IFNAMSIZ];
	struct nl_msg *msg = netlink_add(b, "veth", RTM_NEWLINK, CREATE, &link, sizeof(link));

	device_name(n, address, name);
	nla_put_string(msg, IFLA_IFNAME, name);
	nla_put(msg, IFLA_ADDRESS, sizeof(node), &node);
	put_peer(msg, pid, &pod);
}

static void add_neighbour(struct netlink_batch *b, int index, uint32_t address, struct mac mac)
{
	struct ndmsg nd = { .ndm_family = AF_INET,
			    .ndm_ifindex = index,
			    .ndm_state = NUD_PERMANENT };
	uint32_t net = htonl(address);
	struct nl_msg *msg = netlink_add(b, "neighbour", RTM_NEWNEIGH,
					 NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &nd, sizeof(nd));

	nla_put(msg, NDA_DST, sizeof(net), &net);
	nla_put(msg, NDA_LLADDR, sizeof(mac), &mac);
}

static void add_address(struct netlink_batch *b, int index, uint32_t address)
{
	struct ifaddrmsg ifa = { .ifa_family = AF_INET,
				 .ifa_prefixlen = 32,
				 .ifa_index = (uint32_t)index };
	uint32_t net = htonl(address);
	struct nl_msg *msg = netlink_add(b, "address", RTM_NEWADDR,
					 NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE, &ifa,
					 sizeof(ifa));

	nla_put(msg, IFA_LOCAL, sizeof(net), &net);
	nla_put(msg, IFA_ADDRESS, sizeof(net), &net);
}

/* gateway 0: dst/32 is on the link; else the default route, by a gateway that is no neighbour by address. */
static void add_route(struct netlink_batch *b, int index, uint32_t dst, uint32_t source,
		      uint32_t gateway)
{
	struct rtmsg rt = { .rtm_family = AF_INET,
			    .rtm_dst_len = gateway ? 0 : 32,
			    .rtm_table = RT_TABLE_MAIN,
			    .rtm_protocol = RTPROT_STATIC,
			    .rtm_scope = gateway ? RT_SCOPE_UNIVERSE : RT_SCOPE_LINK,
			    .rtm_type = RTN_UNICAST,
			    .rtm_flags = gateway ? RTNH_F_ONLINK : 0 };
	uint32_t net_dst = htonl(dst), net_source = htonl(source), net_gateway = htonl(gateway);
	struct nl_msg *msg = netlink_add(b, "route", RTM_NEWROUTE, CREATE, &rt, sizeof(rt));

	nla_put_u32(msg, RTA_OIF, (uint32_t)index);
	if (gateway)
		nla_put(msg, RTA_GATEWAY, sizeof(net_gateway), &net_gateway);
	else
		nla_put(msg, RTA_DST, sizeof(net_dst), &net_dst);
	nla_put(msg, RTA_PREFSRC, sizeof(net_source), &net_source);
}

static void add_link_up(struct netlink_batch *b, int index)
{
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC,
				  .ifi_index = index,
				  .ifi_flags = IFF_UP,
				  .ifi_change = IFF_UP };

	netlink_add(b, "link up", RTM_NEWLINK, NLM_F_ACK, &link, sizeof(link));
}

/* A netlink socket in the network namespace of a process. */
static int open_in(const struct net *n, pid_t pid, int *ret_fd, struct error *err)
{
	_cleanup_close_ int ns = -1;
	char path[64];
	int r;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", (int)pid);
	r = fs_open(AT_FDCWD, path, O_RDONLY, 0, &ns, err);
	if (r < 0)
		return r;
	if (setns(ns, CLONE_NEWNET) < 0)
		return error_set_errno(err, errno, "entering the pod's network");
	r = netlink_open(NETLINK_ROUTE, ret_fd, err);
	if (setns(n->own_fd, CLONE_NEWNET) < 0)
		abort(); /* nothing may go on in the wrong namespace */
	return r;
}

int net_attach(struct net *n, pid_t pid, uint32_t address, struct error *err)
{
	_cleanup_netlink_batch_ struct netlink_batch node = { .n = 0 }, pod = { .n = 0 };
	_cleanup_close_ int pod_fd = -1;
	uint32_t gateway = n->base + 1;
	int index = node_index(n, address), r;

	r = open_in(n, pid, &pod_fd, err);
	if (r < 0)
		return r;
	add_veth(&node, n, pid, address);
	add_neighbour(&node, index, address, mac_of(address, 2));
	add_route(&node, index, address, gateway, 0);
	r = netlink_commit(n->route_fd, &node, err);
	if (r < 0)
		return r;
	add_link_up(&pod, 1);
	add_link_up(&pod, POD_DEVICE);
	add_address(&pod, POD_DEVICE, address);
	add_neighbour(&pod, POD_DEVICE, gateway, mac_of(address, 1));
	add_route(&pod, POD_DEVICE, 0, address, gateway);
	return netlink_commit(pod_fd, &pod, err);
}

int net_detach(struct net *n, uint32_t address, struct error *err)
{
	_cleanup_netlink_batch_ struct netlink_batch b = { .n = 0 };
	_cleanup_error_ struct error why = ERROR_INIT;
	struct ifinfomsg link = { .ifi_family = AF_UNSPEC, .ifi_index = node_index(n, address) };

	netlink_add(&b, "delete device", RTM_DELLINK, NLM_F_ACK, &link, sizeof(link));
	if (netlink_commit(n->route_fd, &b, &why) < 0 && why.errnum != ENODEV)
		return error_move(err, &why);
	return 0;
}

int net_socket_in(const struct net *n, int ns_fd, int family, int type, int protocol, int *ret_fd,
		  struct error *err)
{
	int fd, errnum;

	if (setns(ns_fd, CLONE_NEWNET) < 0)
		return error_set_errno(err, errno, "entering a network namespace");
	fd = socket(family, type | SOCK_CLOEXEC, protocol);
	errnum = errno;
	if (setns(n->own_fd, CLONE_NEWNET) < 0)
		abort();
	if (fd < 0)
		return error_set_errno(err, errnum, "socket");
	*ret_fd = fd;
	return 0;
}

int net_socket(const struct net *n, int family, int type, int protocol, int *ret_fd,
	       struct error *err)
{
	return net_socket_in(n, n->node_fd, family, type, protocol, ret_fd, err);
}
