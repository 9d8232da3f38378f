/*
 * podctl_targets: which objects a command line means.
 */
#pragma once

#include <stdbool.h>

#include "base/error.h"
#include "cmd/podctl.h"

struct kind;

struct target {
	const struct kind *kind;
	char *ns; /* NULL: cluster-scoped, or all namespaces */
	char *name; /* NULL: all of the kind that the selectors choose */
};

struct targets {
	struct target *items;
	size_t n;
};

void targets_deinit(struct targets *t);
void targets_add(struct targets *t, const struct kind *k, const char *ns, const char *name);

/* "pods", "pods a b", "pods,rs", "pod/a rs/b", "all"; or the objects of -f. Usage errors otherwise. */
int targets_read(struct podctl *p, struct targets *ret, struct error *err);
/* "pod/a" of one word that may also be a bare pod name (logs, exec). */
int targets_read_pod(struct podctl *p, const char *word, struct target *ret, struct error *err);
/* Lists what has no name, by --selector, --field-selector: afterwards every target has one. */
int targets_expand(struct podctl *p, struct targets *t, struct error *err);
/* What most commands begin with: connects, reads the words, lists what has no name. */
int targets_find(struct podctl *p, struct targets *ret, struct error *err);

typedef int (*target_fn)(struct podctl *p, const struct target *t, void *userdata,
			 struct error *err);
/* fn for each; a fault is printed and does not end it. Returns the exit code. */
int targets_each(struct podctl *p, const struct targets *t, target_fn fn, void *userdata);

/* The path of a target with the selectors when it has no name. The caller frees. */
char *target_path(const struct podctl *p, const struct target *t);
int target_get(struct podctl *p, const struct target *t, json_t **ret, struct error *err);
void target_deinit(struct target *t);

/* "pod", "replicaset.apps": as in "pod/a created". The caller frees. */
char *kind_word(const struct kind *k);
