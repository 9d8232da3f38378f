/*
 * pod_schema_affinity: field tables of spec.affinity.
 */
#include "api/pod_tables.h"

static SCHEMA(schema_node_requirement, "NodeSelectorRequirement",
	      STR("key", .flags = FIELD_REQUIRED),
	      STR("operator", .flags = FIELD_REQUIRED,
		  ONE_OF("In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt")),
	      STRS("values"));

static SCHEMA(schema_node_term, "NodeSelectorTerm",
	      LIST("matchExpressions", schema_node_requirement),
	      LIST("matchFields", schema_node_requirement));

SCHEMA(schema_node_selector, "NodeSelector",
       LIST("nodeSelectorTerms", schema_node_term, .flags = FIELD_REQUIRED));

static SCHEMA(schema_preferred_node, "PreferredSchedulingTerm", INT32("weight", .flags = FIELD_PTR),
	      OBJ("preference", schema_node_term));

static SCHEMA(schema_node_affinity, "NodeAffinity",
	      OBJ("requiredDuringSchedulingIgnoredDuringExecution", schema_node_selector),
	      LIST("preferredDuringSchedulingIgnoredDuringExecution", schema_preferred_node));

static SCHEMA(schema_pod_term, "PodAffinityTerm", OBJ("labelSelector", schema_label_selector),
	      STRS("namespaces"), STR("topologyKey", .flags = FIELD_REQUIRED),
	      OBJ("namespaceSelector", schema_label_selector), STRS("matchLabelKeys"),
	      STRS("mismatchLabelKeys"));

static SCHEMA(schema_weighted_pod_term, "WeightedPodAffinityTerm",
	      INT32("weight", .flags = FIELD_PTR), OBJ("podAffinityTerm", schema_pod_term));

static SCHEMA(schema_pod_affinity, "PodAffinity",
	      LIST("requiredDuringSchedulingIgnoredDuringExecution", schema_pod_term),
	      LIST("preferredDuringSchedulingIgnoredDuringExecution", schema_weighted_pod_term));

SCHEMA(schema_affinity, "Affinity", OBJ("nodeAffinity", schema_node_affinity),
       OBJ("podAffinity", schema_pod_affinity), OBJ("podAntiAffinity", schema_pod_affinity));
