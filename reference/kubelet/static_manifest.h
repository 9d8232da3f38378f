/*
 * static_manifest: from a manifest file of the node to the pod that it stands for. Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>

#include "base/error.h"

#define STATIC_HASH "kubernetes.io/config.hash"
#define STATIC_MIRROR "kubernetes.io/config.mirror"

/*
 * The pod of a manifest (YAML or JSON) on this node: NAME-NODE, bound, with a uid that follows from node, file name and content, so
 * that a new podd finds what runs. ERR_INVALID, ERR_BAD_REQUEST: with the reason. file: its name alone.
 */
int static_manifest_read(const char *text, const char *file, const char *node, json_t **ret_pod,
			 struct error *err);

/* What the API shows of it: the same pod, marked, without uid and status. New reference. */
json_t *static_manifest_mirror(const json_t *pod);
/* The uid of the pod that an object of the API stands for; NULL: it is no mirror. Borrowed. */
const char *static_manifest_mirrored(const json_t *object);
