/* report_file: files that appear whole. */
#pragma once

#include "util/defs.h"
#include "util/error.h"

/* A file that is complete or not there: written beside PATH (folders are made), renamed by report_file_end(). */
struct report_file {
	FILE *out;
	char *path, *temporary;
};
int report_file_begin(struct report_file *f, const char *path, struct error *err);
int report_file_end(struct report_file *f, struct error *err);
