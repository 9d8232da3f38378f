/*
 * options: the command line of `podtest run`.
 *
 * One table of long options: name, kind, where the value goes, and its line of help, so that parser, help text and completion
 * cannot drift apart. Values borrow from argv. `--name value` and `--name=value` are the same; words without dashes name cases.
 */
#include "options.h"

#include "options_table.h"

#include <stddef.h>
#include <time.h>

static const struct option_row rows[] = {
	{ "subject", OPT_TEXT, offsetof(struct options, subject), "SPEC",
	  "what to test: unix:SOCKET, kubeconfig:FILE or driver:PROGRAM; without it a podd of its "
	  "own is started" },
	{ "only", OPT_LIST, offsetof(struct options, only), "GLOB",
	  "cases whose name fits; several with commas" },
	{ "area", OPT_LIST, offsetof(struct options, area), "AREA",
	  "cases of these areas; several with commas" },
	{ "requirement", OPT_LIST, offsetof(struct options, requirement), "ID",
	  "cases that cite one of these requirements; several with commas" },
	{ "quick", OPT_FLAG, offsetof(struct options, quick), NULL, "the quick set only" },
	{ "disruptive", OPT_FLAG, offsetof(struct options, disruptive), NULL,
	  "also cases that disturb the node" },
	{ "report", OPT_TEXT, offsetof(struct options, report), "DIR",
	  "write results.json, junit.xml, report.html and histories there" },
	{ "record", OPT_TEXT, offsetof(struct options, record), "failed|all|none",
	  "whose histories --report keeps, for podtest replay (failed)" },
	{ "format", OPT_TEXT, offsetof(struct options, format), "tap|progress|none",
	  "standard output; by default progress on a terminal, else tap" },
	{ "keep", OPT_FLAG, offsetof(struct options, keep), NULL,
	  "leave the cases' namespaces (and a podd of its own) behind" },
	{ "strict", OPT_FLAG, offsetof(struct options, strict), NULL,
	  "not-applicable, miss and undecided are failures too" },
	{ "seed", OPT_SEED, offsetof(struct options, seed), "N",
	  "of the random order; printed at the start" },
	{ "repeat", OPT_COUNT, offsetof(struct options, repeat), "N", "run every case N times" },
	{ "parallel", OPT_COUNT, offsetof(struct options, parallel), "N",
	  "at most N cases at once" },
	{ "capacity", OPT_COUNT, offsetof(struct options, capacity), "N", "at most N pods at once" },
	{ "slack", OPT_FACTOR, offsetof(struct options, slack), "F",
	  "multiply every lag by F (10 under valgrind or in a virtual machine)" },
	{ "image", OPT_TEXT, offsetof(struct options, image), "REF",
	  "where the subject finds the guest's image (localhost/podtest/guest:v1)" },
	{ "image-quit", OPT_TEXT, offsetof(struct options, image_quit), "REF",
	  "the same of the guest with a STOPSIGNAL" },
	{ "image-busybox", OPT_TEXT, offsetof(struct options, image_busybox), "REF",
	  "the same of busybox" },
	{ "patience", OPT_FACTOR, offsetof(struct options, patience), "SECONDS",
	  "how long an answer of the subject may take (60)" },
	{ "load", OPT_FLAG, offsetof(struct options, load), NULL, "burn every core meanwhile" },
	{ "clock-rate", OPT_FACTOR, offsetof(struct options, clock_rate), "N",
	  "of a podd of its own (20)" },
	{ "podd", OPT_TEXT, offsetof(struct options, podd), "PROGRAM", "the podd to start" },
	{ "fixtures", OPT_TEXT, offsetof(struct options, fixtures), "DIR", "where the cases are" },
	{ "catalogue", OPT_TEXT, offsetof(struct options, catalogue), "DIR",
	  "where the requirements are" },
	{ "expectations", OPT_TEXT, offsetof(struct options, expectations), "FILE",
	  "known failures, with their reasons" },
	{ "no-sentinel", OPT_FLAG, offsetof(struct options, no_sentinel), NULL,
	  "do not first see whether the subject tells the truth" },
	{ "audit", OPT_FLAG, offsetof(struct options, audit), NULL,
	  "also try what the subject does not declare; done anyhow when no cases are selected" },
	{ "no-audit", OPT_FLAG, offsetof(struct options, no_audit), NULL,
	  "never try what the subject does not declare" },
	{ "quiet", OPT_FLAG, offsetof(struct options, quiet), NULL, "no summary" },
};

static const struct option_row *find_row(const char *name, size_t len)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		if (strlen(rows[i].name) == len && !strncmp(rows[i].name, name, len))
			return &rows[i];
	return NULL;
}

static int set_number(struct options *o, const struct option_row *row, const char *value,
		      struct error *err)
{
	void *at = (char *)o + row->offset;
	char *end = NULL;
	double v = strtod(value, &end);

	if (end == value || *end || v < 0 ||
	    (row->kind == OPT_COUNT && (v < 1 || v != (unsigned)v)) ||
	    (row->kind == OPT_FACTOR && (v < 1 || v > 1000)))
		return error_set(err, "--%s %s: must be a %s", row->name, value,
				 row->kind == OPT_FACTOR ? "number from 1 to 1000" :
							   "whole number from 1 up");
	if (row->kind == OPT_COUNT)
		*(unsigned *)at = (unsigned)v;
	else if (row->kind == OPT_FACTOR)
		*(double *)at = v;
	else
		*(uint64_t *)at = strtoull(value, NULL, 10);
	o->seed_given |= row->kind == OPT_SEED;
	return 0;
}

