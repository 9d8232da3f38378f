/*
 * shim: a container takes its time to start, as a real one does. Linked into pod-shim by VARIANT=slow alone (see slow.c).
 *
 * It sleeps in the child, before its root file system is mounted; nobody else waits.
 */
#include <time.h>

#include "runtime/shim/init.h"

#define LEAST_NS 200000000L
#define MORE_NS 700000000L

void __real_rootfs_mount(struct init *in);
void __wrap_rootfs_mount(struct init *in);

void __wrap_rootfs_mount(struct init *in)
{
	struct timespec pause;

	clock_gettime(CLOCK_MONOTONIC, &pause);
	pause = (struct timespec){ .tv_nsec = LEAST_NS + pause.tv_nsec % MORE_NS };
	nanosleep(&pause, NULL);
	__real_rootfs_mount(in);
}
