/* options: the command line of `podtest run` (and of the commands that select cases as it does). */
#pragma once

#include "util/defs.h"
#include "util/error.h"

struct options {
	const char *subject; /* NULL: a podd of our own */
	const char *fixtures; /* directory; NULL: found beside the program */
	const char *catalogue; /* directory of the requirements; NULL: found */
	const char *podd; /* program; NULL: found beside podtest */
	const char *report; /* directory or NULL */
	const char *only; /* glob on case names; NULL all; several separated by commas */
	const char *area; /* several separated by commas */
	const char *requirement; /* cases that cite one of these ids, separated by commas */
	const char *expectations; /* file or NULL */
	const char *record; /* failed | all | none: which cases' histories --report keeps; NULL: failed */
	const char *image, *image_quit,
		*image_busybox; /* names in the subject; NULL: as fixtures have them */
	const char *format; /* tap | progress | none; NULL: by what standard output is */
	bool quick, keep, strict, disruptive, load, quiet, no_sentinel;
	bool audit, no_audit; /* try what is not declared; neither: when every case is run */
	unsigned repeat; /* at least 1 */
	unsigned parallel; /* cases in flight; 0: as many as the subject's capacity allows */
	unsigned capacity; /* pods; 0: what the subject says */
	double slack; /* at least 1 */
	double patience; /* seconds that an answer may take, before slack */
	double clock_rate; /* for a podd of our own */
	uint64_t seed;
	bool seed_given;
	const char *again; /* a replay: what options_again() said of the run; else NULL */
	char **names; /* positional words: names or globs of cases; NULL-terminated, not owned */
};

/* The options of this command line without which a case would be another one, each with a space before it, for a shell. The caller
 * frees. */
char *options_again(const struct options *o);
/* Returns 0, a positive number when --help was printed, or -1. argv[0] is the command's word. */
int options_parse(struct options *o, int argc, char **argv, struct error *err);
