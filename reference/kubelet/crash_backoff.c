/*
 * crash_backoff: the restart delay of one container.
 *
 * The first exit finds no entry and is followed at once; following it makes the entry of 10 s, and each
 * further start doubles it up to the cap. The delay is forgotten when the exit comes more than two
 * caps after the entry was last touched: the container ran well for that long.
 *
 * The entry travels in the labels of the instance that was started by it, so it outlives podd.
 */
#include "kubelet/crash_backoff.h"

static bool expired(const struct crash_backoff *b, int64_t exit_ns)
{
	return b->delay_ns == 0 || exit_ns - b->updated_ns > 2 * CRASH_BACKOFF_MAX_NS;
}

int64_t crash_backoff_until(const struct crash_backoff *b, int64_t exit_ns)
{
	return expired(b, exit_ns) ? exit_ns : exit_ns + b->delay_ns;
}

void crash_backoff_next(struct crash_backoff *b, int64_t exit_ns, int64_t now_ns)
{
	if (expired(b, exit_ns))
		b->delay_ns = CRASH_BACKOFF_INITIAL_NS;
	else
		b->delay_ns = 2 * b->delay_ns;
	if (b->delay_ns > CRASH_BACKOFF_MAX_NS)
		b->delay_ns = CRASH_BACKOFF_MAX_NS;
	b->updated_ns = now_ns;
}
