/*
 * podd_lock: one podd per root.
 */
#pragma once

#include "base/error.h"

/*
 * Makes the root and locks it for as long as *ret_fd is open; writes ROOT/podd.pid. When another podd has it:
 * ERR_UNAVAILABLE, and the message names its pid.
 */
int podd_lock(const char *root, int *ret_fd, struct error *err);
/* Removes ROOT/podd.pid. */
void podd_unlock(const char *root);
