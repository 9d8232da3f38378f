/*
 * endpoints: EndpointSlice, and the older Endpoints: where a Service leads to.
 */
#pragma once

#include "api/scheme.h"

extern const struct kind kind_endpoints, kind_endpointslice;

#define SLICE_SERVICE_LABEL "kubernetes.io/service-name"
#define SLICE_MANAGER_LABEL "endpointslice.kubernetes.io/managed-by"
#define SLICE_MAX_ENDPOINTS 1000
