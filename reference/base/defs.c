/*
 * The few functions behind the macros of defs.h.
 *
 * When memory is out, the process says so in one line and ends by abort(). Going on would mean a path
 * through every caller that nobody ever takes; the store survives a kill at any instant, the shims hold the
 * pods, and the next start carries on. Invariant: no x-function returns NULL for a size above zero.
 *
 * fd_close() keeps errno, because it runs from scope marks between a failed call and its report. EINTR
 * is no reason to close again: on Linux the descriptor is gone either way.
 */
#include "base/defs.h"

#include <errno.h>
#include <unistd.h>

static _noreturn_ void out_of_memory(size_t size)
{
	fprintf(stderr, "out of memory (%zu bytes asked for)\n", size);
	abort();
}

void *xmalloc(size_t size)
{
	void *p = malloc(size ? size : 1);

	if (!p)
		out_of_memory(size);
	return p;
}

void *xcalloc(size_t n, size_t size)
{
	void *p = calloc(n ? n : 1, size ? size : 1);

	if (!p)
		out_of_memory(n * size);
	return p;
}

void *xrealloc(void *p, size_t size)
{
	p = realloc(p, size ? size : 1);
	if (!p)
		out_of_memory(size);
	return p;
}

void *xmemdup(const void *p, size_t len)
{
	void *copy = xmalloc(len);

	if (len)
		memcpy(copy, p, len);
	return copy;
}

char *xstrndup(const char *s, size_t len)
{
	size_t n = strnlen(s, len);
	char *copy = xmalloc(n + 1);

	memcpy(copy, s, n);
	copy[n] = '\0';
	return copy;
}

char *xstrdup(const char *s)
{
	return s ? xmemdup(s, strlen(s) + 1) : NULL;
}

int fd_close(int fd)
{
	int saved = errno;

	if (fd >= 0)
		close(fd);
	errno = saved;
	return -1;
}
