/*
 * service_ip: see the header. Nothing is kept: what is taken is what the present Services have, so an address is free
 * again with the deletion and no record can disagree. One is taken at random, as in the field, so that a client that
 * goes on talking to a deleted Service seldom meets its successor.
 */
#include "store/service_ip.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>
#include <sys/random.h>

#include "api/meta.h"
#include "api/service.h"
#include "base/json.h"
#include "base/str.h"
#include "store/engine.h"

#define NODE_PORT_FIRST 30000
#define NODE_PORT_COUNT 2768

int service_range_parse(const char *cidr, struct service_range *ret, struct error *err)
{
	_cleanup_free_ char *text = xstrdup(cidr);
	char *slash = strchr(text, '/');
	struct in_addr in = { 0 };
	int64_t bits = 0;

	if (slash)
		*slash++ = '\0';
	if (!slash || str_to_int64(slash, 8, 28, &bits) < 0 || inet_pton(AF_INET, text, &in) != 1)
		return error_set(err, ERR_INVALID, "Invalid",
				 "service network \"%s\": must be ADDRESS/BITS with 8 to 28 bits",
				 cidr);
	ret->size = 1u << (32 - bits);
	ret->base = ntohl(in.s_addr) & ~(ret->size - 1);
	snprintf(ret->text, sizeof(ret->text), "%.19s", cidr);
	return 0;
}

static int refuse(const json_t *service, const char *field, struct error *err, const char *fmt, ...)
	_printf_(4, 5);

static int refuse(const json_t *service, const char *field, struct error *err, const char *fmt, ...)
{
	_cleanup_free_ char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&text, fmt, ap) < 0)
		text = NULL;
	va_end(ap);
	error_clear(err);
	error_add_cause(err, field, "FieldValueInvalid", "Invalid value: %s", text ?: "");
	error_message(err, "Service \"%s\" is invalid: %s: Invalid value: %s", meta_name(service),
		      field, text ?: "");
	return STORE_REFUSED;
}

/* Whether fn holds for a Service other than this one. */
static bool any_other(const struct engine *s, const json_t *self,
		      bool (*fn)(const json_t *service, const void *what), const void *what)
{
	struct store_list_opts all = { 0 };
	_cleanup_json_ json_t *services = objects_select(s, &kind_service, &all);
	json_t *service;
	size_t i;

	json_array_foreach(services, i, service)
		if (!streq(meta_uid(service), meta_uid(self)) && fn(service, what))
			return true;
	return false;
}

static uint32_t any_below(uint32_t n)
{
	uint32_t v = 0;

	return getrandom(&v, sizeof(v), 0) == sizeof(v) ? v % n : 0;
}

/* ---- the address ---- */

static bool has_address(const json_t *service, const void *address)
{
	return streq(service_address(service), address);
}

static void set_address(json_t *service, const char *text)
{
	json_set_str(service, "spec.clusterIP", text);
	json_set_path(service, "spec.clusterIPs", json_pack("[s]", text));
}

static int take_address(const struct engine *s, json_t *service, struct error *err)
{
	const struct service_range *range = &s->services;
	uint32_t usable = range->size - 2, start = any_below(usable);
	char text[INET_ADDRSTRLEN];

	for (uint32_t i = 0; i < usable; i++) {
		struct in_addr in = { htonl(range->base + 1 + (start + i) % usable) };

		inet_ntop(AF_INET, &in, text, sizeof(text));
		if (any_other(s, service, has_address, text))
			continue;
		set_address(service, text);
		return 0;
	}
	return refuse(service, "spec.clusterIPs", err,
		      "[]: failed to allocate a serviceIP: range is full");
}

static int check_address(const struct engine *s, const json_t *service, struct error *err)
{
	const char *text = service_address(service);
	struct in_addr in = { 0 };
	uint32_t offset;

	inet_pton(AF_INET, text, &in);
	offset = ntohl(in.s_addr) - s->services.base;
	if (offset < 1 || offset >= s->services.size - 1)
		return refuse(service, "spec.clusterIPs", err,
			      "[\"%s\"]: failed to allocate IP %s: the provided IP (%s) is not in "
			      "the valid range. The range of valid IPs is %s",
			      text, text, text, s->services.text);
	if (any_other(s, service, has_address, text))
		return refuse(
			service, "spec.clusterIPs", err,
			"[\"%s\"]: failed to allocate IP %s: provided IP is already allocated",
			text, text);
	return 0;
}

static int allocate_address(const struct engine *s, const json_t *before, json_t *service,
			    struct error *err)
{
	const char *text = service_address(service);

	if (service_is_external(service) || service_is_headless(service))
		return 0;
	if (!text)
		return take_address(s, service, err);
	if (before && streq(text, service_address(before)))
		return 0;
	return check_address(s, service, err);
}

/* ---- ports on the nodes ---- */

struct node_port {
	const char *protocol;
	int64_t number;
};

static bool has_port(const json_t *service, const void *what)
{
	const struct node_port *wanted = what;
	json_t *port;
	size_t i;

	json_each(service, "spec.ports", i, port)
		if (json_int(port, "nodePort", 0) == wanted->number &&
		    streq(json_str_or(port, "protocol", "TCP"), wanted->protocol))
			return true;
	return false;
}

static int take_port(const struct engine *s, const json_t *service, json_t *port, size_t index,
		     struct error *err)
{
	struct node_port p = { .protocol = json_str_or(port, "protocol", "TCP") };
	uint32_t start = any_below(NODE_PORT_COUNT);

	for (uint32_t i = 0; i < NODE_PORT_COUNT; i++) {
		p.number = NODE_PORT_FIRST + (start + i) % NODE_PORT_COUNT;
		if (has_port(service, &p) || any_other(s, service, has_port, &p))
			continue;
		json_set_int(port, "nodePort", p.number);
		return 0;
	}
	return refuse(service, "spec.ports", err, "%zu: no port on the nodes is left", index);
}

static int check_port(const struct engine *s, const json_t *service, const json_t *port,
		      size_t index, struct error *err)
{
	_cleanup_free_ char *field = str_printf("spec.ports[%zu].nodePort", index);
	struct node_port p = { .protocol = json_str_or(port, "protocol", "TCP"),
			       .number = json_int(port, "nodePort", 0) };

	if (p.number < NODE_PORT_FIRST || p.number >= NODE_PORT_FIRST + NODE_PORT_COUNT)
		return refuse(service, field, err,
			      "%lld: provided port is not in the valid range. The range of valid "
			      "ports is %d-%d",
			      (long long)p.number, NODE_PORT_FIRST,
			      NODE_PORT_FIRST + NODE_PORT_COUNT - 1);
	if (any_other(s, service, has_port, &p))
		return refuse(service, field, err, "%lld: provided port is already allocated",
			      (long long)p.number);
	return 0;
}

static int allocate_ports(const struct engine *s, json_t *service, struct error *err)
{
	json_t *port;
	size_t i;
	int r = 0;

	json_each(service, "spec.ports", i, port) {
		if (json_int(port, "nodePort", 0))
			r = check_port(s, service, port, i, err);
		else if (service_wants_node_ports(service))
			r = take_port(s, service, port, i, err);
		if (r)
			return r;
	}
	return 0;
}

int service_ip_allocate(const struct engine *s, const struct kind *k, const json_t *before,
			json_t *obj, struct error *err)
{
	int r;

	if (k != &kind_service)
		return 0;
	r = allocate_address(s, before, obj, err);
	return r ? r : allocate_ports(s, obj, err);
}
