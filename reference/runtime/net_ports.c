/*
 * net_ports: hostPort. One nf_tables table in the node's namespace, made when first wanted:
 *
 *   map ports		protocol . address . port  ->  pod address . pod port
 *   set hairpins	pod . pod: connections of a pod to itself through its host port
 *   prerouting, output	dnat to map ports
 *   postrouting	what was so redirected and comes from 127.0.0.0/8, or is a hairpin: masquerade
 *
 * A pod only adds and deletes elements; the kernel refuses a port that is taken. A port without hostIP
 * is open on the node's address and on its 127.0.0.1.
 */
#include "runtime/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netfilter_ipv4.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netlink.h>
#include <sched.h>

#include "base/str.h"
#include "runtime/nft.h"
#include "runtime/runtime.h"

#define TABLE "podd"
#define LOOPBACK 0x7f000001u

/* As the registers hold them: each part fills 4 bytes. */
struct port_key {
	uint32_t protocol, address, port;
};

struct port_target {
	uint32_t address, port;
};

static int open_filter(struct net *n, int *ret_fd, struct error *err)
{
	int r;

	if (setns(n->node_fd, CLONE_NEWNET) < 0)
		return error_set_errno(err, errno, "entering the node's network");
	r = netlink_open(NETLINK_NETFILTER, ret_fd, err);
	if (setns(n->own_fd, CLONE_NEWNET) < 0)
		abort();
	return r;
}

/* ---- the table ---- */

static void add_dnat_rule(struct netlink_batch *b, const char *chain)
{
	struct nl_msg *m;
	struct nlattr *list = nft_rule_begin(b, TABLE, chain, &m);

	nft_load_protocol(m, 0);
	nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, 16, 4, 1);
	nft_load_payload(m, NFT_PAYLOAD_TRANSPORT_HEADER, 2, 2, 2);
	nft_lookup(m, "ports", 0, 4);
	nft_dnat(m, 4, 5);
	nft_rule_end(m, list);
}

static void add_loopback_rule(struct netlink_batch *b)
{
	static const uint8_t net = 127;
	struct nl_msg *m;
	struct nlattr *list = nft_rule_begin(b, TABLE, "postrouting", &m);

	nft_match_dnat(m, 0);
	nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, 12, 1, 0);
	nft_match(m, 0, &net, sizeof(net));
	nft_masquerade(m);
	nft_rule_end(m, list);
}

static void add_hairpin_rule(struct netlink_batch *b)
{
	struct nl_msg *m;
	struct nlattr *list = nft_rule_begin(b, TABLE, "postrouting", &m);

	nft_match_dnat(m, 0);
	nft_load_payload(m, NFT_PAYLOAD_NETWORK_HEADER, 12, 8, 0);
	nft_lookup(m, "hairpins", 0, -1);
	nft_masquerade(m);
	nft_rule_end(m, list);
}

static int make_table(int fd, struct error *err)
{
	_cleanup_netlink_batch_ struct netlink_batch b = { .n = 0 };
	_cleanup_error_ struct error why = ERROR_INIT;
	struct nl_msg *m;

	nft_begin(&b);
	m = nft_add(&b, "table", NFT_MSG_NEWTABLE, NLM_F_CREATE | NLM_F_EXCL);
	nla_put_string(m, NFTA_TABLE_NAME, TABLE);
	nft_set(&b, TABLE, "ports", 1, sizeof(struct port_key), sizeof(struct port_target));
	nft_set(&b, TABLE, "hairpins", 2, 8, 0);
	nft_chain(&b, TABLE, "prerouting", NF_INET_PRE_ROUTING, NF_IP_PRI_NAT_DST);
	nft_chain(&b, TABLE, "output", NF_INET_LOCAL_OUT, NF_IP_PRI_NAT_DST);
	nft_chain(&b, TABLE, "postrouting", NF_INET_POST_ROUTING, NF_IP_PRI_NAT_SRC);
	add_dnat_rule(&b, "prerouting");
	add_dnat_rule(&b, "output");
	add_loopback_rule(&b);
	add_hairpin_rule(&b);
	nft_end(&b);
	if (netlink_commit(fd, &b, &why) == 0 || why.errnum == EEXIST)
		return 0;
	return error_set(err, ERR_UNSUPPORTED, "hostPort", "this kernel cannot do host ports: %s",
			 error_text(&why));
}

/* ---- elements ---- */

static uint32_t protocol_number(const char *name)
{
	return streq(name, "UDP") ? IPPROTO_UDP : streq(name, "SCTP") ? IPPROTO_SCTP : IPPROTO_TCP;
}

