/*
 * image: what containers are made from. Part of runtime.h.
 */
#pragma once

#include "runtime/types.h"

struct image_info {
	char *id; /* sha256:… of the config */
	char **names;
	char **entrypoint, **cmd, **env; /* NULL-terminated, may be NULL */
	char *user, *workdir, *stop_signal; /* may be NULL */
	int64_t size_bytes;
};
struct image_info *image_info_free(struct image_info *i);
/* Resolves "name", "name:tag", "name@sha256:…" and ids as docker does (docker.io/library/ prefix, :latest). IMAGE_NOT_PRESENT. */
int image_resolve(struct runtime *rt, const char *ref, struct image_info **ret, struct error *err);
/* An OCI layout archive or directory, or a docker-save archive; unpacked once by digest. */
int image_import(struct runtime *rt, const char *path, json_t **ret_names, struct error *err);
int image_list(struct runtime *rt, json_t **ret_array, struct error *err); /* [{id, names, size}] */
int image_remove(struct runtime *rt, const char *ref,
		 struct error *err); /* RUNTIME_NOT_FOUND; refused while in use */
