/*
 * podd_options: podd's command line.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "controllers/controllers.h"

#define PODD_VERSION "0.1.0"

enum { PODD_DONE = 1 }; /* --help or --version: printed, nothing left to do */

struct podd_options {
	char *root;
	double clock_rate;
	char **listen; /* "unix:PATH", "tcp:127.0.0.1:PORT" */
	char *node_name, *pod_cidr, *service_cidr, *host_root, *manifests;
	unsigned nodes; /* how many, with the first */
	char *node_labels, *taints, *log_level; /* of the others; NULL: none */
	bool cleanup, host_network;
	struct controllers_config controllers;
};

/* ERR_BAD_REQUEST with a sentence for the user. *ret is filled also then; deinit it. */
int podd_options_parse(struct podd_options *ret, int argc, char **argv, struct error *err);
void podd_options_deinit(struct podd_options *o);
