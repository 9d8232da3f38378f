/* case_follow: the followed logs of a case's guests. */
#pragma once

#include "case.h"

void case_follow_pod(struct case_run *c, const json_t *pod);
void case_follows_end(struct case_run *c);
/* Have all containers that speak only through their log been read up to their end? */
bool case_follows_ended(const struct case_run *c, const char *pod, const char *container);
bool case_uses_log_only(const json_t *container);
