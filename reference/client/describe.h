/*
 * describe: an object and its events as kubectl describe shows them. Pure.
 */
#pragma once

#include <jansson.h>

#include "base/strbuf.h"

struct kind; /* api/scheme.h */

/* related: of a node the pods that are bound to it (an array), else NULL; events: a Table of the events about obj, or NULL. */
void describe_object(const struct kind *k, const json_t *obj, const json_t *related,
		     const json_t *events, struct strbuf *out);

/* ---- for the files of single kinds ---- */

struct describer {
	struct strbuf *out;
	int level; /* two blanks each */
};

/* "Name:         value" with the values in one column; value NULL: "<none>". */
void describe_field(struct describer *d, const char *label, const char *value);
void describe_fieldf(struct describer *d, const char *label, const char *fmt, ...) _printf_(3, 4);
void describe_head(struct describer *d, const char *label); /* "Label:" alone */
/* A map, one pair per line, the first beside the label; sep between key and value. */
void describe_map(struct describer *d, const char *label, const json_t *map, const char *sep);
/* Any value as an indented outline. */
void describe_value(struct describer *d, const char *label, const json_t *value);

void describe_node(struct describer *d, const json_t *node, const json_t *pods);
void describe_pod(struct describer *d, const json_t *pod);
void describe_pod_template(struct describer *d, const json_t *tmpl);
void describe_workload(struct describer *d, const json_t *obj);
