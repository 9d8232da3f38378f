/*
 * logs: reading what containers have written, in the CRI format. Part of runtime.h.
 */
#pragma once

#include "base/loop.h"
#include "runtime/types.h"

struct growth; /* runtime/growth.h */
struct log_reader;
struct log_opts {
	bool follow, timestamps;
	int64_t tail_lines; /* -1: all */
	int64_t since_ns; /* nominal; 0: all */
	int64_t limit_bytes; /* -1: none */
	struct growth *growth; /* for follow; NULL: one of its own */
};
struct log_events {
	void (*data)(void *userdata, const char *data, size_t len); /* formatted as asked */
	void (*done)(void *userdata, const struct error *err);
};
/* With follow it ends when the writer is gone (log_reader_writer_gone() was called) and all is read; uses inotify, no polling. */
int log_reader_new(struct loop *loop, const char *path, const struct log_opts *opts,
		   const struct log_events *ev, void *userdata, struct log_reader **ret,
		   struct error *err);
void log_reader_writer_gone(struct log_reader *r);
struct log_reader *log_reader_free(struct log_reader *r);
