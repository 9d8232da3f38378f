/*
 * carrier: a connection taken over from HTTP by an upgrade, for streams both ways.
 *
 * WebSocket (RFC 6455) carries messages; "Upgrade: SPDY/3.1", what clients before 1.30 ask for, carries bare bytes.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "apiserver/server.h"

struct carrier_choice {
	const char *protocol; /* one of those that were offered to choose from */
	bool websocket;
};

/*
 * What the client asks for, of what is spoken here: protocols by preference, NULL-terminated. ERR_BAD_REQUEST when it
 * asks for no upgrade, or for nothing that is in both.
 */
int carrier_choose(const struct request *req, const char *const *websocket, const char *const *spdy,
		   struct carrier_choice *ret, struct error *err);

struct carrier_events {
	/* A message, or bytes as they came. False: the peer breaks a protocol, and gone follows. */
	bool (*data)(void *userdata, const char *data, size_t len);
	/* The peer is gone or done; the owner frees the carrier. Never from inside another call. */
	void (*gone)(void *userdata);
	void (*drained)(void *userdata); /* all that was sent is on its way; may be NULL */
};

/* Answers 101. req stays the caller's, who keeps it (request.h) and frees it after the carrier. */
struct carrier *carrier_begin(struct request *req, const struct carrier_choice *choice,
			      const struct carrier_events *ev, void *userdata);
/* One message: head (may be empty), then data. */
void carrier_send(struct carrier *c, const void *head, size_t head_len, const void *data,
		  size_t len);
size_t carrier_pile(const struct carrier *c); /* bytes that were not sent yet */
/* Closes our side, then waits for the peer's, at most five seconds, so that nothing sent is lost. Then gone comes. */
void carrier_end(struct carrier *c);
struct carrier *carrier_free(struct carrier *c); /* hangs up; takes NULL, returns NULL */
/* gone comes to the owners of all. */
void carrier_gone_all(struct apiserver *a);
