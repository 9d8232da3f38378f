/*
 * remote_store: the second engine of store/store.h: an API server reached over its REST.
 *
 * Reading and writing verbs block until the server has answered, at most a few seconds. Once it could not be reached they fail
 * at once (ERR_UNAVAILABLE) until it answers again, which is tried from the loop with back-off: whoever has to write
 * tries again later. Watches are asynchronous, go on by themselves after a break from the revision they had reached, and
 * list anew where the server's history does not reach back so far; what changed meanwhile is then told as changes. So
 * they never end with STORE_ERROR, and store_watch() never answers STORE_GONE.
 */
#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "client/endpoint.h"
#include "store/store.h"

struct remote_store_config {
	struct endpoint *endpoint; /* taken over, also by a failure */
	struct loop *loop;
	/*
	 * Set to the server's nominal time whenever it is reached, as far as it tells (podd.podtest/v1): stamps on one machine
	 * agree to the nanosecond. Any other server has the time of the day.
	 */
	struct clock *clock;
	/* From the loop, each time that the server was found: at first, and after it could not be reached. May be NULL. */
	void (*reached)(void *userdata);
	void *userdata;
};

/* Returns before the server is reached. store_free() ends it. */
int remote_store_new(const struct remote_store_config *cfg, struct store **ret, struct error *err);
