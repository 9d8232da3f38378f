/*
 * meta_schema: field tables that every kind shares.
 */
#include "api/schema_rows.h"

static SCHEMA(schema_owner_reference, "OwnerReference", STR("apiVersion", .flags = FIELD_REQUIRED),
	      STR("kind", .flags = FIELD_REQUIRED), STR("name", .flags = FIELD_REQUIRED),
	      STR("uid", .flags = FIELD_REQUIRED), BOOL("controller", .flags = FIELD_PTR),
	      BOOL("blockOwnerDeletion", .flags = FIELD_PTR));

SCHEMA(schema_object_meta, "ObjectMeta", STR("name"), STR("generateName"), STR("namespace"),
       STR("selfLink"), STR("uid"), STR("resourceVersion"), INT64("generation"),
       TIME("creationTimestamp"), TIME("deletionTimestamp"),
       INT64("deletionGracePeriodSeconds", .flags = FIELD_PTR), STR_MAP("labels"),
       STR_MAP("annotations"), LIST("ownerReferences", schema_owner_reference, .merge_key = "uid"),
       STRS("finalizers", .flags = FIELD_SET), ANY("managedFields"));

static SCHEMA(schema_selector_requirement, "LabelSelectorRequirement",
	      STR("key", .flags = FIELD_REQUIRED | FIELD_NAMED, .rule = NAME_QUALIFIED),
	      STR("operator", .flags = FIELD_REQUIRED), STRS("values"));

SCHEMA(schema_label_selector, "LabelSelector", STR_MAP("matchLabels"),
       LIST("matchExpressions", schema_selector_requirement));

SCHEMA(schema_condition, "Condition", STR("type", .flags = FIELD_PTR),
       STR("status", .flags = FIELD_PTR), INT64("observedGeneration"), TIME("lastProbeTime"),
       TIME("lastHeartbeatTime"), TIME("lastUpdateTime"), TIME("lastTransitionTime"), STR("reason"),
       STR("message"));

SCHEMA(schema_object_reference, "ObjectReference", STR("kind"), STR("namespace"), STR("name"),
       STR("uid"), STR("apiVersion"), STR("resourceVersion"), STR("fieldPath"));

SCHEMA(schema_local_reference, "LocalObjectReference", STR("name"));
