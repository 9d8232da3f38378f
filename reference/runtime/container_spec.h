/*
 * container_spec: what the shim is to do for a container, and the parts of it that take a module of their own.
 */
#pragma once

#include "runtime/objects.h"

/* shim_container_clear() frees it. */
int container_spec_make(struct container *c, const struct container_config *cfg,
			const struct image *image, struct shim_container *ret, struct error *err);

/* ---- seccomp.c, caps.c ---- */

int seccomp_default(struct shim_blob *ret, struct error *err);
/* The default set of container runtimes, changed as asked. */
int caps_mask(const struct container_config *cfg, uint64_t *ret, struct error *err);
