/*
 * workload_rules: rules and cells of the kinds that keep pods of a template. Private to api/.
 */
#pragma once

#include "api/scheme.h"
#include "api/violation.h"

/* spec.selector as a LabelSelector that is there and selects something; whose: for the message. */
void workload_validate_selector(const json_t *obj, const char *whose, struct violations *v);
/* spec.template, which the selector selects and whose pods run for ever; kind is for messages. */
void workload_validate_template(const json_t *obj, const char *kind, struct violations *v);

json_t *workload_cell_containers(const json_t *obj, int64_t now_ns);
json_t *workload_cell_images(const json_t *obj, int64_t now_ns);
json_t *workload_cell_selector(const json_t *obj, int64_t now_ns);
