/*
 * test_wait: what a test of real pods holds, and waiting for it: by the loop, until a fact holds.
 */
#pragma once

#include <limits.h>

#include "base/fsutil.h"
#include "base/test.h"
#include "runtime/runtime.h"

#define PATIENCE (20 * NSEC_PER_SEC)

static struct fixture {
	char dir[64], root[80], bin[PATH_MAX];
	struct loop *loop;
	struct clock clock;
	struct runtime *rt;
	bool ready, done;
	int exits, ooms, gone;
	struct error err;
} f;

/* ---- callbacks and waiting ---- */

static _unused_ void on_event(void *userdata, const struct runtime_event *ev)
{
	(void)userdata;
	f.exits += ev->type == CONTAINER_EXITED;
	f.ooms += ev->type == CONTAINER_OOM;
	f.gone += ev->type == SANDBOX_GONE;
}

static _unused_ void on_done(void *userdata, const struct error *err)
{
	bool *flag = userdata;

	error_clear(&f.err);
	if (err)
		error_copy(&f.err, err);
	*flag = true;
}

static _unused_ void on_ready(void *userdata, const struct error *err)
{
	(void)userdata;
	on_done(&f.ready, err);
}

static _unused_ void wait_flag(bool *flag)
{
	if (!loop_run_until(f.loop, flag, PATIENCE))
		TEST_FAIL("waited in vain");
	*flag = false;
}

static _unused_ void wait_count(const int *count, int want)
{
	bool never = false;

	for (int i = 0; *count < want && i < 2000; i++)
		loop_run_until(f.loop, &never, 10 * NSEC_PER_MSEC);
	CHECK_INT(*count, want);
}
