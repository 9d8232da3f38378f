/*
 * test_world: all controllers on a store in memory, for tests of what a client would see.
 *
 * No kubelet runs here: pods are Pending unless a test writes their status, and a graceful deletion of a
 * bound pod stays until the test ends it.
 */
#pragma once

#include "base/clock.h"
#include "base/loop.h"
#include "base/test.h"
#include "controllers/controllers.h"
#include "store/sqlite.h"
#include "store/store.h"

static struct world {
	struct loop *loop;
	struct clock clock;
	struct store *store;
	struct controllers *controllers;
} w;

static inline _unused_ void settle(void)
{
	static const bool never;

	for (int i = 0; i < 400; i++)
		loop_turn(w.loop);
	loop_run_until(w.loop, &never, 30 * NSEC_PER_MSEC);
}

static inline _unused_ void open_world(void)
{
	struct sqlite_store_config cfg = { 0 };

	if (loop_new(&w.loop, NULL) < 0)
		abort();
	clock_init_now(&w.clock, 1);
	cfg.loop = w.loop;
	cfg.clock = &w.clock;
	if (sqlite_store_open(&cfg, &w.store, NULL) < 0 ||
	    controllers_new(w.store, w.loop, &w.clock, NULL, &w.controllers, NULL) < 0)
		abort();
}

static inline _unused_ void close_world(void)
{
	w.controllers = controllers_free(w.controllers);
	w.store = store_free(w.store);
	w.loop = loop_free(w.loop);
}

#define WORLD_TEST(fn)         \
	do {                   \
		open_world();  \
		TEST(fn);      \
		close_world(); \
	} while (0)
