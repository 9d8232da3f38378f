/*
 * hpa_rules: what the spec of a HorizontalPodAutoscaler may say. Private to api/.
 */
#pragma once

#include "api/violation.h"

void hpa_validate(const json_t *hpa, struct violations *v);
