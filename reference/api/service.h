/*
 * service: Service, and what others ask of one. On the JSON object.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "api/scheme.h"

extern const struct kind kind_service;

#define CLUSTER_DOMAIN "cluster.local" /* names of Services end in it */

bool service_is_external(const json_t *service); /* type ExternalName: a name for a name */
bool service_is_headless(const json_t *service); /* clusterIP None */
/* Its own address, or NULL: headless, ExternalName or not yet given one. */
const char *service_address(const json_t *service);
/* Whether the type wants a port on every node. */
bool service_wants_node_ports(const json_t *service);
/*
 * The number that this port of the service leads to in this pod: targetPort itself, or the container port of
 * that name and protocol; 0: the pod has none.
 */
int service_target_port(const json_t *port, const json_t *pod);

/*
 * What the server gave once stays when an update leaves it out: the address and the ports on the nodes, as long as
 * the type wants them. Before defaults.
 */
void service_carry_over(json_t *now, const json_t *before);
