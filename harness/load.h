/* load: burns every core while a run is under way (--load). */
#pragma once

#include "util/defs.h"

struct load;

struct load *load_start(void);
struct load *load_stop(struct load *l); /* NULL is allowed */
