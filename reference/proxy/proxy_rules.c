/*
 * proxy_rules: see the header. The table:
 *
 *   map ports		address . protocol . port of a Service  ->  its chain
 *   set addresses	of Services: what none of the chains took is refused, be it for want of an endpoint or of such a port
 *   set hairpins	pod . pod: a pod that reached itself through a Service must be answered through the node
 *   chain s-…		one per port of a Service: takes one of the endpoints at random
 *   mark 1		what came to a port of the node and may go to another: its answer has to come back here
 *   chain e-…, set c-…	with sessionAffinity ClientIP, one per endpoint: leads there and remembers the client
 *
 * Endpoints are those that are ready; when there is none, those that terminate but still serve. Names follow from addresses
 * alone, so a chain that stays the same is left alone, and with it the clients that it remembers.
 */
#include "proxy/proxy_rules.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "api/service.h"
#include "base/clock.h"
#include "base/json.h"
#include "base/str.h"
#include "proxy/service_view.h"

#define TABLE "ip services"

const char proxy_rules_base[] =
	"add table " TABLE "\n"
	"delete table " TABLE "\n"
	"table " TABLE " {\n"
	"	map ports {\n"
	"		type ipv4_addr . inet_proto . inet_service : verdict\n"
	"	}\n"
	"	set addresses {\n"
	"		type ipv4_addr\n"
	"	}\n"
	"	set hairpins {\n"
	"		type ipv4_addr . ipv4_addr\n"
	"	}\n"
	"	chain prerouting {\n"
	"		type nat hook prerouting priority -101\n"
	"		ip daddr . meta l4proto . th dport vmap @ports\n"
	"	}\n"
	"	chain output {\n"
	"		type nat hook output priority -101\n"
	"		ip daddr . meta l4proto . th dport vmap @ports\n"
	"	}\n"
	"	chain postrouting {\n"
	"		type nat hook postrouting priority 99\n"
	"		ct status dnat ip saddr . ip daddr @hairpins masquerade\n"
	"		ct status dnat meta mark 1 masquerade\n"
	"	}\n"
	"	chain input {\n"
	"		type filter hook input priority 0\n"
	"		ip daddr @addresses reject\n"
	"	}\n"
	"}\n";

/* ---- the endpoints of one port ---- */

struct targets {
	const char *node; /* not NULL: only those on it */
	char **ready, **leaving; /* "ADDRESS PORT" */
};

static void targets_deinit(struct targets *t)
{
	strv_free(t->ready);
	strv_free(t->leaving);
}

