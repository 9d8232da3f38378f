/*
 * facts_net: the network as a container sees it: interfaces, addresses, routes, and who listens. What loopback has by
 * itself is left out of the addresses.
 */
#include <arpa/inet.h>
#include <ifaddrs.h>
#include <net/if.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guest/acts.h"
#include "guest/net.h"

/* ---- facts ---- */

static void add_item(struct text *t, const char *s)
{
	text_add(t, t->len > 1 ? "," : "", t->len > 1);
	text_json(t, s, strlen(s));
}

static void add_list(struct line *l, const char *key, struct text *t)
{
	text_add(t, "]", 1);
	line_raw(l, key, t->data);
	text_free(t);
}

static void add_addresses(struct line *l, const char *key, int family)
{
	struct ifaddrs *all = NULL;
	struct text t = { 0 };
	char s[ENDPOINT_TEXT];

	text_add(&t, "[", 1);
	if (getifaddrs(&all) == 0) {
		for (struct ifaddrs *a = all; a; a = a->ifa_next)
			if (a->ifa_addr && a->ifa_addr->sa_family == family &&
			    !(a->ifa_flags & IFF_LOOPBACK))
				add_item(&t, endpoint_address((union endpoint *)a->ifa_addr, s));
		freeifaddrs(all);
	}
	add_list(l, key, &t);
}

static void add_links(struct line *l)
{
	struct if_nameindex *all = if_nameindex();
	struct text t = { 0 };

	text_add(&t, "[", 1);
	for (struct if_nameindex *i = all; i && i->if_name; i++)
		add_item(&t, i->if_name);
	if (all)
		if_freenameindex(all);
	add_list(l, "links", &t);
}

void facts_net(struct line *l)
{
	char *routes = read_whole("/proc/net/route", NULL);

	add_links(l);
	add_addresses(l, "addrs", AF_INET);
	add_addresses(l, "addrs6", AF_INET6);
	if (routes)
		line_str(l, "routes", routes);
	free(routes);
}

/* ---- who listens ---- */

#define TCP_LISTEN 0x0a
#define UDP_UNCONNECTED 0x07

/* Adds "PORT":true for every socket of the file in this state. */
static void add_ports(struct text *t, const char *path, unsigned state)
{
	char *all = read_whole(path, NULL), *save = NULL;

	for (char *row = all ? strtok_r(all, "\n", &save) : NULL; row;
	     row = strtok_r(NULL, "\n", &save)) {
		unsigned port, is;

		if (sscanf(row, " %*u: %*32[0-9A-F]:%x %*32[0-9A-F]:%*x %x", &port, &is) == 2 &&
		    is == state)
			text_addf(t, "%s\"%u\":true", t->len > 1 ? "," : "", port);
	}
	free(all);
}

/* Abstract names, without those that guests are told by. */
static void add_names(struct text *t)
{
	char *all = read_whole("/proc/net/unix", NULL), *save = NULL, *name;

	for (char *row = all ? strtok_r(all, "\n", &save) : NULL; row;
	     row = strtok_r(NULL, "\n", &save)) {
		name = strrchr(row, '@');
		if (!name || strncmp(name, "@podtest/", 9) == 0)
			continue;
		text_add(t, t->len > 1 ? "," : "", t->len > 1);
		text_json(t, name + 1, strlen(name + 1));
		text_add(t, ":true", 5);
	}
	free(all);
}

static void end_map(struct line *l, const char *key, struct text *t)
{
	text_add(t, "}", 1);
	line_raw(l, key, t->data);
	text_free(t);
}

static int act_sockets(const char *arg, struct line *l)
{
	struct text tcp = { 0 }, udp = { 0 }, names = { 0 };

	(void)arg;
	line_begin(l, "sockets");
	text_add(&tcp, "{", 1);
	add_ports(&tcp, "/proc/net/tcp", TCP_LISTEN);
	add_ports(&tcp, "/proc/net/tcp6", TCP_LISTEN);
	end_map(l, "tcp", &tcp);
	text_add(&udp, "{", 1);
	add_ports(&udp, "/proc/net/udp", UDP_UNCONNECTED);
	end_map(l, "udp", &udp);
	text_add(&names, "{", 1);
	add_names(&names);
	end_map(l, "unix", &names);
	return ACT_DONE;
}

const struct act_row acts_net[] = { { "sockets", act_sockets, false }, { NULL, NULL, false } };
