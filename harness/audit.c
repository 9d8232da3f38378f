/*
 * audit: its rows and their names. How they are made of results is in audit_make.c.
 */
#include "audit.h"

#include <stdlib.h>

void audit_clear(struct audit *a)
{
	for (size_t i = 0; i < a->n_fields; i++)
		free(a->fields[i].path);
	free(a->fields);
	free(a->features);
	*a = (struct audit){ 0 };
}

const char *audit_state_name(enum audit_state s)
{
	static const char *const names[] = { "unseen", "honoured", "refused", "ignored", "wrong" };

	return names[s];
}

const char *audit_claim_name(enum audit_claim c)
{
	static const char *const names[] = { "unknown", "right", "over", "under" };

	return names[c];
}
