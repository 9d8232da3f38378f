/*
 * options: the field tables of what is sent beside objects: options of a delete, the bodies of subresources
 * and of reviews.
 */
#pragma once

#include "api/schema.h"

extern const struct schema schema_delete_options, schema_eviction, schema_binding, schema_scale;
extern const struct schema schema_access_review, schema_self_review;
