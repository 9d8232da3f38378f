/* report_audit: the audit of declared features as reports show it. */
#pragma once

#include "result.h"

/* The keys `audit`, `fields` and `not_run` of results.json; nothing when no audit was made. */
void audit_json(json_t *o, const struct audit *a);
/* What is worth telling: nothing when all that was declared works and all that works is declared. */
void audit_print(FILE *out, const struct audit *a);
