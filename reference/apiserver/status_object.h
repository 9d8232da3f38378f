/*
 * status_object: Kubernetes' Status, the answer of everything that is no object. Pure.
 */
#pragma once

#include <jansson.h>

#include "apiserver/route.h"
#include "base/error.h"

/* route (may be NULL) names the object in details. New reference; its "code" is the HTTP status. */
json_t *status_failure(const struct error *err, const struct route *route);
/* details may be NULL; a reference of it is kept. */
json_t *status_success(int http_code, json_t *details);
