/*
 * page: a list in pieces of `limit`, each but the last with a `continue` for the next. Pure.
 *
 * A piece goes on behind the name of the last object that was told, in the present state: an object that comes or goes
 * between two pieces may be in or not, but none is told twice and none that stays is left out.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

/*
 * Cuts items, which are sorted by namespace and name, in place. limit 0: no limit. token: the client's `continue`, or
 * NULL. meta gets `continue` and `remainingItemCount` when something is left. ERR_BAD_REQUEST: the token is not ours.
 */
int page_cut(json_t *items, int64_t limit, const char *token, json_t *meta, struct error *err);
