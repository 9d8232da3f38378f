/*
 * lookup: names by the container's /etc/resolv.conf, as a resolver would ask: its servers, search list and ndots.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#define LOOKUP_RECORDS 64
#define LOOKUP_NAME 256

enum lookup_type {
	LOOKUP_A = 1,
	LOOKUP_CNAME = 5,
	LOOKUP_PTR = 12,
	LOOKUP_AAAA = 28,
	LOOKUP_SRV = 33
};

struct lookup {
	char asked[LOOKUP_NAME]; /* the full name that was answered last */
	char code[24]; /* NOERROR, NXDOMAIN, SERVFAIL, REFUSED, "RCODE n", or an errno's name */
	char records[LOOKUP_RECORDS]
		    [LOOKUP_NAME + 16]; /* addresses, names, "PORT NAME" of SRV; sorted */
	size_t n;
};

/* Fills the answer; a name with a final dot is taken as it is. */
void lookup(const char *name, enum lookup_type type, struct lookup *ret);

/* ---- ask.c: the tools `lookup` and `ask` ---- */

int tool_lookup(int argc, char **argv);
int tool_ask(int argc, char **argv);
