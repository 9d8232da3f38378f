/*
 * podd_program: the programs that belong to podd.
 */
#pragma once

#include "base/error.h"

/* podd itself; the caller frees. */
int podd_program_self(char **ret, struct error *err);
/* A helper: beside podd, or where `make install` puts it. The caller frees. */
int podd_program_find(const char *name, char **ret, struct error *err);
