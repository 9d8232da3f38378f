/* paths: where the program's companions are: in the build tree, or installed. */
#pragma once

#include "util/defs.h"

/* A companion directory of the source tree ("fixtures", "conformance/requirements"); NULL when it is nowhere. The caller frees. */
char *paths_data(const char *name);
/* A companion program ("podd", "guest"): beside this one, or in ../libexec/podtest. */
char *paths_program(const char *name);
/* An image archive ("guest.tar"). */
char *paths_image(const char *name);
