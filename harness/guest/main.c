/*
 * guest: the only workload of the suite. One static program that states facts about where it runs and does
 * as it is told; harness/guest/README.md lists its words. It judges nothing.
 */
#include <stdio.h>
#include <string.h>

#include "guest/guest.h"

int main(int argc, char **argv)
{
	int r = -1;

	if (argc < 2) {
		fprintf(stderr, "usage: guest "
				"run|witness|tell|probe|hook|facts|sleep|true|false|exit|cat|get|"
				"connect|stat|kill|env|lookup|ask …\n");
		return 64;
	}
	if (strcmp(argv[1], "run") == 0)
		return cmd_run(argc - 2, argv + 2);
	if (strcmp(argv[1], "witness") == 0)
		return cmd_witness(argc - 2, argv + 2);
	r = cmd_tool(argc - 1, argv + 1);
	if (r >= 0)
		return r;
	fprintf(stderr, "guest: unknown command \"%s\"\n", argv[1]);
	return 64;
}
