/*
 * podd_agent_options: the command line of `podd node`.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "client/endpoint.h"

struct podd_agent_options {
	char *root, *name, *server, *kubeconfig, *token_file, *ca_file;
	char *pod_cidr, *host_root, *uplink, *images, *labels, *taints, *socket;
	char **image_files;
	bool wait;
};

/* 0, PODD_DONE, or ERR_BAD_REQUEST with a sentence for the user. *ret is filled also then; deinit it. */
int podd_agent_options_parse(struct podd_agent_options *ret, int argc, char **argv,
			     struct error *err);
void podd_agent_options_deinit(struct podd_agent_options *o);
/* Where the API server is, by --server or --kubeconfig and what goes with them. */
int podd_agent_endpoint(const struct podd_agent_options *o, struct endpoint **ret,
			struct error *err);
