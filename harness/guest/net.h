/*
 * net: addresses as texts, and one exchange with a deadline. Names are looked up in /etc/hosts only: no resolver, what a
 * test sees is what the runtime wrote there.
 */
#pragma once

#include <netinet/in.h>
#include <stddef.h>

union endpoint {
	struct sockaddr sa;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
};

#define ENDPOINT_TEXT INET6_ADDRSTRLEN

/* "PORT" (any IPv4 address), "HOST:PORT" or "[IPV6]:PORT"; 0 or -errno. */
int endpoint_parse(const char *text, union endpoint *ret);
socklen_t endpoint_len(const union endpoint *e);
int endpoint_port(const union endpoint *e);
const char *endpoint_address(const union endpoint *e,
			     char buf[ENDPOINT_TEXT]); /* without the port */
