/*
 * dry: the mutating verbs of store/store.h without the write (dryRun=All).
 *
 * They refuse what the verb would refuse and answer what it would answer; nothing changes and no watch hears of it.
 */
#pragma once

#include "store/store.h"

int store_dry_create(struct store *s, const struct kind *k, const char *ns, json_t *obj,
		     json_t **ret_obj, struct error *err);
int store_dry_update(struct store *s, const struct kind *k, enum store_part part, json_t *obj,
		     json_t **ret_obj, struct error *err);
int store_dry_delete(struct store *s, const struct kind *k, const char *ns, const char *name,
		     const struct store_delete_opts *opts, json_t **ret_obj, bool *ret_gone,
		     struct error *err);
