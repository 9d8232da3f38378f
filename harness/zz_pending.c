/*
 * zz_pending: weak stand-ins for commands that are being written, last in the archive so that the real ones win.
 * Each says that it is missing. This file goes away with the last of them.
 */
#include "commands.h"
#include "util/defs.h"
#include "verdict.h"

#define PENDING_COMMAND(name)                                                                                \
	__attribute__((weak)) int name(int argc, char **argv)                                                \
	{                                                                                                    \
		(void)argc;                                                                                  \
		fprintf(stderr, "podtest: %s is not built yet\n", argv[0]);                                  \
		return EXIT_VOID;                                                                            \
	}

PENDING_COMMAND(cmd_mutants)
