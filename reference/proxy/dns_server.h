/*
 * dns_server: answers the pods' questions for names, over UDP, at an address of the node.
 */
#pragma once

#include "base/error.h"
#include "proxy/dns_zone.h"

struct dns_server;
struct loop;

/*
 * fd: a bound datagram socket, owned from here on, also after a fault. zone is asked at each question: its values are
 * those of the moment.
 */
int dns_server_new(struct loop *loop, int fd, struct dns_zone (*zone)(void *userdata),
		   void *userdata, struct dns_server **ret, struct error *err);
struct dns_server *dns_server_free(struct dns_server *d); /* takes NULL, returns NULL */
