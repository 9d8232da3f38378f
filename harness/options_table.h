/* options_table: the table behind options.h, for help and completion. */
#pragma once

#include "options.h"

/* OPT_LIST: words with commas between them, said once. */
enum option_kind { OPT_FLAG, OPT_TEXT, OPT_LIST, OPT_COUNT, OPT_FACTOR, OPT_SEED };

struct option_row {
	const char *name;
	enum option_kind kind;
	size_t offset;
	const char *value, *help;
};

void options_help(FILE *out);
/* The i-th option's name, NULL behind the last. */
const char *options_name(size_t i);
