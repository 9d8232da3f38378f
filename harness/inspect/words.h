/* words: the command lines of the small commands: a few options of their own among those that select cases. */
#pragma once

#include "catalog.h"
#include "fixture.h"
#include "options.h"

/* One option: --name VALUE or --name=VALUE (flag: without a value; short_name as -x VALUE or 0). */
struct word {
	const char *name;
	char short_name;
	bool flag;
	const char **value; /* set to the value, "" for a flag; points into argv */
};

/* Takes the listed options out of argv; the rest stays in order. Answers 0, or -1 when a value is missing. */
int words_take(int *argc, char **argv, const struct word *words, size_t n, struct error *err);
/* --help anywhere. */
bool words_help(int argc, char **argv);

/* What most commands begin with: options, cases and catalogue. */
struct selection {
	struct options options;
	struct fixture_list fixtures;
	const struct fixture **chosen; /* NULL-terminated */
	size_t n;
	struct catalog *catalog; /* NULL when there is none */
};
int selection_load(struct selection *s, int argc, char **argv, struct error *err);
void selection_clear(struct selection *s);
int catalog_load_found(const struct options *o, struct catalog **ret, struct error *err);

/* "podtest WORD: MESSAGE" on standard error; answers `code`. */
int words_fault(const char *word, const struct error *err, int code);
