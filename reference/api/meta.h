/*
 * meta: what every object has: metadata and status.conditions.
 *
 * Objects are jansson values in their API form. Getters return borrowed pointers, NULL (or the value
 * named) when the field is absent; they accept any JSON value and never fault.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define META_UID_SIZE 37 /* 36 characters and the NUL */

const char *meta_name(const json_t *obj);
const char *meta_namespace(const json_t *obj);
const char *meta_uid(const json_t *obj);
const char *meta_kind(const json_t *obj); /* the object's `kind` */
const char *meta_api_version(const json_t *obj);
const char *meta_generate_name(const json_t *obj);
const char *meta_deletion_timestamp(const json_t *obj);
const char *meta_creation_timestamp(const json_t *obj);
uint64_t meta_rv(const json_t *obj); /* 0: none or not a number */
int64_t meta_generation(const json_t *obj); /* 0: none */
int64_t meta_deletion_grace(const json_t *obj); /* seconds; -1: none */

json_t *meta_labels(const json_t *obj);
json_t *meta_annotations(const json_t *obj);
const char *meta_label(const json_t *obj, const char *key);
const char *meta_annotation(const json_t *obj, const char *key);
bool meta_has_finalizers(const json_t *obj);

/* obj.metadata, made when missing; borrowed. NULL only if obj is no object. */
json_t *meta_ensure(json_t *obj);
/* Sets one scalar below metadata; value NULL removes the key. */
void meta_set(json_t *obj, const char *key, const char *value);
void meta_set_int(json_t *obj, const char *key, int64_t value);
void meta_set_rv(json_t *obj, uint64_t revision);

/* ---- owners ---- */

json_t *meta_owner_refs(const json_t *obj);
/* The one owner reference with controller: true; borrowed. */
json_t *meta_controller_ref(const json_t *obj);
bool meta_is_controlled_by(const json_t *obj, const json_t *owner); /* by uid */
/* New reference {apiVersion, kind, name, uid, controller: true, blockOwnerDeletion: true}. */
json_t *meta_controller_ref_new(const json_t *owner);

/* ---- making names ---- */

/* A random (version 4) UUID. */
void meta_new_uid(char ret_uid[static META_UID_SIZE]);
/* prefix (cut to 58 bytes) and five random characters of bcdfghjklmnpqrstvwxz2456789. The caller frees. */
char *meta_make_name(const char *prefix);

/* ---- status.conditions ---- */

/* Borrowed, or NULL. */
json_t *condition_get(const json_t *obj, const char *type);
bool condition_is_true(const json_t *obj, const char *type);
/*
 * Sets a condition below obj.status.conditions (made when missing). now is an RFC 3339 time;
 * lastTransitionTime moves only when status changes. reason, message: NULL removes the field.
 * Returns whether anything changed.
 */
bool condition_set(json_t *obj, const char *type, const char *status, const char *reason,
		   const char *message, const char *now);
/* The same on a bare array of conditions. */
bool condition_array_set(json_t *conditions, const char *type, const char *status,
			 const char *reason, const char *message, const char *now);
json_t *condition_array_get(const json_t *conditions, const char *type);
