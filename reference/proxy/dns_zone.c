/*
 * dns_zone: see the header. Below svc.CLUSTER_DOMAIN:
 *
 *   NAME.NS			the Service's address; a headless one's ready endpoints, nothing at all while there is none;
 *				an ExternalName's CNAME
 *   HOST.NAME.NS		one endpoint of a headless Service: HOST is its host name, or its address with dashes
 *   _PORT._PROTOCOL.NAME.NS	SRV of a named port: to the Service, or to each endpoint of a headless one
 *
 * A-B-C-D.NS.pod.CLUSTER_DOMAIN is that address. Names under in-addr.arpa lead back to Services and to endpoints with a host
 * name. A node has no way out: no other name exists.
 */
#include "proxy/dns_zone.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "api/service.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "proxy/service_view.h"

#define WEIGHT_ALL 100
#define REVERSE ".in-addr.arpa"

struct query {
	const struct dns_zone *zone;
	const char *name; /* in small letters */
	int type;
	struct dns_answer *answer;
};

/* ---- records ---- */

static struct dns_record *add(struct dns_answer *a, const char *name, enum dns_type type)
{
	a->records = xrealloc(a->records, (a->n + 1) * sizeof(*a->records));
	a->records[a->n] = (struct dns_record){ .name = xstrdup(name), .type = type };
	return &a->records[a->n++];
}

void dns_answer_deinit(struct dns_answer *answer)
{
	for (size_t i = 0; i < answer->n; i++) {
		free(answer->records[i].name);
		free(answer->records[i].target);
	}
	free(answer->records);
	*answer = (struct dns_answer){ 0 };
}

static bool wants(const struct query *q, enum dns_type type)
{
	return q->type == (int)type || q->type == DNS_ANY;
}

static void found(struct query *q)
{
	q->answer->code = DNS_NOERROR;
}

/* The name exists; its record is added when it is asked for, and once only. */
static void add_address(struct query *q, const char *address)
{
	struct in_addr in;

	if (inet_pton(AF_INET, address, &in) != 1)
		return;
	found(q);
	for (size_t i = 0; i < q->answer->n; i++)
		if (q->answer->records[i].address == ntohl(in.s_addr))
			return;
	if (wants(q, DNS_A))
		add(q->answer, q->name, DNS_A)->address = ntohl(in.s_addr);
}

static void add_name(struct query *q, enum dns_type type, char *target)
{
	found(q);
	add(q->answer, q->name, type)->target = target;
}

static void add_service(struct query *q, char *target, int port)
{
	struct dns_record *r;

	found(q);
	if (!wants(q, DNS_SRV)) {
		free(target);
		return;
	}
	r = add(q->answer, q->name, DNS_SRV);
	r->target = target;
	r->port = port;
}

/* ---- endpoints ---- */

/* "10-0-0-1"; buf has 16 bytes. */
static const char *dashed(const char *address, char *buf)
{
	snprintf(buf, 16, "%s", address);
	for (char *c = buf; *c; c++)
		if (*c == '.')
			*c = '-';
	return buf;
}

static bool is_called(const struct service_endpoint *e, const char *host)
{
	char buf[16];

	if (e->hostname)
		return streq(e->hostname, host);
	return streq(dashed(e->address, buf), host);
}

struct search {
	struct query *q;
	const char *service, *ns, *host; /* host NULL: all */
};

static void each_address(void *userdata, const struct service_endpoint *e)
{
	struct search *s = userdata;

	if (e->ready && (!s->host || is_called(e, s->host)))
		add_address(s->q, e->address);
}

static void each_service(void *userdata, const struct service_endpoint *e)
{
	struct search *s = userdata;
	char buf[16];

	if (!e->ready)
		return;
	add_service(s->q,
		    str_printf("%s.%s.%s.svc." CLUSTER_DOMAIN,
			       e->hostname ?: dashed(e->address, buf), s->service, s->ns),
		    e->port);
}

/* ---- names of Services ---- */

static void answer_service(struct query *q, const json_t *service, const char *key)
{
	struct search all = { .q = q };

	if (service_is_external(service))
		add_name(q, DNS_CNAME, xstrdup(json_str_or(service, "spec.externalName", "")));
	else if (service_is_headless(service))
		service_each_endpoint(q->zone->slices, key, NULL, each_address, &all);
	else if (service_address(service))
		add_address(q, service_address(service));
}

static void answer_port(struct query *q, const json_t *service, const char *key,
			const struct search *where, const char *name, const char *protocol)
{
	struct search all = *where;
	json_t *p;
	size_t i;

	json_each(service, "spec.ports", i, p) {
		if (!streq(json_str(p, "name"), name) ||
		    strcasecmp(json_str_or(p, "protocol", "TCP"), protocol) != 0)
			continue;
		if (service_is_headless(service))
			service_each_endpoint(q->zone->slices, key, name, each_service, &all);
		else if (service_address(service))
			add_service(q,
				    str_printf("%s.%s.svc." CLUSTER_DOMAIN, where->service,
					       where->ns),
				    (int)json_int(p, "port", 0));
	}
}

