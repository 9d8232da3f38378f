/*
 * clock: CLOCK_BOOTTIME in ns, the one clock that runner and guests of one machine share.
 *
 * Intervals of history are on this clock. The boot id says whether a guest's stamps are on it too. It is read once;
 * it is the one piece of file-scope state here, and it never changes while the program runs.
 */
#include "util/clock.h"

#include <fcntl.h>
#include <time.h>

int64_t clock_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

const char *clock_boot_id(void)
{
	static char id[40];
	_cleanup_close_ int fd = -1;
	ssize_t n;

	if (id[0])
		return id;
	fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, id, 36);
	id[n == 36 ? 36 : 0] = '\0';
	return id;
}

double clock_seconds(int64_t ns)
{
	return (double)ns / (double)NSEC_PER_SEC;
}
