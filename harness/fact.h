/* fact: does what a fixture states hold now? */
#pragma once

#include "case.h"

enum fact_state {
	FACT_HOLDS,
	FACT_NOT,
	FACT_UNKNOWN, /* it was not asked for yet, or nobody has looked since something was done */
};

/* *ret_seen: what is there instead, or as it is (caller frees); may be NULL. */
enum fact_state fact_look(struct case_run *c, const json_t *fact, char **ret_seen);
/* Must the subject be asked (a log, a raw path, a kind that is not watched)? */
bool fact_is_asked(const json_t *fact);
/* Fills the request; 0, or -1 when the fact is malformed. name receives memory that the request borrows. */
int fact_request(const json_t *fact, struct request *req, char **ret_name, char **ret_container,
		 struct error *err);
/* "pod/a" to the kind's name and the object's; false when there is no such kind. */
bool object_ref(const char *object, const char **ret_kind, const char **ret_name);
