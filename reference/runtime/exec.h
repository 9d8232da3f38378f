/*
 * exec: commands in running containers. Part of runtime.h.
 */
#pragma once

#include "runtime/types.h"

struct exec;
struct exec_config {
	char *const *argv;
	bool stdin_open, tty;
	int64_t timeout_ns; /* real time; 0: none. Then the exec'd process alone is killed and timed_out is set. */
};
struct exec_events {
	void (*output)(void *userdata, int stream /* 1 | 2 */, const char *data, size_t len);
	/* Last call. exit_code is -1 when it could not be started (err says why). */
	void (*done)(void *userdata, int exit_code, bool timed_out, const struct error *err);
};
int container_exec(struct container *c, const struct exec_config *cfg, const struct exec_events *ev,
		   void *userdata, struct exec **ret_exec, struct error *err);
int exec_write(struct exec *e, const char *data, size_t len); /* to stdin; queued */
void exec_close_stdin(struct exec *e);
void exec_resize(struct exec *e, unsigned short cols, unsigned short rows);
struct exec *exec_cancel(struct exec *e); /* kills it; no event follows. Takes NULL, returns NULL. */