static struct nlattr *elements_begin(struct netlink_batch *b, bool add, const char *set,
				     struct nl_msg **ret)
{
	int type = add ? NFT_MSG_NEWSETELEM : NFT_MSG_DELSETELEM;

	*ret = nft_add(b, "host port", type, add ? NLM_F_CREATE | NLM_F_EXCL : 0);
	nla_put_string(*ret, NFTA_SET_ELEM_LIST_TABLE, TABLE);
	nla_put_string(*ret, NFTA_SET_ELEM_LIST_SET, set);
	return nla_nest_start(*ret, NFTA_SET_ELEM_LIST_ELEMENTS | NLA_F_NESTED);
}

static void add_port(struct netlink_batch *b, bool add, uint32_t pod, uint32_t address,
		     const struct port_mapping *p)
{
	/* a register of fewer than 4 bytes is filled from its first byte */
	struct port_key key = { .address = htonl(address) };
	struct port_target target = { .address = htonl(pod) };
	uint8_t protocol = (uint8_t)protocol_number(p->protocol);
	uint16_t host_port = htons(p->host_port), pod_port = htons(p->container_port);
	struct nl_msg *m;
	struct nlattr *list = elements_begin(b, add, "ports", &m), *element;

	memcpy(&key.protocol, &protocol, sizeof(protocol));
	memcpy(&key.port, &host_port, sizeof(host_port));
	memcpy(&target.port, &pod_port, sizeof(pod_port));
	element = nla_nest_start(m, NFTA_LIST_ELEM | NLA_F_NESTED);
	nft_put_value(m, NFTA_SET_ELEM_KEY, &key, sizeof(key));
	if (add)
		nft_put_value(m, NFTA_SET_ELEM_DATA, &target, sizeof(target));
	nla_nest_end(m, element);
	nla_nest_end(m, list);
}

static void add_hairpin(struct netlink_batch *b, bool add, uint32_t pod)
{
	uint32_t key[2] = { htonl(pod), htonl(pod) };
	struct nl_msg *m;
	struct nlattr *list = elements_begin(b, add, "hairpins", &m), *element;

	element = nla_nest_start(m, NFTA_LIST_ELEM | NLA_F_NESTED);
	nft_put_value(m, NFTA_SET_ELEM_KEY, key, sizeof(key));
	nla_nest_end(m, element);
	nla_nest_end(m, list);
}

/* One port, on each address it is to be open on. */
static int change_port(const struct net *n, int fd, bool add, uint32_t pod,
		       const struct port_mapping *p, struct error *err)
{
	_cleanup_netlink_batch_ struct netlink_batch b = { .n = 0 };
	uint32_t address;
	bool one = net_parse_address(p->host_ip, &address) == 0 && address != 0;

	nft_begin(&b);
	add_port(&b, add, pod, one ? address : n->base + 1, p);
	if (!one)
		add_port(&b, add, pod, LOOPBACK, p);
	nft_end(&b);
	return netlink_commit(fd, &b, err);
}

static int change_hairpin(int fd, bool add, uint32_t pod, struct error *err)
{
	_cleanup_netlink_batch_ struct netlink_batch b = { .n = 0 };

	nft_begin(&b);
	add_hairpin(&b, add, pod);
	nft_end(&b);
	return netlink_commit(fd, &b, err);
}

int net_ports_add(struct net *n, uint32_t pod, const struct port_mapping *ports, size_t n_ports,
		  struct error *err)
{
	_cleanup_error_ struct error why = ERROR_INIT;
	_cleanup_close_ int fd = -1;
	int r = open_filter(n, &fd, err);

	if (r == 0)
		r = make_table(fd, err);
	if (r < 0)
		return r;
	(void)change_hairpin(fd, true, pod, NULL); /* one that a crash left is fine */
	for (size_t i = 0; i < n_ports; i++) {
		r = change_port(n, fd, true, pod, &ports[i], &why);
		if (r == 0)
			continue;
		net_ports_remove(n, pod, ports, i);
		if (why.errnum == EEXIST)
			return error_set(err, ERR_CONFLICT, "hostPort",
					 "host port %u is already in use", ports[i].host_port);
		return error_move(err, &why);
	}
	return 0;
}

void net_ports_remove(struct net *n, uint32_t pod, const struct port_mapping *ports, size_t n_ports)
{
	_cleanup_close_ int fd = -1;

	if (open_filter(n, &fd, NULL) < 0)
		return;
	for (size_t i = 0; i < n_ports; i++)
		(void)change_port(n, fd, false, pod, &ports[i], NULL);
	(void)change_hairpin(fd, false, pod, NULL);
}
