/*
 * plant: faults on purpose, linked into podd and podtest by VARIANT=plant alone.
 *
 * PODTEST_PLANT=leak loses a block of memory, PODTEST_PLANT=fd leaves a descriptor open. `make memcheck`
 * runs both and demands that the run fails: a memory check that cannot fail would be worth nothing.
 * The block is lost before main and never stored, so no optimiser and no later free can hide it.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static void *volatile lost;

__attribute__((constructor)) static void plant(void)
{
	const char *what = getenv("PODTEST_PLANT");

	if (what && strcmp(what, "leak") == 0) {
		lost = malloc(321);
		lost = NULL;
	}
	if (what && strcmp(what, "fd") == 0)
		(void)!open("/dev/null", O_RDONLY);
}
