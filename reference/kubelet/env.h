/*
 * env: a container's environment. Pure but for the lookups it is given.
 */
#pragma once

#include <jansson.h>

#include "api/pod.h"
#include "base/error.h"
#include "kubelet/fields.h"

struct env_source {
	struct field_source fields;
	const json_t *services; /* "NS/NAME" -> Service; NULL: none are told of */
	/* The ConfigMap or Secret; 0 with a new reference, positive when there is none. */
	int (*lookup)(void *ctx, bool secret, const char *name, json_t **ret_obj);
	void *ctx;
};

/*
 * *ret: "K=V" of Services, envFrom and env, $(VAR) expanded, a name once. Fails with the reason
 * CreateContainerConfigError and the field's own words: `configmap "x" not found`.
 */
int env_make(const struct env_source *s, const struct pod_container *c, char ***ret,
	     struct error *err);
