/*
 * service_ip: the addresses and the ports on nodes that Services are given. Private to store/.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

struct kind;
struct engine;

struct service_range {
	uint32_t base, size; /* host byte order; the first and the last are not given */
	char text[20]; /* as in messages */
};

/* "10.96.0.0/16", 8 to 28 bits; ERR_INVALID. */
int service_range_parse(const char *cidr, struct service_range *ret, struct error *err);
/*
 * Gives obj what its type wants and it does not say; checks what it says. before: its present state, or NULL.
 * Objects of other kinds are left alone. STORE_REFUSED: taken, outside of the range, or none is left.
 */
int service_ip_allocate(const struct engine *s, const struct kind *k, const json_t *before,
			json_t *obj, struct error *err);
