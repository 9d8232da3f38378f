/*
 * clock: real time, and the nominal time of a cluster that may run faster.
 *
 * nominal = birth wall clock + rate * (boot time now - boot time at birth), all in ns. The store keeps
 * the three numbers, so stamps never go back over a restart; the shim gets them and stamps alike. After
 * a reboot the boot time begins anew: the owner then gives the last nominal time as a new birth.
 *
 * Only timers that merely wait are scaled (clock_scale_delay_ns); those that bound somebody's work run in
 * real time (DESIGN: "The clock is a part"). A hand-driven clock stands still until a test moves it.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define NSEC_PER_USEC INT64_C(1000)
#define NSEC_PER_MSEC INT64_C(1000000)
#define NSEC_PER_SEC INT64_C(1000000000)

struct clock {
	int64_t birth_wall_ns; /* CLOCK_REALTIME at birth */
	int64_t birth_boot_ns; /* CLOCK_BOOTTIME at birth */
	int64_t rate_milli; /* rate * 1000, at least 1 */
	bool hand; /* driven by a test */
	int64_t hand_ns; /* real ns passed since birth, when hand-driven */
};

int64_t clock_now_mono_ns(void); /* CLOCK_MONOTONIC */
int64_t clock_now_boot_ns(void); /* CLOCK_BOOTTIME */
int64_t clock_now_wall_ns(void); /* CLOCK_REALTIME */

void clock_init(struct clock *c, int64_t birth_wall_ns, int64_t birth_boot_ns, double rate);
/* Born now. */
void clock_init_now(struct clock *c, double rate);
double clock_rate(const struct clock *c);

/* Real time that only moves forward; of a hand-driven clock its own. Differences alone mean something. */
int64_t clock_mono_ns(const struct clock *c);
/* Nominal ns since the epoch: what API stamps show. */
int64_t clock_nominal_ns(const struct clock *c);
/* The nominal time of a given boot time. */
int64_t clock_nominal_at(const struct clock *c, int64_t boot_ns);
/* Nominal delay to real delay, rounded up; at least 0. */
int64_t clock_scale_delay_ns(const struct clock *c, int64_t nominal_ns);
/* Real delay until the nominal instant; 0 if it has passed. */
int64_t clock_until_ns(const struct clock *c, int64_t nominal_instant_ns);

/* Tests: a clock at wall time 2026-01-02T00:00:00Z that moves only by hand. */
void clock_hand_init(struct clock *c, double rate);
void clock_hand_advance(struct clock *c, int64_t real_ns);
/* Moves on until `nominal_ns` more have passed on the nominal clock. */
void clock_hand_advance_nominal(struct clock *c, int64_t nominal_ns);

#define CLOCK_STAMP_MAX 40

/* RFC 3339, UTC; buf has CLOCK_STAMP_MAX bytes and is returned. Fractions are cut, not rounded. */
char *clock_format(int64_t ns, char *buf); /* 2006-01-02T15:04:05Z */
char *clock_format_micro(int64_t ns, char *buf); /* 2006-01-02T15:04:05.000000Z */
char *clock_format_nano(int64_t ns, char *buf); /* 2006-01-02T15:04:05.000000000Z */
/* Any RFC 3339 stamp, with fraction and offset: 0, or -1 when it is none. */
int clock_parse(const char *stamp, int64_t *ret_ns);
