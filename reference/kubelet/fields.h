/*
 * fields: the downward API: what a fieldRef or resourceFieldRef stands for.
 */
#pragma once

#include <stdint.h>

#include "api/pod.h"
#include "base/error.h"

struct field_source { /* all borrowed; NULL: not known yet */
	const struct pod *pod;
	const char *pod_ip, *host_ip;
	int64_t node_cpu_milli, node_memory; /* stand in for absent limits */
};

/* "metadata.name", "metadata.labels['k']", "metadata.labels" (volumes), "status.podIP", …. The caller frees. */
int field_value(const struct field_source *s, const char *path, char **ret, struct error *err);
/* "limits.cpu" of a container by name, or of own (for NULL), in units of divisor, rounded up. */
int field_resource(const struct field_source *s, const struct pod_container *own,
		   const char *container, const char *resource, const char *divisor, char **ret,
		   struct error *err);
