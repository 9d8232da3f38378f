/*
 * service_view: the Services and EndpointSlices of the cluster, as this node knows them.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"

struct loop;
struct service_view;
struct store;

/* Watches; changed is called from the loop, once at the start and once for all changes of a turn. */
int service_view_new(struct store *store, struct loop *loop, void (*changed)(void *userdata),
		     void *userdata, struct service_view **ret, struct error *err);
struct service_view *service_view_free(struct service_view *v); /* takes NULL, returns NULL */

/*
 * Both borrowed, for reading. Services: "NS/NAME" -> Service. Slices: "NS/NAME" of the Service -> {slice's name ->
 * EndpointSlice}; only slices of IPv4 addresses.
 */
const json_t *service_view_services(const struct service_view *v);
const json_t *service_view_slices(const struct service_view *v);

/* ---- questions, on these two values ---- */

/* Strings are borrowed from the slice. */
struct service_endpoint {
	const char *address, *hostname, *node; /* the last two may be NULL */
	int port; /* 0: the Service has no such port */
	bool ready, serving, terminating;
};

/*
 * Calls fn for each endpoint of a Service at the port of this name ("" for the unnamed one, NULL: whatever ports there are,
 * each endpoint once with port 0).
 */
void service_each_endpoint(const json_t *slices, const char *key, const char *port,
			   void (*fn)(void *userdata, const struct service_endpoint *e),
			   void *userdata);
/* "NS/NAME"; the caller frees. */
char *service_key(const json_t *service);
