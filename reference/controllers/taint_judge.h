/*
 * taint_judge: may a pod stay on a node that has taints of effect NoExecute, and for how long? Pure.
 */
#pragma once

#include <jansson.h>
#include <stdint.h>

enum taint_verdict {
	TAINT_NONE, /* there is none, or no node: it stays */
	TAINT_TOLERATED, /* each of them, for ever */
	TAINT_LIMITED, /* each of them, but not for ever */
	TAINT_EVICTS, /* now */
};

/* node may be NULL. *ret_seconds is set for TAINT_LIMITED: the shortest span that a toleration in use allows. */
enum taint_verdict taint_judge(const json_t *pod, const json_t *node, int64_t *ret_seconds);
