/*
 * netlink: requests to the kernel in batches, each answered for.
 *
 * A batch is built by libnl's message functions, sent by one system call and all acknowledgements are
 * read; the error names the first request that failed. A netlink socket is bound for ever to the network
 * namespace it was opened in.
 */
#pragma once

#include <netlink/msg.h>
#include <stddef.h>

#include "base/error.h"

#define NETLINK_BATCH_MAX 16

struct netlink_batch {
	struct nl_msg *msgs[NETLINK_BATCH_MAX];
	const char *labels[NETLINK_BATCH_MAX];
	size_t n;
};

void netlink_batch_clear(struct netlink_batch *b);
#define _cleanup_netlink_batch_ _cleanup_(netlink_batch_clear)

/* An owned socket in the present network namespace: NETLINK_ROUTE or NETLINK_NETFILTER. */
int netlink_open(int protocol, int *ret_fd, struct error *err);
/* A further request, owned by the batch, with its fixed part copied in; label is for messages. */
struct nl_msg *netlink_add(struct netlink_batch *b, const char *label, int type, int flags,
			   const void *fixed, size_t size);
/* Sends everything and waits for the answers; the kernel answers at once. */
int netlink_commit(int fd, struct netlink_batch *b, struct error *err);
