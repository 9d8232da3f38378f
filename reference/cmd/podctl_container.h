/*
 * podctl_container: which container of a pod a command line means.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"

struct podctl;

/*
 * --container, else the annotation kubectl.kubernetes.io/default-container, else the first one (said on standard
 * error when there are others). Borrowed from pod or p. ERR_BAD_REQUEST when the pod has no such container.
 */
int container_choose(const struct podctl *p, const json_t *pod, const char **ret, struct error *err);
/* Every container of the pod, init containers first: a new vector. */
char **container_names(const json_t *pod);
