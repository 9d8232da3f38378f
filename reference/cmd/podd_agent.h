/*
 * podd_agent: `podd node`: a node in a process of its own.
 */
#pragma once

/* argv[0] is "node". Returns an exit code. */
int podd_agent_main(int argc, char **argv);
