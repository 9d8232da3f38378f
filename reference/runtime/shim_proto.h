/*
 * shim_proto: what podd and pod-shim say to each other over ROOT/run/SANDBOX/shim.sock.
 *
 * A frame is a fixed header and a body of fields in a fixed order, host byte order (both ends are of one
 * build on one machine); descriptors travel with the header's first byte. A request carries a tag, its
 * one answer (SHIM_DONE or SHIM_FAILED) the same; events carry tag 0 unless said otherwise.
 * This module is compiled into both programs: it uses the C library alone.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define SHIM_MAX_FDS 4
#define SHIM_MAX_BODY (16u << 20)

enum shim_op {
	/* podd to shim */
	SHIM_SETUP =
		1, /* shim_setup; fds with SHIM_HOST_NET: the node's network and UTS namespaces */
	SHIM_START, /* shim_container; DONE holds shim_status */
	SHIM_SIGNAL, /* str id, u64 signal; no answer */
	SHIM_REMOVE, /* str id */
	SHIM_EXEC, /* shim_exec; fds: stdin, stdout, stderr (tty: none). Answer: started or failed */
	SHIM_EXEC_KILL, /* tag of the exec; no answer */
	SHIM_EXEC_RESIZE, /* tag of the exec, u64 cols, u64 rows; no answer */
	SHIM_STATE, /* DONE holds u64 n and n times shim_status */
	SHIM_STOP, /* kills and removes everything, answers, ends */
	/* shim to podd */
	SHIM_DONE = 64,
	SHIM_FAILED, /* u64 errno, str message */
	SHIM_EXITED, /* shim_status */
	SHIM_OOM, /* str id */
	SHIM_EXEC_TTY, /* tag of the exec; fds: the terminal's master */
	SHIM_EXEC_EXITED, /* tag of the exec, u64 code, u64 timed_out */
};

struct shim_header {
	uint32_t len; /* of the body */
	uint16_t op;
	uint16_t n_fds;
	uint64_t tag;
};

/* ---- bodies ---- */

struct shim_msg {
	struct shim_header head;
	int fds[SHIM_MAX_FDS]; /* head.n_fds of them; owned by a message that was received */
	char *body;
	size_t len, cap; /* written so far */
	size_t pos; /* read so far */
	bool bad; /* a read went past the end, or a write found no memory */
};

void shim_msg_init(struct shim_msg *m, enum shim_op op, uint64_t tag);
void shim_msg_clear(struct shim_msg *m); /* body only */

void shim_put_u64(struct shim_msg *m, uint64_t v);
void shim_put_str(struct shim_msg *m, const char *s); /* NULL is sent as "" */
uint64_t shim_get_u64(struct shim_msg *m);
const char *shim_get_str(struct shim_msg *m); /* borrowed from the body; "" when bad */
