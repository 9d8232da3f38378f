/* case_echo: words that guests are told to say, so that what they said before is known to have come. */
#pragma once

#include "case.h"

/* A word of the present step for this container, awaited from now on. The caller frees. */
char *echo_new(struct case_run *c, const char *pod, const char *container);
/* Is the guest's line such a word, which is the runner's own and no event of the case? It is then no longer awaited. */
bool echo_takes_line(struct case_run *c, const json_t *line);
bool echo_all_heard(const struct case_run *c);
