/*
 * test_exec: commands in containers, for tests; they are waited for.
 */
#pragma once

#include "runtime/test_pod.h"

/* ---- execs ---- */

struct run {
	struct strbuf out;
	bool ended, timed_out;
	int code;
	struct error err;
};

static _unused_ void on_output(void *userdata, int stream, const char *data, size_t len)
{
	struct run *r = userdata;

	(void)stream;
	strbuf_add(&r->out, data, len);
}

static _unused_ void on_exec_done(void *userdata, int code, bool timed_out, const struct error *err)
{
	struct run *r = userdata;

	r->code = code;
	r->timed_out = timed_out;
	if (err)
		error_copy(&r->err, err);
	r->ended = true;
}

static const struct exec_events exec_events = { on_output, on_exec_done };

static _unused_ void exec_with(struct container *c, struct exec_config *cfg, const char *script,
			       struct run *r)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)(uintptr_t)script, NULL };

	*r = (struct run){ .code = -2 };
	cfg->argv = cfg->argv ? cfg->argv : argv;
	CHECK_OK(container_exec(c, cfg, &exec_events, r, NULL, &f.err), &f.err);
	if (!loop_run_until(f.loop, &r->ended, PATIENCE))
		TEST_FAIL("exec did not end");
}

static _unused_ char *output_of(struct container *c, const char *script)
{
	struct exec_config cfg = { .argv = NULL };
	struct run r;

	exec_with(c, &cfg, script, &r);
	CHECK_STR(r.err.message, NULL);
	CHECK_INT(r.code, 0);
	return strbuf_take(&r.out);
}
