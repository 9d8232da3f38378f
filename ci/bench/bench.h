/* bench: two ways to start the same pod of two containers, each judged by what the guests themselves stamp. */
#pragma once

#include <stdint.h>

/* CLOCK_BOOTTIME in nanoseconds: the clock of the guest's lines. */
int64_t bench_now_ns(void);
/* The value of "t" in the guest's `start` line; 0 when there is none in text. */
int64_t bench_start_stamp(const char *text);
/* Ends the program: perror of WHAT. */
__attribute__((noreturn)) void bench_die(const char *what);

/* ---- the floor: bare system calls ---- */

struct floor;
/* rootfs: an unpacked image with /guest; work: an empty directory for overlays, on the same disk as podd's root. */
struct floor *floor_new(const char *rootfs, const char *work);
/* Starts a pod and waits for both first lines. Returns nanoseconds from the first call to the later stamp. */
int64_t floor_pod(struct floor *f);
void floor_free(struct floor *f);

/* A veth pair: HOST stays here, eth0 goes to the network namespace of pid; up, with an address and a route. */
void veth_make(const char *host, int pid);

/* ---- the subject: its API on a unix socket ---- */

/* Creates a pod of two guests and waits for both first lines. Same span as floor_pod; the pod is deleted after. */
int64_t api_pod(const char *socket_path, unsigned number);
