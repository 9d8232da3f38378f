/*
 * link_request: the requests of apiserver/node_ops.h as JSON, and back.
 */
#pragma once

#include <jansson.h>

#include "apiserver/node_ops.h"

json_t *link_log_request(const struct node_log_request *req);
/* Borrows from v. */
struct node_log_request link_read_log_request(const json_t *v);

/* verb: "exec" or "attach" */
json_t *link_exec_request(const char *verb, const struct node_exec_request *req);
/* Borrows from v but for argv, which the caller frees (strv_free). */
struct node_exec_request link_read_exec_request(const json_t *v, char ***ret_argv);

json_t *link_forward_request(const struct node_forward_request *req);
/* Borrows from v. */
struct node_forward_request link_read_forward_request(const json_t *v);
