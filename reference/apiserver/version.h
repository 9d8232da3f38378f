/*
 * version: a kind that the store holds in another version of its group.
 */
#pragma once

#include "api/scheme.h"

/* The kind that the store knows; k itself where it is that. */
const struct kind *version_stored(const struct kind *k);
/* Replaces *obj, an object of k, by the one that the store holds; and back. */
void version_to_stored(const struct kind *k, json_t **obj);
void version_from_stored(const struct kind *k, json_t **obj);
