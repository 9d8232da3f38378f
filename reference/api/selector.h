/*
 * selector: label selectors (text and object form, equality and sets) and field selectors.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/defs.h"
#include "base/error.h"

struct kind; /* api/scheme.h */
struct selector;
struct field_selector;

/*
 * "a=b,c==d,e!=f,g in (x,y),h notin (z),i,!j,k>1,l<2". NULL and "" match everything.
 * ERR_BAD_REQUEST when the text is no selector.
 */
int selector_parse(const char *text, struct selector **ret, struct error *err);
/* A LabelSelector {matchLabels, matchExpressions}. NULL matches nothing, {} everything. ERR_INVALID. */
int selector_from_object(const json_t *label_selector, struct selector **ret, struct error *err);
/* A plain map of labels (a ReplicationController's spec.selector); NULL or {} matches everything. */
int selector_from_map(const json_t *map, struct selector **ret, struct error *err);

/* labels may be NULL. A NULL selector matches everything. */
bool selector_matches(const struct selector *sel, const json_t *labels);
bool selector_is_empty(const struct selector *sel); /* matches everything for want of terms */
/* The text form, terms sorted by key; the caller frees. */
char *selector_format(const struct selector *sel);
struct selector *selector_free(struct selector *sel); /* takes NULL, returns NULL */
DEFINE_CLEANUP_FUNC(struct selector *, selector_free)

/*
 * "metadata.name=x,status.phase!=Failed". Only the fields that the kind lists (and metadata.name,
 * metadata.namespace) may be named: ERR_BAD_REQUEST `field label not supported: …` otherwise. k NULL: any.
 */
int field_selector_parse(const struct kind *k, const char *text, struct field_selector **ret,
			 struct error *err);
bool field_selector_matches(const struct field_selector *sel, const json_t *obj);
/* The value that `path=` demands, or NULL: a list can use it as an index (metadata.name). Borrowed. */
const char *field_selector_value(const struct field_selector *sel, const char *path);
char *field_selector_format(const struct field_selector *sel);
struct field_selector *field_selector_free(struct field_selector *sel);
DEFINE_CLEANUP_FUNC(struct field_selector *, field_selector_free)
