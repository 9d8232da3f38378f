/*
 * options: tables for decoding alone; who serves a subresource has its rules.
 */
#include "api/options.h"

#include "api/schema_rows.h"

static SCHEMA(schema_preconditions, "Preconditions", STR("uid", .flags = FIELD_PTR),
	      STR("resourceVersion", .flags = FIELD_PTR));

SCHEMA(schema_delete_options, "DeleteOptions", TYPE_META,
       INT64("gracePeriodSeconds", .flags = FIELD_PTR), OBJ("preconditions", schema_preconditions),
       BOOL("orphanDependents", .flags = FIELD_PTR), STR("propagationPolicy", .flags = FIELD_PTR),
       STRS("dryRun"));

SCHEMA(schema_eviction, "Eviction", TYPE_META, OBJ("metadata", schema_object_meta),
       OBJ("deleteOptions", schema_delete_options));

SCHEMA(schema_binding, "Binding", TYPE_META, OBJ("metadata", schema_object_meta),
       OBJ("target", schema_object_reference));

static SCHEMA(schema_scale_spec, "ScaleSpec", INT32("replicas"));
static SCHEMA(schema_scale_status, "ScaleStatus", INT32("replicas"), STR("selector"));

SCHEMA(schema_scale, "Scale", TYPE_META, OBJ("metadata", schema_object_meta),
       OBJ("spec", schema_scale_spec), OBJ("status", schema_scale_status));

/* ---- reviews ---- */

static SCHEMA(schema_resource_attributes, "ResourceAttributes", STR("namespace"), STR("verb"),
	      STR("group"), STR("version"), STR("resource"), STR("subresource"), STR("name"),
	      ANY("fieldSelector"), ANY("labelSelector"));

static SCHEMA(schema_non_resource, "NonResourceAttributes", STR("path"), STR("verb"));

static SCHEMA(schema_access_spec, "SelfSubjectAccessReviewSpec",
	      OBJ("resourceAttributes", schema_resource_attributes),
	      OBJ("nonResourceAttributes", schema_non_resource));

SCHEMA(schema_access_review, "SelfSubjectAccessReview", TYPE_META,
       OBJ("metadata", schema_object_meta), OBJ("spec", schema_access_spec), ANY("status"));

SCHEMA(schema_self_review, "SelfSubjectReview", TYPE_META, OBJ("metadata", schema_object_meta),
       ANY("status"));
