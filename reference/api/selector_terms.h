/*
 * selector_terms: the inside of a label selector, for its three makers. Private to api/selector*.c.
 */
#pragma once

#include "api/selector.h"

enum term_op { TERM_IN, TERM_NOT_IN, TERM_EXISTS, TERM_NOT_EXISTS, TERM_GT, TERM_LT };

struct term {
	char *key;
	enum term_op op;
	char **values; /* NULL-terminated; one for = and != */
	bool single; /* written with = or != */
};

struct selector {
	struct term *terms;
	size_t n;
	bool nothing; /* matches no object at all */
};

/* The new term, empty; borrowed until the next call. */
struct term *selector_add(struct selector *sel, const char *key, size_t key_len, enum term_op op);
/* Grammar of keys and values; ERR_BAD_REQUEST. */
int selector_check(const struct selector *sel, struct error *err);
