/*
 * link_server: a node's logs and commands, served to its API server over a unix socket.
 */
#pragma once

#include "apiserver/node_ops.h"
#include "base/loop.h"

struct link_server;

/*
 * Listens at path (mode 0600, replaced when it is there). ops are copied; their streams, metrics and disrupt are what is served.
 */
int link_server_new(struct loop *loop, const char *path, const struct node_ops *ops,
		    struct link_server **ret, struct error *err);
/* Ends every stream and removes the file. Takes NULL, returns NULL. */
struct link_server *link_server_free(struct link_server *s);
