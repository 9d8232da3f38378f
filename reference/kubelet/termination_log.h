/*
 * termination_log: the file at terminationMessagePath, and what becomes of it at the end of a run.
 */
#pragma once

#include "base/error.h"
#include "kubelet/ctr.h"

/* Makes the empty file of run `attempt`; its path, owned by the caller. */
int termination_log_make(struct ctr *c, int attempt, char **ret_path, struct error *err);
/*
 * What the run left there, or, when it is empty, the exit was a failure and the policy says so: the end of the log.
 * NULL: nothing. The caller frees.
 */
char *termination_log_read(struct ctr *c, int attempt, bool failed);
/* ROOT/logs/POD/CONTAINER/ATTEMPT.log; the caller frees. */
char *ctr_log_path(const struct ctr *c, int attempt);
