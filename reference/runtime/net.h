/*
 * net: the node's namespaces, and pods hung onto its network.
 *
 * They are held by bind mounts at ROOT/run/node.ns and node.uts, so they outlive podd and clean-up finds them. Each pod
 * has one IPv4 address and a veth pair: eth0 in the pod, a device of the node with a /32 route and a
 * permanent neighbour; no bridge, no ARP. The node's own address sits on its lo. An address that was given
 * back is used again only after all others.
 */
#pragma once

#include <netinet/in.h>
#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"

struct port_mapping;

struct net {
	int own_fd, node_fd; /* network namespaces */
	int uts_fd; /* the node's UTS namespace: host-network pods see its name, and cannot change ours */
	int route_fd; /* netlink socket in the node */
	int cursor_fd; /* the last address given, over restarts */
	uint32_t base, size; /* pod_cidr, host byte order */
	uint32_t used_offset; /* last given */
	uint8_t *used; /* a bit per address */
	char node_ip[INET_ADDRSTRLEN];
	char tag[6]; /* of the root: device names do not meet in a shared namespace */
};

int net_open(struct net *n, const char *run_dir, const char *cidr, const char *tag,
	     struct error *err);
void net_close(struct net *n); /* the node and its pods stay */

/* Host byte order. ERR_UNAVAILABLE when none is left. */
int net_take_address(struct net *n, uint32_t *ret_address, struct error *err);
void net_claim_address(struct net *n, uint32_t address); /* of a pod that was found again */
void net_release_address(struct net *n, uint32_t address);
void net_format_address(uint32_t address, char buf[INET_ADDRSTRLEN]);
int net_parse_address(const char *text, uint32_t *ret); /* 0 or -1 */

/*
 * The first of the 65536 ids of the host that a pod's own user namespace maps. They follow from the address (of several nodes'
 * ranges in one network of 16 bits, too), so two pods that live never share one, and podd finds them again. 0: none is left, in a network of more than 16 bits.
 */
uint32_t net_user_base(const struct net *n, uint32_t address);

/* Connects the network namespace of process pid. */
int net_attach(struct net *n, pid_t pid, uint32_t address, struct error *err);
/* Deletes the pod's device if it is still there. Slow (grace periods): for clean-up only. */
int net_detach(struct net *n, uint32_t address, struct error *err);

/* socket(2) inside the node; close-on-exec. */
int net_socket(const struct net *n, int family, int type, int protocol, int *ret_fd,
	       struct error *err);
/* The same inside another network namespace. */
int net_socket_in(const struct net *n, int ns_fd, int family, int type, int protocol, int *ret_fd,
		  struct error *err);

/* ---- net_uplink.c: several nodes on one machine ---- */

/*
 * Joins the node to another: what is for none of our pods goes there, and what is for our range comes from there. peer:
 * "ADDRESS@PATH", the other node's address and the file of its namespace. Can be repeated. Ranges must not overlap.
 */
int net_uplink(struct net *n, const char *peer, struct error *err);

/* ---- net_ports.c: hostPort, by nf_tables in the node ---- */

/*
 * All or none. ERR_CONFLICT when one is taken, ERR_UNSUPPORTED when the kernel cannot; reason "hostPort".
 * Every mapping has a host port.
 */
int net_ports_add(struct net *n, uint32_t pod, const struct port_mapping *ports, size_t n_ports,
		  struct error *err);
void net_ports_remove(struct net *n, uint32_t pod, const struct port_mapping *ports, size_t n_ports);

/* ---- net_services.c: addresses of Services ---- */

/* Commands of nft(8), one transaction, in the node. ERR_INTERNAL with nft's own words. */
int net_nft(const struct net *n, const char *commands, struct error *err);
/* A further address of the node itself; one that it has already is fine. */
int net_own_address(const struct net *n, uint32_t address, struct error *err);
/* Packets for the address are the node's; its own are sent from the node's address. */
int net_service_address(const struct net *n, bool add, uint32_t address, struct error *err);
