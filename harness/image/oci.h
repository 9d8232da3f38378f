/* oci: an image archive of one layer, as podman, containerd, kind and podd load it. */
#pragma once

#include "image/blob.h"
#include "util/error.h"

struct oci_image {
	const char *name; /* "localhost/podtest/guest:v1" */
	const json_t *config; /* the runtime part: Entrypoint, Cmd, Env, … */
	const struct blob *layer; /* an uncompressed tar */
};

/* The whole archive into *out. */
int oci_archive(const struct oci_image *image, struct blob *out, struct error *err);
