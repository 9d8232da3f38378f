/*
 * service_rules: what a Service may say and what of it may change. Private to api/.
 */
#pragma once

#include <jansson.h>

#include "api/violation.h"

void service_validate(const json_t *service, struct violations *v);
void service_validate_update(const json_t *now, const json_t *before, struct violations *v);
/* An IPv4 or IPv6 address; adds `must be a valid IP address`. */
void service_validate_ip(const char *ip, const struct fpath *path, struct violations *v);
