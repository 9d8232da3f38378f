/* results: results.json, schema 1: made from a run, read again from a file. harness/README.md lists the keys. */
#pragma once

#include "result.h"
#include "util/error.h"

/* The whole of results.json; the caller drops the reference. */
json_t *results_json(const struct run_result *run);
/* Reads one. Fails, naming the file, when it is no results.json of schema 1. */
int results_load(const char *path, json_t **ret, struct error *err);
