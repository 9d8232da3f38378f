/*
 * audit_make: the audit of a run from its results, when all its cases are over.
 */
#pragma once

#include "audit.h"
#include "result.h"

typedef bool (*audit_declares_fn)(void *userdata, const char *feature);

/* tried: cases that were run although they need one feature that is not declared; may be NULL. */
void audit_make(struct audit *a, const struct run_result *run, const struct run_result *tried,
		audit_declares_fn declares, void *userdata);
