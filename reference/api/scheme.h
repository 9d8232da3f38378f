/*
 * scheme: the registry of kinds, and what is done to every object on its way in.
 *
 * decode (JSON or YAML, strict) -> default -> validate. The store calls default and validate for every
 * write; the API server and podctl decode. Kinds are static tables: pointers to them never die.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "api/names.h"
#include "api/schema.h"
#include "api/violation.h"
#include "base/error.h"

enum kind_subresource { /* what the kind has beside itself */
			SUB_STATUS = 1 << 0,
			SUB_SCALE = 1 << 1,
			SUB_LOG = 1 << 2,
			SUB_EXEC = 1 << 3,
			SUB_BINDING = 1 << 4,
			SUB_EVICTION = 1 << 5,
			SUB_FINALIZE = 1 << 6,
};

struct printer_column {
	const char *name; /* "Restarts" */
	const char *type; /* "string" | "integer" | "date" */
	const char *format; /* "name" or "" */
	int priority; /* 0: always, 1: -o wide */
	/* New reference: string or integer. now_ns: nominal, for ages. */
	json_t *(*cell)(const json_t *obj, int64_t now_ns);
};

struct kind {
	const char *group; /* "" for the core group */
	const char *version, *kind, *plural, *singular;
	const char *api_version, *resource_name, *qualified; /* see the functions of these names */
	const char *const *short_names, *const *categories; /* NULL-terminated or NULL */
	bool namespaced;
	bool graceful_delete; /* pods: a grace period before the object goes */
	unsigned subresources; /* enum kind_subresource */
	enum name_rule name_rule;
	const char *default_propagation; /* of a delete that names none: "Background" | "Orphan" */
	const char *delete_warning; /* to who deletes one without naming a propagation; may be NULL */
	const struct schema *schema;
	void (*set_defaults)(json_t *obj); /* after the table's; may be NULL */
	void (*validate)(const json_t *obj, struct violations *v);
	void (*validate_update)(const json_t *new_obj, const json_t *old_obj, struct violations *v);
	const char *const *field_labels; /* dotted paths for field selectors, NULL-terminated or NULL */
	const struct printer_column *columns; /* ends with a NULL name */
	/*
	 * Another version of a kind that the store holds: that kind, and the conversions between the two, which make
	 * new values. NULL: the store holds this one.
	 */
	const struct kind *stored_as;
	json_t *(*to_stored)(const json_t *obj);
	json_t *(*from_stored)(const json_t *stored);
	bool computed; /* no store holds it: it is made when somebody asks (metrics) */
};

/* The names of a kind of a named group, of the core group. */
#define KIND_NAMES(g, v, k, p, s)                                                                \
	.group = g, .version = v, .kind = k, .plural = p, .singular = s, .api_version = g "/" v, \
	.resource_name = p "." g, .qualified = k "." g
#define KIND_CORE_NAMES(k, p, s)                                                                  \
	.group = "", .version = "v1", .kind = k, .plural = p, .singular = s, .api_version = "v1", \
	.resource_name = p, .qualified = k

/* ---- lookups; NULL when there is none ---- */

const struct kind *scheme_kind(const char *api_version, const char *kind);
const struct kind *scheme_kind_of(const json_t *obj);
const struct kind *scheme_resource(const char *group, const char *version, const char *plural);
/* A word of a command line: plural, singular, short name or kind, any case, with or without ".group". */
const struct kind *scheme_word(const char *word);
const struct kind *scheme_next(const struct kind *prev); /* NULL starts and ends */
const struct kind *scheme_next_stored(const struct kind *prev); /* those that a store holds */
/* "v1", "apps/v1"; borrowed, static. */
const char *kind_api_version(const struct kind *k);
/* "pods", "replicasets.apps": as in messages. Borrowed, static. */
const char *kind_resource_name(const struct kind *k);
/* "Pod", "ReplicaSet.apps": as in "… is invalid". Borrowed, static. */
const char *kind_qualified(const struct kind *k);

/* ---- decoding ---- */

enum scheme_strictness { SCHEME_STRICT, SCHEME_WARN, SCHEME_IGNORE }; /* fieldValidation= */

/* One object, strict: unknown and duplicate fields are ERR_BAD_REQUEST with their paths. */
int scheme_decode(const char *data, size_t len, json_t **ret_obj, struct error *err);
/*
 * The same by choice. With SCHEME_WARN the paths' sentences come as an array in *ret_warnings (may be NULL)
 * and the fields are dropped. want: the kind it must be (fills in a missing apiVersion and kind), or NULL.
 */
int scheme_decode_as(const char *data, size_t len, const struct kind *want,
		     enum scheme_strictness strict, json_t **ret_obj, json_t **ret_warnings,
		     struct error *err);
/* A manifest: several documents, List kinds flattened. filename is for messages. New array. */
int scheme_decode_all(const char *data, size_t len, const char *filename, json_t **ret_array,
		      struct error *err);
/* Checks a value that is parsed already (a patch's result) as decoding does; prunes in place. */
int scheme_check(const struct kind *k, json_t *obj, enum scheme_strictness strict,
		 json_t **ret_warnings, struct error *err);

/* ---- rules; the kind is that of the object ---- */

void scheme_default(json_t *obj);
/* ERR_INVALID with every cause: `Pod "x" is invalid: spec.containers[0].name: Required value`. */
int scheme_validate(const json_t *obj, struct error *err);
int scheme_validate_update(const json_t *new_obj, const json_t *old_obj, struct error *err);
