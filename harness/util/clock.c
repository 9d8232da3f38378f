/*
 * clock: CLOCK_BOOTTIME in ns, the one clock that runner and guests of one machine share.
 *
 * Intervals of history are on this clock. The boot id says whether a guest's stamps are on it too. It is read once. While a
 * recording is judged, both are pretended: then time stands still but for whoever sets it. This is the only file-scope state here.
 */
#include "util/clock.h"

#include <fcntl.h>
#include <time.h>

static struct {
	bool on;
	int64_t now;
	char boot_id[64];
} pretence;

void clock_pretend(int64_t now, const char *boot_id)
{
	pretence.on = true;
	pretence.now = now;
	snprintf(pretence.boot_id, sizeof(pretence.boot_id), "%s", boot_id);
}

void clock_set(int64_t now)
{
	pretence.now = MAX(pretence.now, now);
}

void clock_end_pretence(void)
{
	pretence.on = false;
}

int64_t clock_now(void)
{
	struct timespec ts;

	if (pretence.on)
		return pretence.now;
	clock_gettime(CLOCK_BOOTTIME, &ts);
	return ts.tv_sec * NSEC_PER_SEC + ts.tv_nsec;
}

const char *clock_boot_id(void)
{
	static char id[40];
	_cleanup_close_ int fd = -1;
	ssize_t n;

	if (pretence.on)
		return pretence.boot_id;
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
