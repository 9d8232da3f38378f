/*
 * forward: a TCP connection to a port of a sandbox's own loopback. Part of runtime.h.
 */
#pragma once

#include <stdint.h>

#include "runtime/types.h"

struct forward;
struct forward_events {
	void (*data)(void *userdata, const char *data, size_t len);
	/* Last call, from the loop: the other side has closed, or err. The forward is freed after it. */
	void (*done)(void *userdata, const struct error *err);
};

/* Connects in the background; what is written before goes out then. */
int sandbox_forward(struct sandbox *sb, uint16_t port, const struct forward_events *ev,
		    void *userdata, struct forward **ret, struct error *err);
void forward_write(struct forward *f, const char *data, size_t len); /* queued */
void forward_close_write(struct forward *f); /* the other side reads the end, after what is queued */
void forward_hold(struct forward *f, bool on); /* reads nothing while it is held */
struct forward *forward_cancel(struct forward *f); /* no event follows. Takes NULL, returns NULL. */
