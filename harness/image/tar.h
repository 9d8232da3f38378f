/* tar: the same entries always give the same bytes. */
#pragma once

#include "image/blob.h"
#include "util/error.h"

struct tar;

/* Entries are kept in the order given; owner root, time 0. What goes wrong is told by tar_end(). */
struct tar *tar_new(struct blob *out);
void tar_dir(struct tar *t, const char *path, unsigned mode);
void tar_link(struct tar *t, const char *path, const char *target);
void tar_bytes(struct tar *t, const char *path, unsigned mode, const void *data, size_t len);
/* Content of a file of this machine. */
void tar_file(struct tar *t, const char *path, unsigned mode, const char *source);
/* Ends the archive and frees t in any case. */
int tar_end(struct tar *t, struct error *err);
