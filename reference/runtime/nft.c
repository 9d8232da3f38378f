/*
 * nft: see the header. Written straight from the kernel's <linux/netfilter/nf_tables.h>, since the nft program
 * and its library need not be installed for a pod to have a host port.
 */
#include "runtime/nft.h"

#include <arpa/inet.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_conntrack_common.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>

#define REG(n) (NFT_REG32_00 + (n))

static struct nl_msg *add(struct netlink_batch *b, const char *label, int type, int flags,
			  uint16_t resource)
{
	struct nfgenmsg g = { .nfgen_family = NFPROTO_IPV4,
			      .version = NFNETLINK_V0,
			      .res_id = htons(resource) };

	return netlink_add(b, label, type, flags, &g, sizeof(g));
}

struct nl_msg *nft_add(struct netlink_batch *b, const char *label, int type, int flags)
{
	return add(b, label, NFNL_SUBSYS_NFTABLES << 8 | type, flags | NLM_F_ACK, 0);
}

void nft_begin(struct netlink_batch *b)
{
	add(b, "begin", NFNL_MSG_BATCH_BEGIN, 0, NFNL_SUBSYS_NFTABLES);
}

void nft_end(struct netlink_batch *b)
{
	add(b, "end", NFNL_MSG_BATCH_END, 0, NFNL_SUBSYS_NFTABLES);
}

void nft_put_u32(struct nl_msg *m, int attribute, uint32_t v)
{
	nla_put_u32(m, attribute, htonl(v));
}

void nft_put_value(struct nl_msg *m, int attribute, const void *data, size_t len)
{
	struct nlattr *a = nla_nest_start(m, attribute | NLA_F_NESTED);

	nla_put(m, NFTA_DATA_VALUE, (int)len, data);
	nla_nest_end(m, a);
}

void nft_chain(struct netlink_batch *b, const char *table, const char *name, uint32_t hook,
	       int32_t priority)
{
	struct nl_msg *m = nft_add(b, "chain", NFT_MSG_NEWCHAIN, NLM_F_CREATE);
	struct nlattr *a;

	nla_put_string(m, NFTA_CHAIN_TABLE, table);
	nla_put_string(m, NFTA_CHAIN_NAME, name);
	a = nla_nest_start(m, NFTA_CHAIN_HOOK | NLA_F_NESTED);
	nft_put_u32(m, NFTA_HOOK_HOOKNUM, hook);
	nft_put_u32(m, NFTA_HOOK_PRIORITY, (uint32_t)priority);
	nla_nest_end(m, a);
	nla_put_string(m, NFTA_CHAIN_TYPE, "nat");
}

void nft_set(struct netlink_batch *b, const char *table, const char *name, uint32_t id,
	     uint32_t key_len, uint32_t data_len)
{
	struct nl_msg *m = nft_add(b, "set", NFT_MSG_NEWSET, NLM_F_CREATE);

	nla_put_string(m, NFTA_SET_TABLE, table);
	nla_put_string(m, NFTA_SET_NAME, name);
	nft_put_u32(m, NFTA_SET_FLAGS, data_len ? NFT_SET_MAP : 0);
	nft_put_u32(m, NFTA_SET_KEY_TYPE, 0);
	nft_put_u32(m, NFTA_SET_KEY_LEN, key_len);
	if (data_len) {
		nft_put_u32(m, NFTA_SET_DATA_TYPE, 0);
		nft_put_u32(m, NFTA_SET_DATA_LEN, data_len);
	}
	nft_put_u32(m, NFTA_SET_ID, id);
}

struct nlattr *nft_rule_begin(struct netlink_batch *b, const char *table, const char *chain,
			      struct nl_msg **ret)
{
	*ret = nft_add(b, "rule", NFT_MSG_NEWRULE, NLM_F_CREATE | NLM_F_APPEND);
	nla_put_string(*ret, NFTA_RULE_TABLE, table);
	nla_put_string(*ret, NFTA_RULE_CHAIN, chain);
	return nla_nest_start(*ret, NFTA_RULE_EXPRESSIONS | NLA_F_NESTED);
}

void nft_rule_end(struct nl_msg *m, struct nlattr *expressions)
{
	nla_nest_end(m, expressions);
}