/* A namespace with a Service is a name without a record. */
static void answer_namespace(struct query *q, const char *ns)
{
	_cleanup_free_ char *prefix = str_printf("%s/", ns);
	const char *key;
	json_t *service;

	json_object_foreach((json_t *)q->zone->services, key, service)
		if (str_starts(key, prefix))
			found(q);
}

/* labels: those before "svc.CLUSTER_DOMAIN". */
static void answer_svc(struct query *q, char *const *labels, size_t n)
{
	const char *ns = n ? labels[n - 1] : "", *name = n > 1 ? labels[n - 2] : "";
	_cleanup_free_ char *key = str_printf("%s/%s", ns, name);
	const json_t *service = json_object_get(q->zone->services, key);
	struct search where = { .q = q, .service = name, .ns = ns };

	if (n == 0)
		found(q);
	else if (n == 1)
		answer_namespace(q, ns);
	else if (!service)
		return;
	else if (n == 2)
		answer_service(q, service, key);
	else if (n == 3 && service_is_headless(service)) {
		where.host = labels[0];
		service_each_endpoint(q->zone->slices, key, NULL, each_address, &where);
	} else if (n == 4 && labels[0][0] == '_' && labels[1][0] == '_') {
		answer_port(q, service, key, &where, labels[0] + 1, labels[1] + 1);
	}
}

static void answer_pod(struct query *q, char *const *labels, size_t n)
{
	_cleanup_free_ char *address = xstrdup(n == 2 ? labels[0] : "");

	if (n == 0)
		found(q);
	for (char *c = address; *c; c++)
		if (*c == '-')
			*c = '.';
	add_address(q, address);
}

/* ---- the way back ---- */

struct reverse {
	struct query *q;
	const char *address;
	char *target; /* of the first endpoint found */
	char *suffix;
};

static void each_reverse(void *userdata, const struct service_endpoint *e)
{
	struct reverse *r = userdata;

	if (e->ready && e->hostname && !r->target && streq(e->address, r->address))
		r->target = str_printf("%s.%s", e->hostname, r->suffix);
}

static void reverse_service(struct reverse *r, const char *key, const json_t *service)
{
	const char *slash = strchr(key, '/');

	free(r->suffix);
	r->suffix = str_printf("%s.%.*s.svc." CLUSTER_DOMAIN, slash + 1, (int)(slash - key), key);
	if (streq(service_address(service), r->address)) {
		free(r->target);
		r->target = xstrdup(r->suffix);
	} else if (service_is_headless(service)) {
		service_each_endpoint(r->q->zone->slices, key, NULL, each_reverse, r);
	}
}

static void answer_reverse(struct query *q)
{
	char address[INET_ADDRSTRLEN];
	struct reverse r = { .q = q, .address = address };
	unsigned b[4];
	const char *key;
	json_t *service;
	char rest[16];

	if (sscanf(q->name, "%3u.%3u.%3u.%3u.in-addr.arp%15s", &b[3], &b[2], &b[1], &b[0], rest) !=
	    5)
		return;
	snprintf(address, sizeof(address), "%u.%u.%u.%u", b[0] & 255, b[1] & 255, b[2] & 255,
		 b[3] & 255);
	json_object_foreach((json_t *)q->zone->services, key, service)
		reverse_service(&r, key, service);
	free(r.suffix);
	if (!r.target)
		return;
	found(q);
	if (wants(q, DNS_PTR))
		add_name(q, DNS_PTR, take_ptr(r.target));
	free(r.target);
}

/* ---- the whole ---- */

static void set_weights(struct dns_answer *a)
{
	for (size_t i = 0; i < a->n; i++)
		if (a->records[i].type == DNS_SRV)
			a->records[i].weight = MAX(WEIGHT_ALL / (int)a->n, 1);
}

static void answer_below(struct query *q, const char *below)
{
	_cleanup_strv_ char **labels = strv_split(below, '.');
	size_t n = *below ? strv_len(labels) : 0;
	const char *top = n ? labels[n - 1] : "";

	if (n == 0)
		found(q);
	else if (streq(top, "svc"))
		answer_svc(q, labels, n - 1);
	else if (streq(top, "pod"))
		answer_pod(q, labels, n - 1);
}

void dns_zone_answer(const struct dns_zone *zone, const char *name, int type, struct dns_answer *ret)
{
	_cleanup_free_ char *small = xstrdup(name), *below = NULL;
	struct query q = { .zone = zone, .name = small, .type = type, .answer = ret };
	size_t len;

	*ret = (struct dns_answer){ .code = DNS_NXDOMAIN };
	for (char *c = small; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	len = strlen(small);
	if (len && small[len - 1] == '.')
		small[--len] = '\0';
	if (streq(small, CLUSTER_DOMAIN))
		below = xstrdup("");
	else if (str_ends(small, "." CLUSTER_DOMAIN))
		below = xstrndup(small, len - strlen("." CLUSTER_DOMAIN));
	if (below)
		answer_below(&q, below);
	else if (str_ends(small, REVERSE))
		answer_reverse(&q);
	set_weights(ret);
}
