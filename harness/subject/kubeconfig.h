/* kubeconfig: where a cluster is and who we are there. */
#pragma once

#include "util/defs.h"
#include "util/error.h"

struct kubeconfig {
	char *server, *ca, *cert, *key, *token; /* PEM texts; NULL where not given */
	char *unix_socket; /* set when there is no file at all */
	bool insecure;
};

/* The current context of the file. Certificates may be given as files (relative to it) or as *-data. */
int kubeconfig_load(const char *path, struct kubeconfig *ret, struct error *err);
void kubeconfig_clear(struct kubeconfig *c);
