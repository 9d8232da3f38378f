/* doc_scalar: the type of a YAML scalar, and whether a text needs quotes to stay one. */
#pragma once

#include "util/defs.h"

/* A new value; NULL when the text is not UTF-8. Only plain (unquoted) scalars are other than text. */
json_t *doc_scalar(const char *text, size_t len, bool plain);
/* Would a plain scalar of this text be read as something else? */
bool doc_scalar_is_special(const char *text);
