/*
 * shim_wire: frames over a connected, non-blocking unix stream socket; used at both ends.
 *
 * Reading takes the header first and then exactly its body, so descriptors always belong to the frame
 * they came with. Writing never blocks: what the socket does not take is queued.
 */
#pragma once

#include <stdbool.h>

#include "runtime/shim_proto.h"

struct shim_out;

struct shim_wire {
	int fd; /* owned; -1: closed */
	struct shim_msg in; /* being received */
	size_t got; /* of header and body together */
	struct shim_out *out, **out_end;
};

/* Takes fd over. */
void shim_wire_init(struct shim_wire *w, int fd);
void shim_wire_deinit(struct shim_wire *w);

/*
 * One frame if a whole one is there: 1 and *ret, whose body and descriptors the caller owns
 * (shim_wire_drop()). 0: not yet. -1: the other end is gone or talks nonsense.
 */
int shim_wire_read(struct shim_wire *w, struct shim_msg *ret);
void shim_wire_drop(struct shim_msg *m); /* body, and descriptors that were not taken (set to -1) */

/* Takes over the body of m; descriptors in m->fds are duplicated. 0, or -1 when the other end is gone. */
int shim_wire_send(struct shim_wire *w, struct shim_msg *m);
int shim_wire_flush(struct shim_wire *w); /* when the socket can take more: 0 or -1 */
bool shim_wire_pending(const struct shim_wire *w); /* something waits for the socket */
