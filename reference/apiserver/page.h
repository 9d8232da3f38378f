/*
 * page: a list in pieces of `limit`, each but the last with a `continue` for the next.
 *
 * All pieces are of the state that the first one showed: the list is kept on a shelf, and a token names its place there. The
 * shelf holds the newest PAGE_SHELF lists; a token of another one is answered 410, as one that is too old.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

#include "base/error.h"

#define PAGE_SHELF 16

struct kind; /* api/scheme.h */

struct page_list {
	uint64_t id; /* 0: nothing is kept here */
	const struct kind *kind;
	char *revision;
	json_t *items;
};

struct page_shelf { /* all zero is an empty one */
	struct page_list lists[PAGE_SHELF];
	uint64_t last_id;
};

void page_shelf_deinit(struct page_shelf *s);

/*
 * Cuts a new list in place, and keeps it when something is left. limit 0: no limit. meta has its resourceVersion, and gets
 * `continue` and `remainingItemCount` when something is left.
 */
void page_first(struct page_shelf *s, const struct kind *k, json_t *items, int64_t limit,
		json_t *meta);
/*
 * The piece that a token is about; meta gets the list's resourceVersion, too. ERR_BAD_REQUEST: the token is not ours, or of
 * another kind. ERR_GONE: its list is no longer kept.
 */
int page_next(struct page_shelf *s, const struct kind *k, const char *token, int64_t limit,
	      json_t **ret_items, json_t *meta, struct error *err);
