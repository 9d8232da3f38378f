/*
 * veth: one rtnetlink request per thing that a routed pod interface needs: the pair itself, the host's end up,
 * and inside the pod address, up, and a default route. libnl writes the messages; the kernel does the same work
 * that a runtime asks of it. The inner half runs in a child that has entered the namespace, so that the
 * caller keeps its own.
 */
#include "bench/bench.h"

#include <fcntl.h>
#include <net/if.h>
#include <netlink/netlink.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <netlink/route/route.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void need(int result, const char *what)
{
	if (result < 0) {
		fprintf(stderr, "bench: %s: %s\n", what, nl_geterror(result));
		_exit(1);
	}
}

static struct nl_sock *netlink_open(void)
{
	struct nl_sock *sock = nl_socket_alloc();

	need(sock ? nl_connect(sock, NETLINK_ROUTE) : -NLE_NOMEM, "netlink");
	return sock;
}

static void link_up(struct nl_sock *sock, const char *name)
{
	struct rtnl_link *link = rtnl_link_alloc();

	rtnl_link_set_name(link, name);
	rtnl_link_set_flags(link, IFF_UP);
	need(rtnl_link_change(sock, link, link, 0), name);
	rtnl_link_put(link);
}

static void address_add(struct nl_sock *sock, const char *text)
{
	struct rtnl_addr *addr = rtnl_addr_alloc();
	struct nl_addr *local;

	need(nl_addr_parse(text, AF_INET, &local), text);
	rtnl_addr_set_ifindex(addr, if_nametoindex("eth0"));
	rtnl_addr_set_local(addr, local);
	need(rtnl_addr_add(sock, addr, 0), text);
	nl_addr_put(local);
	rtnl_addr_put(addr);
}

static void default_route(struct nl_sock *sock)
{
	struct rtnl_route *route = rtnl_route_alloc();
	struct rtnl_nexthop *hop = rtnl_route_nh_alloc();
	struct nl_addr *any;

	need(nl_addr_parse("default", AF_INET, &any), "default");
	rtnl_route_set_dst(route, any);
	rtnl_route_set_scope(route, RT_SCOPE_LINK);
	rtnl_route_nh_set_ifindex(hop, if_nametoindex("eth0"));
	rtnl_route_add_nexthop(route, hop);
	need(rtnl_route_add(sock, route, 0), "route");
	nl_addr_put(any);
	rtnl_route_put(route);
}

/* setns there and back: a network namespace belongs to the thread, and this program has but one. */
static void inside(int pid)
{
	char path[64];
	int home = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC), there;
	struct nl_sock *sock;

	snprintf(path, sizeof(path), "/proc/%d/ns/net", pid);
	there = open(path, O_RDONLY | O_CLOEXEC);
	if (home < 0 || there < 0 || setns(there, CLONE_NEWNET) < 0)
		bench_die(path);
	sock = netlink_open();
	link_up(sock, "lo");
	address_add(sock, "10.99.0.2/32");
	link_up(sock, "eth0");
	default_route(sock);
	nl_socket_free(sock);
	if (setns(home, CLONE_NEWNET) < 0)
		bench_die("setns back");
	close(there);
	close(home);
}

void veth_make(const char *host, int pid)
{
	struct nl_sock *sock = netlink_open();

	need(rtnl_link_veth_add(sock, host, "eth0", pid), "veth");
	link_up(sock, host);
	nl_socket_free(sock);
	inside(pid);
}
