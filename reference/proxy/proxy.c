/*
 * proxy: see the header. One turn of changes is one transaction of nft(8): what the table should hold (proxy_rules.h) against
 * what it holds. When a transaction fails the table is made anew with the next change; a kernel without nf_tables
 * is told of once.
 *
 * The address of the DNS server is link-local, so that it cannot meet a pod's, a Service's or a host port of the node;
 * each node answers its own pods, from the same objects that its rules are made of.
 */
#include "proxy/proxy.h"

#include <arpa/inet.h>
#include <errno.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/json.h"
#include "base/log.h"
#include "base/strbuf.h"
#include "proxy/dns_server.h"
#include "proxy/proxy_rules.h"
#include "proxy/service_view.h"
#include "runtime/runtime.h"

#define DNS_PORT 53

struct proxy {
	struct proxy_config cfg;
	struct service_view *view;
	struct dns_server *dns;
	json_t *table; /* what nft holds; NULL: not known */
	json_t *left; /* names of what it holds and nobody wants; deleted with a later change */
	bool complained;
};

/* ---- rules ---- */

static void complain(struct proxy *p, const struct error *err)
{
	if (!p->complained)
		log_error("proxy", "services are not reached: %s", error_text(err));
	p->complained = true;
}

static json_t *wanted(const struct proxy *p)
{
	struct proxy_facts facts = {
		.services = service_view_services(p->view),
		.slices = service_view_slices(p->view),
		.node_name = p->cfg.node_name,
		.node_ip = runtime_node_ip(p->cfg.rt),
		.rate = clock_rate(p->cfg.clock),
	};

	return proxy_rules_make(&facts);
}

/* Addresses of Services that came and went. One that fails is not reached from the node's own processes. */
static void move_addresses(struct proxy *p, const json_t *now, bool add)
{
	const json_t *from = add ? p->table : now, *to = add ? now : p->table;
	const char *address;
	json_t *value;

	json_object_foreach(json_obj(to, "addresses"), address, value) {
		_cleanup_error_ struct error err = ERROR_INIT;

		if (!json_object_get(json_obj(from, "addresses"), address) &&
		    runtime_service_address(p->cfg.rt, add, address, &err) < 0)
			log_debug("proxy", "address %s: %s", address, error_text(&err));
	}
}

/* Before a change, so that what the change before left is unused by now. One that fails is tried again with the next. */
static void drop_left(struct proxy *p)
{
	_cleanup_strbuf_ struct strbuf commands = STRBUF_INIT;
	_cleanup_error_ struct error err = ERROR_INIT;

	proxy_rules_drop(p->left, &commands);
	if (commands.len && runtime_nft(p->cfg.rt, strbuf_str(&commands), &err) < 0)
		log_debug("proxy", "old rules stay: %s", error_text(&err));
	else
		json_object_clear(p->left);
}

/* The table is not what we think: it is made anew with the next change. */
static void forget(struct proxy *p)
{
	json_decref(take_ptr(p->table));
	json_object_clear(p->left);
}

static void on_change(void *userdata)
{
	struct proxy *p = userdata;
	_cleanup_strbuf_ struct strbuf commands = STRBUF_INIT;
	_cleanup_json_ json_t *now = wanted(p);
	_cleanup_error_ struct error err = ERROR_INIT;

	proxy_rules_leave(NULL, now, p->left);
	drop_left(p);
	if (!p->table)
		strbuf_adds(&commands, proxy_rules_base);
	proxy_rules_diff(p->table, now, &commands);
	move_addresses(p, now, true);
	if (commands.len && runtime_nft(p->cfg.rt, strbuf_str(&commands), &err) < 0) {
		complain(p, &err);
		forget(p);
		return;
	}
	p->complained = false;
	move_addresses(p, now, false);
	proxy_rules_leave(p->table, now, p->left);
	json_decref(p->table);
	p->table = take_ptr(now);
}

/* ---- names ---- */

static struct dns_zone zone_now(void *userdata)
{
	const struct proxy *p = userdata;

	return (struct dns_zone){ .services = service_view_services(p->view),
				  .slices = service_view_slices(p->view) };
}

static int start_dns(struct proxy *p, struct error *err)
{
	struct sockaddr_in at = { .sin_family = AF_INET, .sin_port = htons(DNS_PORT) };
	int r = runtime_own_address(p->cfg.rt, PROXY_DNS_ADDRESS, err), fd;

	if (r < 0)
		return r;
	inet_pton(AF_INET, PROXY_DNS_ADDRESS, &at.sin_addr);
	fd = runtime_socket(p->cfg.rt, AF_INET, SOCK_DGRAM | SOCK_NONBLOCK, 0, err);
	if (fd < 0)
		return fd;
	if (bind(fd, (struct sockaddr *)&at, sizeof(at)) < 0) {
		r = error_set_errno(err, errno, "the DNS server's address");
		fd_close(fd);
		return r;
	}
	return dns_server_new(p->cfg.loop, fd, zone_now, p, &p->dns, err);
}

int proxy_new(const struct proxy_config *cfg, struct proxy **ret, struct error *err)
{
	struct proxy *p = xnew(p);
	int r;

	p->cfg = *cfg;
	p->left = json_object();
	r = service_view_new(cfg->store, cfg->loop, on_change, p, &p->view, err);
	if (r == 0)
		r = start_dns(p, err);
	if (r != 0) {
		proxy_free(p);
		return r;
	}
	*ret = p;
	return 0;
}

struct proxy *proxy_free(struct proxy *p)
{
	if (!p)
		return NULL;
	dns_server_free(p->dns);
	service_view_free(p->view);
	json_decref(p->table);
	json_decref(p->left);
	free(p);
	return NULL;
}

const json_t *proxy_services(const struct proxy *p)
{
	return service_view_services(p->view);
}
