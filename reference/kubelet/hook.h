/*
 * hook: runs one lifecycle handler of a container: exec, httpGet, sleep.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "kubelet/ctr.h"

struct hook;

/* err: NULL when it went well. Exactly once, from the loop; then the hook is dead. */
typedef void (*hook_done_fn)(void *userdata, const struct error *err);

/* timeout_ns: real; 0: none. Never calls done from inside. */
struct hook *hook_run(struct ctr *c, struct container *rt, const struct pod_handler *h,
		      int64_t timeout_ns, hook_done_fn done, void *userdata);
struct hook *hook_cancel(struct hook *h); /* no call follows. Takes NULL, returns NULL */
