/* kinds: the words of fixtures (pod, rs, configmap, …) and what Kubernetes calls them. */
#pragma once

#include "util/defs.h"

struct kind {
	const char *word; /* in fixtures: "rs" */
	const char *kind; /* "ReplicaSet" */
	const char *group; /* "/api/v1", "/apis/apps/v1" */
	const char *plural; /* "replicasets" */
	const char *api_version;
	const char *part; /* of the object of its name, which takes it: "eviction" of pods; else NULL */
	bool cluster; /* not in a namespace */
	bool watched; /* the runner watches it */
};

/* By word, kind or plural, in any case of letters; NULL when unknown. */
const struct kind *kind_find(const char *name);
/* Of no namespace, and none itself: a case that makes one removes it itself. NULL: false. */
bool kind_is_outside(const struct kind *k);
const struct kind *kind_at(size_t i); /* NULL behind the last */
