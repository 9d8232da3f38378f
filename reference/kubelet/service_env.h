/*
 * service_env: the variables that tell a container where the Services of its namespace are. Pure.
 */
#pragma once

#include <jansson.h>

/*
 * Adds "K=V" for each Service with an address in the namespace: NAME_SERVICE_HOST, NAME_SERVICE_PORT, one
 * NAME_SERVICE_PORT_X per named port, and for every port the older NAME_PORT_80_TCP, with _PROTO, _PORT, _ADDR.
 * services: "NS/NAME" -> Service; may be NULL.
 */
void service_env_add(const json_t *services, const char *ns, char ***env);
