/*
 * meta_rules: what holds for the metadata of every kind. Private to api/.
 */
#pragma once

#include "api/scheme.h"
#include "api/violation.h"

void meta_validate(const struct kind *k, const json_t *obj, struct violations *v);
void meta_validate_update(const json_t *new_obj, const json_t *old_obj, struct violations *v);
/* Labels alone, of a template or of an object. */
void meta_validate_labels(const json_t *labels, const struct fpath *path, struct violations *v);
/* Annotations alone. */
void meta_validate_annotations(const json_t *annotations, const struct fpath *path,
			       struct violations *v);
/* A LabelSelector's operators and values. */
void meta_validate_selector(const json_t *selector, const struct fpath *path, struct violations *v);
