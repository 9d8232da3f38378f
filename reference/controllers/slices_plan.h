/*
 * slices_plan: what to do so that the EndpointSlices of a Service hold what they should. Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

struct slices_wish {
	const json_t *owner; /* the Service, or the Endpoints that are mirrored */
	const char *manager; /* value of SLICE_MANAGER_LABEL */
	const json_t *groups; /* endpoints_plan.h */
	bool placeholder; /* an empty slice when there is nothing at all */
	bool headless;
	size_t room; /* endpoints per slice */
};

struct slices_plan {
	json_t *create, *update, *remove; /* arrays of slices; update has the new states */
};

/* present: the slices of this manager for this Service. The plan is to be deinited. */
void slices_plan_make(const struct slices_wish *wish, const json_t *present,
		      struct slices_plan *ret);
void slices_plan_deinit(struct slices_plan *plan);
