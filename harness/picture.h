/* picture: what a drawing of a case's pods needs of its history. */
#pragma once

#include "history.h"

/*
 * A list of {"t": seconds since the case began, "early": how much earlier it may have been (left out below a millisecond), "from": guest,
 * lost, watch or did, "who": pod or pod/container, "what": the event's first word, or all for did, "is": its content in a few words, "init":
 * true for an init container's state}, by time. The caller drops the reference.
 */
json_t *picture_events(const struct history *h);
