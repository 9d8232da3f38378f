/*
 * acts: the rows of acts.c that have a file of their own.
 */
#pragma once

#include "guest/guest.h"

struct act_row {
	const char *name;
	int (*fn)(const char *arg, struct line *l);
	bool argument;
};

/* Each ends with a row without a name. */
extern const struct act_row acts_ipc[], acts_process[], acts_net[];

int act_burn(const char *arg, struct line *l); /* burn.c */

/* What the kernel would keep for ever: System V objects and queues that this process made. */
void acts_ipc_remove(void);
