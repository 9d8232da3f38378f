/*
 * dns_zone: what the names below CLUSTER_DOMAIN stand for. Pure: from a question to its records.
 */
#pragma once

#include <jansson.h>
#include <stddef.h>
#include <stdint.h>

/* Types and codes by their numbers on the wire. */
enum dns_type { DNS_A = 1, DNS_CNAME = 5, DNS_PTR = 12, DNS_SRV = 33, DNS_ANY = 255 };
enum dns_code { DNS_NOERROR = 0, DNS_NXDOMAIN = 3 };

struct dns_record {
	char *name; /* what it is about */
	enum dns_type type;
	uint32_t address; /* DNS_A: host byte order */
	char *target; /* the other types */
	int port, weight; /* DNS_SRV */
};

struct dns_answer {
	enum dns_code code;
	struct dns_record *records; /* in the Service's order */
	size_t n;
};

struct dns_zone {
	const json_t *services, *slices; /* service_view.h */
};

/*
 * name: without the final dot, any case. A name that exists and has no record of the type: DNS_NOERROR and none.
 * Outside of the cluster's domain nothing exists. The answer is to be deinited.
 */
void dns_zone_answer(const struct dns_zone *zone, const char *name, int type,
		     struct dns_answer *ret);
void dns_answer_deinit(struct dns_answer *answer);
