/* run: a subject for a command that has cases of its own to run (shrink): what `podtest run` opens before its cases and ends after them. */
#pragma once

#include "fixture.h"
#include "options.h"
#include "session.h"

struct run_body {
	/* Before anything is opened: are these the cases that are wanted? Answers below 0 when not. */
	int (*chosen)(void *userdata, const struct fixture *const *cases, size_t n,
		      struct error *err);
	/* Instead of the cases. *broken_off is set when the run is void (an interrupt, a lost subject). Answers an exit code. */
	int (*body)(void *userdata, struct session *s, char *const *broken_off);
	void *userdata;
};

/* `word` is the command's, for messages; o->report is not looked at. Answers an exit code. */
int run_with(const char *word, const struct options *o, const struct run_body *body);
