/*
 * dns_server: see the header. libevent reads and writes the packets; here a question becomes records.
 *
 * Records of one name come in a new random order each time, so that who takes the first one is spread. There is no TCP here, so
 * no answer may be cut: of a long list as many are given as fit into a packet of 512 bytes; with the random order a
 * client that asks again sees others.
 */
#include "proxy/dns_server.h"

#include <arpa/inet.h>
#include <event2/dns.h>
#include <event2/dns_struct.h>
#include <event2/event.h>
#include <event2/util.h>
#include <string.h>

#include "base/loop.h"
#include "base/str.h"

#define TTL 5
#define PACKET_MAX 512
#define PACKET_HEAD 12
#define CLASS_IN 1
#define SRV_HEAD 6

struct dns_server {
	struct evdns_server_port *port;
	struct dns_zone (*zone)(void *userdata);
	void *userdata;
};

static void shuffle(struct dns_answer *a)
{
	for (size_t i = a->n; i > 1; i--) {
		uint32_t random;
		struct dns_record swap;

		evutil_secure_rng_get_bytes(&random, sizeof(random));
		random %= i;
		swap = a->records[i - 1];
		a->records[i - 1] = a->records[random];
		a->records[random] = swap;
	}
}

/* A name as it is on the wire; buf has 256 bytes. Returns the length. */
static size_t put_name(uint8_t *buf, const char *name)
{
	size_t n = 0;

	while (*name && n < 190) {
		size_t len = strcspn(name, ".");

		if (len > 63)
			len = 63;
		buf[n++] = (uint8_t)len;
		memcpy(buf + n, name, len);
		n += len;
		name += strcspn(name, ".");
		name += *name == '.';
	}
	buf[n++] = 0;
	return n;
}

static size_t put_srv(uint8_t *buf, const struct dns_record *r)
{
	uint16_t head[] = { 0, htons((uint16_t)r->weight), htons((uint16_t)r->port) };

	memcpy(buf, head, SRV_HEAD);
	return SRV_HEAD + put_name(buf + SRV_HEAD, r->target);
}

/* Adds one record unless the packet would be too long; *left are its free bytes. */
static void put_record(struct evdns_server_request *req, const struct dns_record *r, size_t *left)
{
	uint8_t data[SRV_HEAD + 256];
	uint32_t address = htonl(r->address);
	/* the name is a pointer; type, class, TTL, length */
	size_t need = 12 + (r->target ? strlen(r->target) + 2 + SRV_HEAD : sizeof(address));

	if (need > *left)
		return;
	*left -= need;
	if (r->type == DNS_A)
		evdns_server_request_add_a_reply(req, r->name, 1, &address, TTL);
	else if (r->type == DNS_CNAME)
		evdns_server_request_add_cname_reply(req, r->name, r->target, TTL);
	else if (r->type == DNS_PTR)
		evdns_server_request_add_ptr_reply(req, NULL, r->name, r->target, TTL);
	else
		evdns_server_request_add_reply(req, EVDNS_ANSWER_SECTION, r->name, DNS_SRV, CLASS_IN,
					       TTL, (int)put_srv(data, r), 0, (const char *)data);
}

static int answer(struct dns_server *d, struct evdns_server_request *req)
{
	const struct evdns_server_question *question = req->questions[0];
	struct dns_zone zone = d->zone(d->userdata);
	size_t left = PACKET_MAX - PACKET_HEAD - strlen(question->name) - 6;
	struct dns_answer a;
	int code;

	dns_zone_answer(&zone, question->name, question->type, &a);
	shuffle(&a);
	for (size_t i = 0; i < a.n; i++)
		put_record(req, &a.records[i], &left);
	code = a.code;
	dns_answer_deinit(&a);
	return code;
}

static void on_request(struct evdns_server_request *req, void *userdata)
{
	int code = DNS_ERR_NOTIMPL;

	if (req->nquestions == 1 && req->questions[0]->dns_question_class == CLASS_IN)
		code = answer(userdata, req);
	evdns_server_request_set_flags(req, EVDNS_FLAGS_AA | (req->flags & EVDNS_FLAGS_RD));
	evdns_server_request_respond(req, code);
}

int dns_server_new(struct loop *loop, int fd, struct dns_zone (*zone)(void *userdata),
		   void *userdata, struct dns_server **ret, struct error *err)
{
	struct dns_server *d = xnew(d);

	d->zone = zone;
	d->userdata = userdata;
	d->port = evdns_add_server_port_with_base(loop_base(loop), fd, 0, on_request, d);
	if (!d->port) {
		fd_close(fd);
		free(d);
		return error_set(err, ERR_INTERNAL, NULL, "the DNS server cannot be made");
	}
	*ret = d;
	return 0;
}

struct dns_server *dns_server_free(struct dns_server *d)
{
	if (!d)
		return NULL;
	evdns_close_server_port(d->port); /* closes the socket, too */
	free(d);
	return NULL;
}
