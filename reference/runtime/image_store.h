/*
 * image_store: the images of a node: ROOT/images/index.json and the unpacked layers in ROOT/images/layers/ID.
 *
 * A layer's directory is named by the first 32 digits of its diff id: overlay's options have little room.
 * An image is in the index only when all its layers are complete; a layer that no image names is rubbish.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include "base/error.h"

#define LAYER_NAME_LEN 32
/*
 * Below the images: a layer with the directories and files that every container has something mounted on, so that
 * they need not be made anew for each.
 */
#define IMAGE_BASE "base"

struct image {
	struct image *next;
	char *id; /* sha256:… of the config */
	char **names; /* full: docker.io/library/busybox:latest, …@sha256:… */
	char **layers; /* directories below layers/, lowest first */
	int64_t size_bytes;
	char **entrypoint, **cmd, **env; /* NULL when the image gives none */
	char *user, *workdir, *stop_signal;
};

struct image_store {
	char *dir, *layers_dir; /* absolute */
	struct image *images;
	bool borrowed; /* set before the opening: another process owns the directory; it is read, and nothing else */
	struct timespec read; /* borrowed: the index's time of change, of what was read */
};

int image_store_open(struct image_store *s, const char *dir, struct error *err);
void image_store_close(struct image_store *s);
/* Of a borrowed directory: reads the index again if it has changed. Pointers to images are dead then. */
void image_store_refresh(struct image_store *s);
/* By name, digest or id; NULL. */
struct image *image_store_find(const struct image_store *s, const char *ref);
/*
 * Adds the image (or its names to the same image), takes the names away from others, saves the index.
 * Takes i over in any case.
 */
int image_store_add(struct image_store *s, struct image *i, struct error *err);
/* Forgets one name, and the image with its last name or when ref is its id. */
int image_store_drop(struct image_store *s, struct image *i, const char *ref, struct error *err);
/* Removes layers that no image names, and what a broken import left. */
void image_store_sweep(struct image_store *s);

struct image *image_free(struct image *i);
DEFINE_CLEANUP_FUNC(struct image *, image_free)

/* ---- image_name.c ---- */

/* "busybox" to "docker.io/library/busybox:latest"; ids stay. Owned. */
char *image_name_normal(const char *ref);
bool image_name_is_id(const char *ref); /* sha256:HEX, or at least 12 hex digits alone */

/* ---- image_layout.c, image_unpack.c ---- */

/* Reads the image (or images) of an unpacked archive, unpacks layers and adds them to the store. */
int image_layout_import(struct image_store *s, const char *dir, const char *tmp_dir,
			char ***ret_names, struct error *err);
/* Extracts the regular files of an archive into dir. */
int image_unpack_archive(const char *path, const char *dir, struct error *err);
/*
 * Unpacks one layer blob (plain or compressed) into dir, whiteouts in overlayfs' form. *ret_blob and
 * *ret_diff are the sha256 (owned, "sha256:…") of the blob and of the tar in it.
 */
int image_unpack_layer(const char *blob, const char *dir, char **ret_blob, char **ret_diff,
		       struct error *err);
