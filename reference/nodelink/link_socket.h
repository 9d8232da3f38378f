/*
 * link_socket: unix sockets whose path may be longer than the 107 bytes of a socket's address.
 */
#pragma once

#include "base/error.h"

/* Listens on a new file of mode 0600; one that is there is replaced. Not blocking, close-on-exec. */
int link_socket_listen(const char *path, int *ret_fd, struct error *err);
/* ERR_UNAVAILABLE when nobody listens. Not blocking, close-on-exec. */
int link_socket_connect(const char *path, int *ret_fd, struct error *err);
