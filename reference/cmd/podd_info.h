/*
 * podd_info: what podd says about itself.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "cmd/podd_options.h"

/* /apis/podd.podtest/v1/info: name, version, clockRate, local, features, root, nodeName, bootID. New reference. */
json_t *podd_info(const struct podd_options *o);
/* Adds what a kubeconfig needs: the server's address and the files of its authority and token. */
void podd_info_add_server(json_t *info, const struct podd_options *o, const char *url);