static void on_endpoint(void *userdata, const struct service_endpoint *e)
{
	struct targets *t = userdata;
	_cleanup_free_ char *text = str_printf("%s %d", e->address, e->port);

	if (t->node && !streq(t->node, e->node))
		return;
	if (e->ready && !strv_contains(t->ready, text))
		strv_add(&t->ready, text);
	else if (e->serving && e->terminating && !strv_contains(t->leaving, text))
		strv_add(&t->leaving, text);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* In an order of their own, so that the same endpoints are the same rule. */
static char **chosen(struct targets *t)
{
	char **list = t->ready ? t->ready : t->leaving;

	if (list)
		qsort(list, strv_len(list), sizeof(*list), by_text);
	return list;
}

/* ---- rules of one port ---- */

struct port {
	const json_t *service;
	const char *address; /* of the Service, or of the node */
	char *protocol; /* as nft writes it */
	int number;
	char *id; /* in names */
	const char *policy; /* Cluster or Local */
	bool outside; /* not the Service's own address */
};

static void add_rule(json_t *chains, const char *chain, const char *fmt, ...) _printf_(3, 4);

static void add_rule(json_t *chains, const char *chain, const char *fmt, ...)
{
	json_t *rules = json_object_get(chains, chain);
	_cleanup_strbuf_ struct strbuf text = STRBUF_INIT;
	va_list ap;

	if (!rules) {
		rules = json_array();
		json_object_set_new(chains, chain, rules);
	}
	va_start(ap, fmt);
	strbuf_addv(&text, fmt, ap);
	va_end(ap);
	json_array_append_new(rules, json_string(strbuf_str(&text)));
}

/* "10.0.0.1 80" with something between the two words. */
static void add_target(struct strbuf *b, const char *target, const char *between)
{
	const char *blank = strchr(target, ' ');

	strbuf_addf(b, "%.*s%s%s", (int)(blank - target), target, between, blank + 1);
}

static void spread(json_t *table, const struct port *p, const char *chain, char *const *targets)
{
	_cleanup_strbuf_ struct strbuf map = STRBUF_INIT;
	size_t n = strv_len(targets);

	for (size_t i = 0; i < n; i++) {
		strbuf_addf(&map, "%s%zu : ", i ? ", " : "", i);
		add_target(&map, targets[i], " . ");
	}
	add_rule(json_object_get(table, "chains"), chain,
		 "meta l4proto %s dnat to numgen random mod %zu map { %s }", p->protocol, n,
		 strbuf_str(&map));
}

static int64_t memory_ms(const struct port *p, double rate)
{
	int64_t seconds =
		json_int(p->service, "spec.sessionAffinityConfig.clientIP.timeoutSeconds", 10800);

	return MAX((int64_t)((double)seconds * 1000 / rate), (int64_t)1);
}

/* A chain that leads to one endpoint and remembers who was led there. */
static void lead(json_t *table, const struct port *p, const char *target, const char *name,
		 double rate)
{
	json_t *chains = json_object_get(table, "chains");
	_cleanup_free_ char *chain = str_printf("e-%s", name), *set = str_printf("c-%s", name);
	_cleanup_strbuf_ struct strbuf to = STRBUF_INIT;
	json_t *text = json_sprintf("type ipv4_addr; flags dynamic,timeout; timeout %lldms;",
				    (long long)memory_ms(p, rate));

	json_object_set_new(json_object_get(table, "sets"), set, text);
	add_target(&to, target, ":");
	add_rule(chains, chain, "update @%s { ip saddr }", set);
	add_rule(chains, chain, "meta l4proto %s dnat to %s", p->protocol, strbuf_str(&to));
}

static void spread_by_client(json_t *table, const struct port *p, const char *chain,
			     char *const *targets, double rate)
{
	json_t *chains = json_object_get(table, "chains");
	_cleanup_strbuf_ struct strbuf map = STRBUF_INIT;
	size_t n = strv_len(targets);

	for (size_t i = 0; i < n; i++) {
		_cleanup_strbuf_ struct strbuf target = STRBUF_INIT;
		_cleanup_free_ char *name = NULL;

		add_target(&target, targets[i], "-");
		name = str_printf("%s-%s-%lld", p->id, strbuf_str(&target),
				  (long long)memory_ms(p, rate));
		lead(table, p, targets[i], name, rate);
		add_rule(chains, chain, "ip saddr @c-%s goto e-%s", name, name);
		strbuf_addf(&map, "%s%zu : goto e-%s", i ? ", " : "", i, name);
	}
	add_rule(chains, chain, "numgen random mod %zu vmap { %s }", n, strbuf_str(&map));
}

static void add_hairpins(json_t *table, char *const *targets)
{
	json_t *hairpins = json_object_get(table, "hairpins");

	for (; targets && *targets; targets++) {
		_cleanup_free_ char *address = xstrndup(*targets, strcspn(*targets, " "));

		json_object_set_new(hairpins, address, json_true());
	}
}

static void add_port(json_t *table, const struct proxy_facts *f, const struct port *p,
		     const json_t *port)
{
	bool local = streq(p->policy, "Local");
	_cleanup_(targets_deinit) struct targets t = { .node = local ? f->node_name : NULL };
	_cleanup_free_ char *key = service_key(p->service), *chain = str_printf("s-%s", p->id);
	_cleanup_free_ char *element =
		str_printf("%s . %s . %d", p->address, p->protocol, p->number);
	char **targets;

	service_each_endpoint(f->slices, key, json_str_or(port, "name", ""), on_endpoint, &t);
	targets = chosen(&t);
	if (!targets)
		return;
	if (p->outside && !local)
		add_rule(json_object_get(table, "chains"), chain, "meta mark set 1");
	if (streq(json_str(p->service, "spec.sessionAffinity"), "ClientIP"))
		spread_by_client(table, p, chain, targets, f->rate);
	else
		spread(table, p, chain, targets);
	add_hairpins(table, targets);
	json_object_set_new(json_object_get(table, "ports"), element, json_string(chain));
}

/* ---- one Service ---- */

static char *lower(const char *text)
{
	char *out = xstrdup(text);

	for (char *c = out; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	return out;
}

static void add_at(json_t *table, const struct proxy_facts *f, const json_t *service,
		   const json_t *port, const char *address, int number)
{
	_cleanup_free_ char *protocol = lower(json_str_or(port, "protocol", "TCP"));
	_cleanup_free_ char *id = str_printf("%s-%s-%d", address, protocol, number);
	bool outside = !streq(address, service_address(service));
	struct port p = {
		.service = service,
		.address = address,
		.protocol = protocol,
		.number = number,
		.id = id,
		.policy = json_str_or(service,
				      outside ? "spec.externalTrafficPolicy" :
						"spec.internalTrafficPolicy",
				      "Cluster"),
		.outside = outside,
	};

	add_port(table, f, &p, port);
}

static void add_service(json_t *table, const struct proxy_facts *f, const json_t *service)
{
	const char *address = service_address(service);
	json_t *port, *ip;
	size_t i, j;

	if (!address)
		return;
	json_object_set_new(json_object_get(table, "addresses"), address, json_true());
	json_each(service, "spec.ports", i, port) {
		int number = (int)json_int(port, "port", 0);
		int node_port = (int)json_int(port, "nodePort", 0);

		add_at(table, f, service, port, address, number);
		if (node_port)
			add_at(table, f, service, port, f->node_ip, node_port);
		json_each(service, "spec.externalIPs", j, ip)
			add_at(table, f, service, port, json_string_value(ip), number);
	}
}

json_t *proxy_rules_make(const struct proxy_facts *facts)
{
	json_t *table = json_pack("{s{},s{},s{},s{},s{}}", "sets", "chains", "ports", "addresses",
				  "hairpins");
	const char *key;
	json_t *service;

	json_object_foreach((json_t *)facts->services, key, service)
		add_service(table, facts, service);
	return table;
}

/* ---- from one table to the other ---- */

static void chains_and_sets(const json_t *before, const json_t *now, struct strbuf *out)
{
	const json_t *old_sets = json_obj(before, "sets"), *old_chains = json_obj(before, "chains");
	const char *name;
	json_t *value, *rule;
	size_t i;

	json_object_foreach(json_obj(now, "sets"), name, value)
		if (!json_object_get(old_sets, name))
			strbuf_addf(out, "add set " TABLE " %s { %s }\n", name,
				    json_string_value(value));
	json_object_foreach(json_obj(now, "chains"), name, value)
		if (!json_object_get(old_chains, name))
			strbuf_addf(out, "add chain " TABLE " %s\n", name);
	json_object_foreach(json_obj(now, "chains"), name, value) {
		json_t *old = json_object_get(old_chains, name);

		if (json_same(old, value))
			continue;
		if (old)
			strbuf_addf(out, "flush chain " TABLE " %s\n", name);
		json_array_foreach(value, i, rule)
			strbuf_addf(out, "add rule " TABLE " %s %s\n", name,
				    json_string_value(rule));
	}
}

static void ports(const json_t *before, const json_t *now, struct strbuf *out)
{
	const json_t *old = json_obj(before, "ports"), *new = json_obj(now, "ports");
	const char *key;
	json_t *chain;

	json_object_foreach((json_t *)old, key, chain)
		if (!json_object_get(new, key))
			strbuf_addf(out, "delete element " TABLE " ports { %s }\n", key);
	json_object_foreach((json_t *)new, key, chain)
		if (!json_object_get(old, key))
			strbuf_addf(out, "add element " TABLE " ports { %s : goto %s }\n", key,
				    json_string_value(chain));
}

/* fmt has each address once, or twice. */
static void addresses(const json_t *before, const json_t *now, const char *set, struct strbuf *out)
{
	const json_t *old = json_obj(before, set), *new = json_obj(now, set);
	bool pairs = streq(set, "hairpins");
	const char *a;
	json_t *value;

	json_object_foreach((json_t *)old, a, value)
		if (!json_object_get(new, a))
			strbuf_addf(out, "delete element " TABLE " %s { %s%s%s }\n", set, a,
				    pairs ? " . " : "", pairs ? a : "");
	json_object_foreach((json_t *)new, a, value)
		if (!json_object_get(old, a))
			strbuf_addf(out, "add element " TABLE " %s { %s%s%s }\n", set, a,
				    pairs ? " . " : "", pairs ? a : "");
}

/* Emptied, since they lead to each other; an empty chain takes nothing. */
static void empty(const json_t *before, const json_t *now, struct strbuf *out)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_obj(before, "chains"), name, value)
		if (!json_object_get(json_obj(now, "chains"), name))
			strbuf_addf(out, "flush chain " TABLE " %s\n", name);
}

void proxy_rules_diff(const json_t *before, const json_t *now, struct strbuf *commands)
{
	chains_and_sets(before, now, commands);
	ports(before, now, commands);
	addresses(before, now, "addresses", commands);
	addresses(before, now, "hairpins", commands);
	empty(before, now, commands);
}

/* ---- what is left ---- */

void proxy_rules_leave(const json_t *before, const json_t *now, json_t *left)
{
	static const char *const parts[] = { "chains", "sets" };
	const char *name;
	json_t *value;

	for (size_t i = 0; i < ARRAY_SIZE(parts); i++) {
		json_t *names = json_make_obj(left, parts[i]);

		json_object_foreach(json_obj(before, parts[i]), name, value)
			json_object_set_new(names, name, json_true());
		json_object_foreach(json_obj(now, parts[i]), name, value)
			json_object_del(names, name);
	}
}

void proxy_rules_drop(const json_t *left, struct strbuf *commands)
{
	const char *name;
	json_t *value;

	json_object_foreach(json_obj(left, "chains"), name, value)
		strbuf_addf(commands, "delete chain " TABLE " %s\n", name);
	json_object_foreach(json_obj(left, "sets"), name, value)
		strbuf_addf(commands, "delete set " TABLE " %s\n", name);
}
