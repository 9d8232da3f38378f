/*
 * podctl_manifest: the objects of -f FILE, DIRECTORY or -.
 */
#pragma once

#include <jansson.h>

#include "base/error.h"
#include "cmd/podctl.h"

struct kind;

/* One object of a file. */
struct manifest {
	const struct kind *kind;
	json_t *obj; /* owned; its namespace is filled in */
	char *file; /* as named, for messages */
};

struct manifests {
	struct manifest *items;
	size_t n;
};

void manifests_deinit(struct manifests *m);
/*
 * All objects of the files, lists taken apart. ERR_BAD_REQUEST with FILE:LINE where the text is broken; a kind that
 * nobody serves, and a namespace other than an explicit -n, are refused too.
 */
int manifests_read(const struct podctl *p, char *const *files, struct manifests *m,
		   struct error *err);
