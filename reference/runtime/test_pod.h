/*
 * test_pod: a sandbox and its containers, for tests; see test_root.h. Failing to start fails the test.
 */
#pragma once

#include "runtime/test_root.h"

/* ---- pods ---- */

static _unused_ struct sandbox *run_sandbox(bool share_pid)
{
	_cleanup_json_ json_t *labels = json_pack("{s:s}", "app", "x");
	_cleanup_free_ char *logs = fs_join(f.root, "logs");
	struct sandbox_config cfg = { .id = "pod1",
				      .hostname = "pod-one",
				      .log_dir = logs,
				      .resolv_conf = "nameserver 10.0.0.1\n",
				      .share_pid = share_pid,
				      .labels = labels };
	struct sandbox *sb = NULL;

	CHECK_OK(sandbox_run(f.rt, &cfg, on_done, &f.done, &sb, &f.err), &f.err);
	wait_flag(&f.done);
	CHECK_STR(f.err.message, NULL);
	return sb;
}

static _unused_ struct container *start_with(struct sandbox *sb, struct container_config *cfg,
					     const char *id, const char *script)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)(uintptr_t)script, NULL };
	char *env[] = { (char *)"PATH=/bin", (char *)"COLOR=blue", NULL };
	_cleanup_free_ char *log = str_printf("%s/logs/%s.log", f.root, id);
	_cleanup_json_ json_t *labels = json_pack("{s:s}", "name", id);
	struct container *c = NULL;

	cfg->id = id;
	cfg->image = "busybox:test";
	cfg->argv = cfg->argv ? cfg->argv : argv;
	cfg->env = env;
	cfg->log_path = log;
	cfg->labels = labels;
	CHECK_OK(container_start(sb, cfg, on_done, &f.done, &c, &f.err), &f.err);
	wait_flag(&f.done);
	return c;
}

static _unused_ struct container *start(struct sandbox *sb, const char *id, const char *script)
{
	struct container_config cfg = { .uid = -1, .gid = -1 };
	struct container *c = start_with(sb, &cfg, id, script);

	CHECK_STR(f.err.message, NULL);
	return c;
}

/* Valid until the next call. */
static _unused_ const char *log_of(const char *id)
{
	_cleanup_free_ char *path = str_printf("%s/logs/%s.log", f.root, id);
	static char *text;

	free(take_ptr(text));
	fs_read_file(AT_FDCWD, path, 1 << 24, &text, NULL, NULL);
	return text ? text : "";
}

static _unused_ int exit_code(const struct container *c)
{
	struct container_status st;

	container_get_status(c, &st);
	return st.state == CONTAINER_STOPPED ? st.exit_code : -1;
}
