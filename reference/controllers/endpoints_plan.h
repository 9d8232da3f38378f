/*
 * endpoints_plan: where a Service leads to, from its pods. Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

/*
 * Groups of endpoints that have the same ports, in the form of an EndpointSlice's lists: [{ports, endpoints}, …].
 * pods: those that the selector chooses; all of them are looked at here. New reference.
 */
json_t *endpoints_groups(const json_t *service, const json_t *pods);
/* The same out of Endpoints that somebody made by hand: one group per subset. New reference. */
json_t *endpoints_mirror(const json_t *endpoints);
/* The Endpoints object as it should be; present may be NULL. New reference. */
json_t *endpoints_object(const json_t *service, const json_t *pods, const json_t *present);

/* Whether the Service chooses its pods itself. */
bool endpoints_are_ours(const json_t *service);

#define ENDPOINTS_MANAGER_LABEL "endpoints.kubernetes.io/managed-by"
#define ENDPOINTS_MANAGER "endpoint-controller"
#define HEADLESS_LABEL "service.kubernetes.io/headless"
#define SKIP_MIRROR_LABEL "endpointslice.kubernetes.io/skip-mirror"
