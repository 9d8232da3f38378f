/*
 * garbage_decide: what is to happen to one object because of its owners or its own deletion; pure.
 */
#pragma once

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>

#define FINALIZER_ORPHAN "orphan"
#define FINALIZER_FOREGROUND "foregroundDeletion"

enum owner_state {
	OWNER_SOLID, /* there, or nobody can tell */
	OWNER_DANGLING, /* no object of that uid in reach */
	OWNER_WAITING, /* is being deleted and waits for its dependents */
};

enum garbage_action {
	GARBAGE_KEEP,
	GARBAGE_ORPHAN, /* take the references to it out of its dependents, then end its finalizer */
	GARBAGE_DELETE_DEPENDENTS, /* foreground: dependents first */
	GARBAGE_DROP_REFS, /* some owners are left: take the others' references out */
	GARBAGE_DELETE, /* no owner is left */
};

/* states: one per owner reference of obj, in their order. */
enum garbage_action garbage_decide(const json_t *obj, const enum owner_state *states, size_t n);

bool object_has_finalizer(const json_t *obj, const char *finalizer);
json_t *object_without_finalizer(const json_t *obj, const char *finalizer); /* a copy */
/* obj waits for its dependents (foreground deletion has begun). */
bool object_waits_for_dependents(const json_t *obj);
