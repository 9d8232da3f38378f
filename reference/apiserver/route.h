/*
 * route: what a request's path names. Pure.
 */
#pragma once

#include "api/scheme.h"
#include "base/defs.h"
#include "base/error.h"

enum route_type {
	ROUTE_PLAIN, /* a fixed path: discovery, health, version, podd's own */
	ROUTE_COLLECTION, /* /api/v1/pods, /api/v1/namespaces/NS/pods */
	ROUTE_OBJECT, /* …/pods/NAME[/SUB] */
};

struct route {
	enum route_type type;
	const struct kind *kind; /* not of a plain route */
	char *ns, *name, *sub; /* NULL: not in the path */
	char **words; /* the path, split and decoded */
};

/* ERR_NOT_FOUND when a resource path names no kind that is served. */
int route_parse(const char *path, struct route *ret, struct error *err);
void route_deinit(struct route *r);
