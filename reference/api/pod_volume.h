/*
 * pod_volume: typed view of a pod's volumes. Part of api/pod.h; strings as there.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum pod_volume_type {
	VOLUME_EMPTY_DIR,
	VOLUME_HOST_PATH,
	VOLUME_CONFIG_MAP,
	VOLUME_SECRET,
	VOLUME_DOWNWARD_API,
	VOLUME_PROJECTED,
	VOLUME_CLAIM, /* a PersistentVolumeClaim */
	VOLUME_OTHER, /* a source that nothing here can mount; `source_name` says which */
};

/* A key of a ConfigMap or Secret to a path, or (downward API) a field or resource to a path. */
struct pod_volume_item {
	const char *key; /* key; field path; or "limits.cpu" */
	const char *path;
	const char *container, *divisor; /* resourceFieldRef */
	bool is_resource;
	int mode; /* -1: the default mode */
};

enum pod_projection_type {
	PROJECT_CONFIG_MAP,
	PROJECT_SECRET,
	PROJECT_DOWNWARD_API,
	PROJECT_TOKEN, /* serviceAccountToken: path in items[0] */
	PROJECT_OTHER,
};

/* ConfigMap, Secret and downward API volumes have exactly one projection, projected ones any number. */
struct pod_projection {
	enum pod_projection_type type;
	const char *ref; /* name of the ConfigMap or Secret */
	bool optional;
	bool all_keys; /* no items given */
	struct pod_volume_item *items;
	size_t n_items;
	int64_t expiration_seconds; /* token */
};

struct pod_volume {
	const char *name;
	enum pod_volume_type type;
	const char *source_name; /* "emptyDir", "nfs", … */
	const char *medium; /* emptyDir: "" | "Memory" | "HugePages…" */
	int64_t size_limit; /* emptyDir; -1: none */
	const char *host_path, *host_path_type; /* type: "" when not given */
	const char *claim;
	bool read_only; /* claim */
	int default_mode; /* 0644 */
	struct pod_projection *projections;
	size_t n_projections;
};
