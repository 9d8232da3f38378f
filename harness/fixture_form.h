/* fixture_form: is a Case document well-formed? Every fault names file and line. */
#pragma once

#include "doc.h"
#include "fixture.h"

/* Checks the whole Case (without its template), 0 or -1. */
int fixture_form_check(const json_t *doc, const struct doc_lines *lines, const char *file,
		       struct error *err);
/* STEP_… of a step's key, or -1. */
int fixture_step_kind(const char *name);
