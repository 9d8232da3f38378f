/*
 * nft: pieces of nf_tables requests, for net_ports. Numbers in them are big-endian; registers are the
 * 4-byte ones, by number from 0.
 */
#pragma once

#include <netlink/attr.h>
#include <stddef.h>
#include <stdint.h>

#include "runtime/netlink.h"

/* A request of the nf_tables subsystem for IPv4: NFT_MSG_*. */
struct nl_msg *nft_add(struct netlink_batch *b, const char *label, int type, int flags);
void nft_begin(struct netlink_batch *b);
void nft_end(struct netlink_batch *b);

void nft_put_u32(struct nl_msg *m, int attribute, uint32_t v);
void nft_put_value(struct nl_msg *m, int attribute, const void *data, size_t len);

void nft_chain(struct netlink_batch *b, const char *table, const char *name, uint32_t hook,
	       int32_t priority);
/* A set; a map when data_len is not 0. */
void nft_set(struct netlink_batch *b, const char *table, const char *name, uint32_t id,
	     uint32_t key_len, uint32_t data_len);
/* A rule: expressions are added between begin and end. */
struct nlattr *nft_rule_begin(struct netlink_batch *b, const char *table, const char *chain,
			      struct nl_msg **ret);
void nft_rule_end(struct nl_msg *m, struct nlattr *expressions);

/* ---- expressions ---- */

void nft_load_protocol(struct nl_msg *m, uint32_t reg);
/* base: NFT_PAYLOAD_*_HEADER */
void nft_load_payload(struct nl_msg *m, uint32_t base, uint32_t offset, uint32_t len, uint32_t reg);
/* Goes on only when reg equals data. */
void nft_match(struct nl_msg *m, uint32_t reg, const void *data, size_t len);
/* Goes on only for connections whose destination was changed. */
void nft_match_dnat(struct nl_msg *m, uint32_t reg);
/* Goes on only when the key is in the set; a map puts its data into data_reg (-1: a mere set). */
void nft_lookup(struct nl_msg *m, const char *set, uint32_t reg, int data_reg);
void nft_dnat(struct nl_msg *m, uint32_t address_reg, uint32_t port_reg);
void nft_masquerade(struct nl_msg *m);
