/*
 * podd_lock: one podd per root, and one node.
 */
#pragma once

#include "base/error.h"

/*
 * Makes the root and locks it for as long as *ret_fd is open; writes ROOT/podd.pid. When another podd has it:
 * ERR_UNAVAILABLE, and the message names its pid.
 */
int podd_lock(const char *root, int *ret_fd, struct error *err);
/* The same, but waits for another one's end. */
int podd_lock_wait(const char *root, int *ret_fd, struct error *err);
/* The pid of who holds the lock of a root; 0: nobody. */
int podd_lock_holder(const char *root);
/* Removes ROOT/podd.pid. */
void podd_unlock(const char *root);
