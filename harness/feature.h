/* feature: what a subject may declare and a case may need (the closed list of fixtures/README.md). */
#pragma once

#include "util/defs.h"

bool feature_known(const char *name);
/* The i-th of the list, NULL behind the last. */
const char *feature_at(size_t i);
/* The i-th path of a manifest that cannot stand there without a feature; NULL behind the last. `*` is any one key or index. */
const char *feature_path(size_t i, const char **ret_feature);
/* The feature that a field ("spec.containers[0].lifecycle.preStop") belongs to, or NULL. */
const char *feature_of_field(const char *field);
