/* reports: which reporters a command line asks for. */
#pragma once

#include "options.h"
#include "report.h"

struct reports {
	struct reporter *list[8]; /* NULL-terminated */
	size_t n;
};

int reports_open(struct reports *r, const struct options *o, struct error *err);
void reports_begin(struct reports *r, const struct report_begin *b);
int reports_end(struct reports *r, const struct run_result *run, struct error *err);
void reports_close(struct reports *r);
