/* page: report.html, one page of one or several results that needs nothing but a browser. */
#pragma once

#include "catalog.h"

/*
 * Writes the page. `results`: a list of {"file": where it was read from or null, "results": results.json}, one per column, which
 * stays the caller's. `catalog` gives the sentences; NULL: there are only the ids.
 */
int page_write(const char *path, const json_t *results, const struct catalog *catalog,
	       struct error *err);