/* ---- expressions ---- */

struct expression {
	struct nlattr *element, *data;
};

static struct expression begin(struct nl_msg *m, const char *name)
{
	struct expression e = { .element = nla_nest_start(m, NFTA_LIST_ELEM | NLA_F_NESTED) };

	nla_put_string(m, NFTA_EXPR_NAME, name);
	e.data = nla_nest_start(m, NFTA_EXPR_DATA | NLA_F_NESTED);
	return e;
}

static void end(struct nl_msg *m, struct expression e)
{
	nla_nest_end(m, e.data);
	nla_nest_end(m, e.element);
}

void nft_load_protocol(struct nl_msg *m, uint32_t reg)
{
	struct expression e = begin(m, "meta");

	nft_put_u32(m, NFTA_META_DREG, REG(reg));
	nft_put_u32(m, NFTA_META_KEY, NFT_META_L4PROTO);
	end(m, e);
}

void nft_load_payload(struct nl_msg *m, uint32_t base, uint32_t offset, uint32_t len, uint32_t reg)
{
	struct expression e = begin(m, "payload");

	nft_put_u32(m, NFTA_PAYLOAD_DREG, REG(reg));
	nft_put_u32(m, NFTA_PAYLOAD_BASE, base);
	nft_put_u32(m, NFTA_PAYLOAD_OFFSET, offset);
	nft_put_u32(m, NFTA_PAYLOAD_LEN, len);
	end(m, e);
}

static void compare(struct nl_msg *m, uint32_t reg, uint32_t how, const void *data, size_t len)
{
	struct expression e = begin(m, "cmp");

	nft_put_u32(m, NFTA_CMP_SREG, REG(reg));
	nft_put_u32(m, NFTA_CMP_OP, how);
	nft_put_value(m, NFTA_CMP_DATA, data, len);
	end(m, e);
}

void nft_match(struct nl_msg *m, uint32_t reg, const void *data, size_t len)
{
	compare(m, reg, NFT_CMP_EQ, data, len);
}

void nft_match_dnat(struct nl_msg *m, uint32_t reg)
{
	uint32_t mask = IPS_DST_NAT, zero = 0; /* the status is in host byte order */
	struct expression e = begin(m, "ct");

	nft_put_u32(m, NFTA_CT_DREG, REG(reg));
	nft_put_u32(m, NFTA_CT_KEY, NFT_CT_STATUS);
	end(m, e);
	e = begin(m, "bitwise");
	nft_put_u32(m, NFTA_BITWISE_SREG, REG(reg));
	nft_put_u32(m, NFTA_BITWISE_DREG, REG(reg));
	nft_put_u32(m, NFTA_BITWISE_LEN, sizeof(mask));
	nft_put_value(m, NFTA_BITWISE_MASK, &mask, sizeof(mask));
	nft_put_value(m, NFTA_BITWISE_XOR, &zero, sizeof(zero));
	end(m, e);
	compare(m, reg, NFT_CMP_NEQ, &zero, sizeof(zero));
}

void nft_lookup(struct nl_msg *m, const char *set, uint32_t reg, int data_reg)
{
	struct expression e = begin(m, "lookup");

	nla_put_string(m, NFTA_LOOKUP_SET, set);
	nft_put_u32(m, NFTA_LOOKUP_SREG, REG(reg));
	if (data_reg >= 0)
		nft_put_u32(m, NFTA_LOOKUP_DREG, REG((uint32_t)data_reg));
	end(m, e);
}

void nft_dnat(struct nl_msg *m, uint32_t address_reg, uint32_t port_reg)
{
	struct expression e = begin(m, "nat");

	nft_put_u32(m, NFTA_NAT_TYPE, NFT_NAT_DNAT);
	nft_put_u32(m, NFTA_NAT_FAMILY, NFPROTO_IPV4);
	nft_put_u32(m, NFTA_NAT_REG_ADDR_MIN, REG(address_reg));
	nft_put_u32(m, NFTA_NAT_REG_PROTO_MIN, REG(port_reg));
	end(m, e);
}

void nft_masquerade(struct nl_msg *m)
{
	end(m, begin(m, "masq"));
}
