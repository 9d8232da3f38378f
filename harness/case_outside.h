/* case_outside: what a case makes in no namespace. */
#pragma once

#include "case.h"

/* Marks and remembers such an object before it is applied; false: it may not be, and the case is broken. */
bool case_outside_take(struct case_run *c, json_t *object);
/* It was accepted: writes the status that its manifest has. False: there is none to write. */
bool case_outside_status(struct case_run *c, const json_t *object, case_reply_fn done);
/* Deletes all that is remembered. */
void case_outside_delete(struct case_run *c);
/* Asks for the first of it; false: nothing is left. What was not found is then struck off. */
bool case_outside_ask(struct case_run *c, case_reply_fn done);
void case_outside_gone(struct case_run *c);
