/*
 * table: meta.k8s.io Table, what `get` of kubectl and podctl prints. Pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stdint.h>

#include "api/scheme.h"

enum table_version { TABLE_NONE, TABLE_V1, TABLE_V1BETA1 };

/* The first media type of an Accept header that we can serve. ACCEPT_NOTHING: none of them. */
enum { ACCEPT_NOTHING = 1 };
int table_accepted(const char *accept, enum table_version *ret);

struct table_opts {
	enum table_version version;
	const char *include_object; /* "None", "Metadata" (NULL), "Object" */
	bool no_columns; /* all but the first table of a watch */
	int64_t now_ns; /* nominal, for ages */
};

/* New reference. items: an array of objects; list_meta (may be NULL) becomes the table's metadata. */
json_t *table_new(const struct kind *k, const json_t *items, const json_t *list_meta,
		  const struct table_opts *opts);
