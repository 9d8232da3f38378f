/* case_judge: from what was seen to assertions, and from those to the case's verdict. */
#pragma once

#include "case.h"

/* Notes for the audit that the subject did not take what it was given, if the reply says that. */
void case_refused(struct case_run *c, const struct reply *reply);
struct judged {
	enum outcome outcome;
	bool late;
	const char *expected, *seen; /* borrowed */
	const struct hist_event *focus;
	const char *message; /* NULL: made of expected and seen */
};
/* The assertion that `args` (with its req) makes. ignored: the fact `without` was seen. */
void case_assert(struct case_run *c, const json_t *args, const struct judged *j, bool ignored);
/* The requirements of everything not yet performed, as broken. */
void case_assert_rest(struct case_run *c);
void case_check_invariants(struct case_run *c);
/* Does it fail, or is it broken, by nothing but lateness? */
bool case_only_late(const struct case_run *c);
/* The case's verdict, and what a report needs to explain it. */
void case_conclude(struct case_run *c);
