/*
 * ctr_kill: stops one container in decency: preStop, its turn, TERM, KILL.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "kubelet/ctr.h"

/*
 * Begins to stop a running container; grace_ns is real time from now, preStop included. At least 2 s lie
 * between TERM and KILL. ordered: a sidecar waits for its turn (pod termination). message: of the event Killing,
 * NULL for "Stopping container NAME". A stop that is under way goes on as it was begun.
 */
void ctr_kill(struct ctr *c, int64_t grace_ns, bool ordered, const char *message);
/* Someone exited: perhaps it is our turn. */
void ctr_kill_advance(struct ctr *c);
struct ctr_kill *ctr_kill_free(struct ctr_kill *kill); /* takes NULL, returns NULL */
