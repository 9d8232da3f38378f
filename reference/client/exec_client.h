/*
 * exec_client: a command in a container, over Kubernetes' WebSocket protocol (v4.channel.k8s.io, v5).
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "client/rest_client.h"

struct exec_options {
	bool stdin_open; /* our standard input goes in */
	bool tty; /* a terminal there; ours becomes raw meanwhile */
};

/*
 * path: .../pods/NAME/exec?command=…; blocks until the command has ended. *ret_code: its exit status.
 * ERR_* of the Status when it could not run, or of the server's refusal to upgrade.
 */
int exec_run(struct rest_client *c, const char *path, const struct exec_options *options,
	     int *ret_code, struct error *err);
