/*
 * owning: what the rules about those who own pods share: who owns whom, and what the store held at one revision.
 *
 * Versions of different objects are compared by their revisions. Each kind has a watch of its own, and one may be behind: what a
 * version should have been preceded by is looked for only when the other watch is known to have come further (watch_is_past).
 */
#pragma once

#include "invariants/rules.h"

int64_t count_at(const struct version *v, const char *path); /* 0: it is not there */
/* The owner reference with controller: true; NULL: none. */
const json_t *controller_ref(const json_t *object);
bool is_owned_by(const struct version *v, const struct life *owner); /* v may be NULL */
/* Its controller, if that was seen and is of this kind. */
const struct life *owner_of(const struct scene *s, const struct version *v, const char *kind);
/* The version that was there at a revision; NULL: none yet, or none any more. */
const struct version *version_at(const struct life *l, uint64_t revision);
/* Seen from its creation on. */
bool is_born_here(const struct life *l);
bool watch_is_past(const struct life *lives, size_t n, const char *kind, uint64_t revision);
/* How many pods s->life has ever controlled, until s->now. */
int64_t pods_had(const struct scene *s);

/* Rules of any status with an observedGeneration. */
void observed_is_not_ahead(struct scene *s);
void observed_never_falls(struct scene *s);

extern const struct rule_set rules_ordinal, rules_statefulset;
