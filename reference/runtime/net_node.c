/*
 * net_node: the node's own namespace: made once per root, held by a bind mount of it, entered for an instant
 * to open sockets. Nothing of the host's own namespace is touched: a node has no way out, and needs none.
 */
#include "runtime/net.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <netlink/attr.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/str.h"
#include "runtime/netlink.h"

#define NSFS_MAGIC 0x6e736673

static int parse_cidr(struct net *n, const char *cidr, struct error *err)
{
	_cleanup_free_ char *text = xstrdup(cidr ? cidr : "");
	char *slash = strchr(text, '/');
	int64_t bits = 0;

	if (slash)
		*slash++ = '\0';
	if (!slash || str_to_int64(slash, 8, 28, &bits) < 0 || net_parse_address(text, &n->base) < 0)
		return error_set(err, ERR_INVALID, "Invalid",
				 "pod network \"%s\": must be ADDRESS/BITS with 8 to 28 bits", cidr);
	n->size = 1u << (32 - bits);
	n->base &= ~(n->size - 1);
	n->used = xcalloc(n->size / 8 + 1, 1);
	net_format_address(n->base + 1, n->node_ip);
	return 0;
}

static int open_cursor(struct net *n, const char *run_dir, struct error *err)
{
	_cleanup_free_ char *path = fs_join(run_dir, "net.cursor");
	uint32_t offset;
	int r = fs_open(AT_FDCWD, path, O_RDWR | O_CREAT, 0600, &n->cursor_fd, err);

	if (r < 0)
		return r;
	n->used_offset = 1;
	if (pread(n->cursor_fd, &offset, sizeof(offset), 0) == sizeof(offset) && offset >= 2 &&
	    offset < n->size - 1)
		n->used_offset = offset;
	return 0;
}

/* ---- making it ---- */

static void set_sysctl(const char *name, const char *value)
{
	_cleanup_free_ char *path = str_printf("/proc/sys/net/%s", name);

	(void)fs_write_value(AT_FDCWD, path, value, NULL); /* an older kernel may lack one */
}

/* lo up, with the node's address. Runs inside. */
static int set_up_lo(const struct net *n, struct error *err)
{
	struct ifinfomsg link = {
		.ifi_family = AF_UNSPEC, .ifi_index = 1, .ifi_flags = IFF_UP, .ifi_change = IFF_UP
	};
	struct ifaddrmsg ifa = { .ifa_family = AF_INET, .ifa_prefixlen = 32, .ifa_index = 1 };
	_cleanup_netlink_batch_ struct netlink_batch b = { .n = 0 };
	_cleanup_close_ int fd = -1;
	uint32_t address = htonl(n->base + 1);
	struct nl_msg *msg;
	int r = netlink_open(NETLINK_ROUTE, &fd, err);

	if (r < 0)
		return r;
	netlink_add(&b, "lo up", RTM_NEWLINK, NLM_F_ACK, &link, sizeof(link));
	msg = netlink_add(&b, "node address", RTM_NEWADDR, NLM_F_ACK | NLM_F_CREATE | NLM_F_REPLACE,
			  &ifa, sizeof(ifa));
	nla_put(msg, IFA_LOCAL, sizeof(address), &address);
	nla_put(msg, IFA_ADDRESS, sizeof(address), &address);
	return netlink_commit(fd, &b, err);
}

static int hold(const char *ns, const char *path, struct error *err)
{
	_cleanup_close_ int file = -1;
	int r = fs_open(AT_FDCWD, path, O_RDONLY | O_CREAT, 0600, &file, err);

	if (r < 0)
		return r;
	if (mount(ns, path, "none", MS_BIND, NULL) < 0)
		return error_set_errno(err, errno, "holding the node's namespace at %s", path);
	return 0;
}

static int make_inside(const struct net *n, const char *net_path, const char *uts_path,
		       struct error *err)
{
	int r = set_up_lo(n, err);

	if (r < 0)
		return r;
	set_sysctl("ipv4/ip_forward", "1");
	set_sysctl("ipv4/conf/all/route_localnet", "1");
	set_sysctl("ipv4/ping_group_range", "0 2147483647");
	set_sysctl("ipv6/conf/default/disable_ipv6", "1");
	r = hold("/proc/self/ns/uts", uts_path, err);
	return r < 0 ? r : hold("/proc/self/ns/net", net_path, err); /* last: it tells of both */
}

/* A new UTS namespace begins as a copy, so the node has the machine's name. */
static int make_node(const struct net *n, const char *net_path, const char *uts_path,
		     struct error *err)
{
	_cleanup_close_ int own_uts = -1;
	int r = fs_open(AT_FDCWD, "/proc/self/ns/uts", O_RDONLY, 0, &own_uts, err);

	if (r < 0)
		return r;
	if (unshare(CLONE_NEWNET | CLONE_NEWUTS) < 0)
		return error_set_errno(err, errno, "making the node's namespaces");
	r = make_inside(n, net_path, uts_path, err);
	if (setns(n->own_fd, CLONE_NEWNET) < 0 || setns(own_uts, CLONE_NEWUTS) < 0)
		abort();
	return r;
}

static bool is_namespace(int fd)
{
	struct statfs fs;

	return fd >= 0 && fstatfs(fd, &fs) == 0 && fs.f_type == NSFS_MAGIC;
}

static int open_node(struct net *n, const char *run_dir, struct error *err)
{
	_cleanup_free_ char *net_path = fs_join(run_dir, "node.ns");
	_cleanup_free_ char *uts_path = fs_join(run_dir, "node.uts");
	int r = 0;

	n->node_fd = open(net_path, O_RDONLY | O_CLOEXEC);
	if (!is_namespace(n->node_fd)) {
		n->node_fd = fd_close(n->node_fd);
		r = make_node(n, net_path, uts_path, err);
		if (r == 0)
			r = fs_open(AT_FDCWD, net_path, O_RDONLY, 0, &n->node_fd, err);
	}
	if (r == 0)
		r = fs_open(AT_FDCWD, uts_path, O_RDONLY, 0, &n->uts_fd, err);
	return r;
}

static int open_route(struct net *n, struct error *err)
{
	int r;

	if (setns(n->node_fd, CLONE_NEWNET) < 0)
		return error_set_errno(err, errno, "entering the node's network");
	r = netlink_open(NETLINK_ROUTE, &n->route_fd, err);
	if (setns(n->own_fd, CLONE_NEWNET) < 0)
		abort();
	return r;
}

int net_open(struct net *n, const char *run_dir, const char *cidr, const char *tag,
	     struct error *err)
{
	int r;

	*n = (struct net){ .own_fd = -1, .node_fd = -1, .uts_fd = -1, .route_fd = -1 };
	n->cursor_fd = -1;
	snprintf(n->tag, sizeof(n->tag), "%.5s", tag);
	r = parse_cidr(n, cidr, err);
	if (r == 0)
		r = open_cursor(n, run_dir, err);
	if (r == 0)
		r = fs_open(AT_FDCWD, "/proc/self/ns/net", O_RDONLY, 0, &n->own_fd, err);
	if (r == 0)
		r = open_node(n, run_dir, err);
	if (r == 0)
		r = open_route(n, err);
	if (r < 0)
		net_close(n);
	return r;
}

void net_close(struct net *n)
{
	n->own_fd = fd_close(n->own_fd);
	n->node_fd = fd_close(n->node_fd);
	n->uts_fd = fd_close(n->uts_fd);
	n->route_fd = fd_close(n->route_fd);
	n->cursor_fd = fd_close(n->cursor_fd);
	free(take_ptr(n->used));
}
