/*
 * shim_client: podd's end of a shim's socket: requests with their answers, and events.
 */
#pragma once

#include <stdint.h>

#include "base/error.h"
#include "base/loop.h"
#include "runtime/shim_proto.h"
#include "runtime/shim_wire.h"

struct shim_client;

struct shim_client_events {
	void (*event)(void *userdata, struct shim_msg *m); /* not an answer; m is borrowed */
	/* The shim is gone. Open requests have been answered before. It may free the client. */
	void (*gone)(void *userdata);
};

/*
 * Called once, from the loop. err is NULL when the shim did as asked, and m (borrowed) is its answer;
 * otherwise err has its words (errnum set; ERR_UNAVAILABLE when the shim is gone).
 */
typedef void (*shim_answer_fn)(void *userdata, struct shim_msg *m, const struct error *err);

/* dir_fd: of ROOT/run/SANDBOX. */
int shim_client_new(struct loop *loop, int dir_fd, const struct shim_client_events *ev,
		    void *userdata, struct shim_client **ret, struct error *err);
/* Takes NULL, returns NULL. Open requests are forgotten uncalled. */
struct shim_client *shim_client_free(struct shim_client *c);
DEFINE_CLEANUP_FUNC(struct shim_client *, shim_client_free)

uint64_t shim_client_tag(struct shim_client *c); /* a new one, for shim_msg_init() */
/* Takes the body of m over. fn NULL: no answer is awaited. */
void shim_client_send(struct shim_client *c, struct shim_msg *m, shim_answer_fn fn, void *userdata);

/* A listening socket DIR/shim.sock, to be handed to a new shim. */
int shim_listen(int dir_fd, int *ret_fd, struct error *err);