static int set_row(struct options *o, const struct option_row *row, const char *value,
		   struct error *err)
{
	void *at = (char *)o + row->offset;

	if (row->kind == OPT_FLAG)
		*(bool *)at = true;
	else if (row->kind == OPT_LIST && *(const char **)at)
		return error_set(err, "--%s is given twice: %s,%s would choose both", row->name,
				 *(const char **)at, value);
	else if (row->kind == OPT_TEXT || row->kind == OPT_LIST)
		*(const char **)at = value;
	else
		return set_number(o, row, value, err);
	return 0;
}

/* One option at argv[*i]; *i is moved over its value. */
static int take_option(struct options *o, int argc, char **argv, int *i, struct error *err)
{
	const char *word = argv[*i] + 2, *equals = strchr(word, '=');
	const struct option_row *row =
		find_row(word, equals ? (size_t)(equals - word) : strlen(word));
	const char *value = equals ? equals + 1 : NULL;

	if (!row)
		return error_set(err, "unknown option %s", argv[*i]);
	if (row->kind == OPT_FLAG && value)
		return error_set(err, "--%s takes no value", row->name);
	if (row->kind != OPT_FLAG && !value) {
		if (*i + 1 >= argc)
			return error_set(err, "--%s needs a value", row->name);
		value = argv[++*i];
	}
	return set_row(o, row, value, err);
}

static int check(const struct options *o, struct error *err)
{
	if (o->format && !streq(o->format, "tap") && !streq(o->format, "progress") &&
	    !streq(o->format, "none"))
		return error_set(err, "--format %s: must be tap, progress or none", o->format);
	if (o->record && !streq(o->record, "failed") && !streq(o->record, "all") &&
	    !streq(o->record, "none"))
		return error_set(err, "--record %s: must be failed, all or none", o->record);
	if (o->record && !o->report)
		return error_set(err, "--record %s: says what --report DIR keeps; it goes with it",
				 o->record);
	if (o->subject && o->podd)
		return error_set(err, "--podd goes with a podd of its own, not with --subject");
	if (o->audit && o->no_audit)
		return error_set(err, "--audit goes not with --no-audit");
	return 0;
}

void options_help(FILE *out)
{
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *left = xasprintf("--%s%s%s", rows[i].name,
						      rows[i].value ? " " : "",
						      rows[i].value ? rows[i].value : "");

		fprintf(out, "  %-28s %s\n", left, rows[i].help);
	}
}

const char *options_name(size_t i)
{
	return i < ARRAY_SIZE(rows) ? rows[i].name : NULL;
}

static void set_defaults(struct options *o)
{
	struct timespec ts;

	clock_gettime(CLOCK_REALTIME, &ts);
	*o = (struct options){ .repeat = 1, .slack = 1, .clock_rate = 20, .patience = 60 };
	o->seed = (uint64_t)ts.tv_nsec / 1000 + (uint64_t)ts.tv_sec % 1000 * 1000000;
}

static void put_quoted(FILE *out, const char *word)
{
	if (word[strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
			      "_./:,@%+=-")]) {
		fputc('\'', out);
		for (; *word; word++)
			fprintf(out, *word == '\'' ? "'\\''" : "%c", *word);
		fputc('\'', out);
	} else {
		fputs(word, out);
	}
}

static void put_again(FILE *out, const struct option_row *row, const void *value, const void *usual)
{
	if (row->kind == OPT_TEXT && *(const char *const *)value) {
		fprintf(out, " --%s ", row->name);
		put_quoted(out, *(const char *const *)value);
	} else if (row->kind == OPT_FACTOR && *(const double *)value != *(const double *)usual) {
		fprintf(out, " --%s %g", row->name, *(const double *)value);
	} else if (row->kind == OPT_FLAG && *(const bool *)value) {
		fprintf(out, " --%s", row->name);
	}
}

char *options_again(const struct options *o)
{
	static const char *const kept[] = { "subject",	"podd",	     "clock-rate", "slack",
					    "fixtures", "catalogue", "disruptive" };
	struct options usual;
	char *text = o->again ? xstrdup(o->again) : NULL;
	size_t len = 0;
	FILE *out;

	if (text)
		return text;
	out = open_memstream(&text, &len);
	set_defaults(&usual);
	for (size_t i = 0; i < ARRAY_SIZE(kept); i++) {
		const struct option_row *row = find_row(kept[i], strlen(kept[i]));

		put_again(out, row, (const char *)o + row->offset,
			  (const char *)&usual + row->offset);
	}
	fclose(out);
	return text;
}

/* Words are moved to the end of argv's used part, where o->names points. */
int options_parse(struct options *o, int argc, char **argv, struct error *err)
{
	int words = 0;

	set_defaults(o);
	for (int i = 1; i < argc; i++) {
		if (streq(argv[i], "--help") || streq(argv[i], "-h"))
			return 1;
		if (has_prefix(argv[i], "--")) {
			if (take_option(o, argc, argv, &i, err))
				return -1;
		} else if (argv[i][0] == '-') {
			return error_set(err, "unknown option %s", argv[i]);
		} else {
			argv[++words] = argv[i];
		}
	}
	argv[words + 1] = NULL;
	o->names = argv + 1;
	return check(o, err);
}
