/*
 * podtest: the program: a table of words and the function behind each.
 *
 * Nothing else is decided here. Each command reads its own options and answers an exit code: 0 good, 1 failed, 2 broken, void or nothing
 * run, 64 usage.
 */
#include "commands.h"
#include "util/defs.h"
#include "verdict.h"

#ifndef PODTEST_VERSION
#define PODTEST_VERSION "0.1.0"
#endif

static const struct {
	const char *word;
	int (*run)(int argc, char **argv);
	const char *help;
} commands[] = {
	{ "run", cmd_run, "run the cases against a subject" },
	{ "replay", cmd_replay, "judge recorded histories again, without a subject" },
	{ "shrink", cmd_shrink, "the smallest part of a case that still fails" },
	{ "list", cmd_list, "the cases, their areas and requirements" },
	{ "render", cmd_render, "a case's manifests, names filled in" },
	{ "lint", cmd_lint, "check every case without a subject" },
	{ "explain", cmd_explain, "a requirement: its sentence, source and cases" },
	{ "coverage", cmd_coverage, "which requirements are proven, which are not" },
	{ "report", cmd_report, "one page of several results.json" },
	{ "diff", cmd_diff, "what differs between two results.json" },
	{ "mutants", cmd_mutants,
	  "prove that the cases can fail: run them against mutants of the reference" },
	{ "image", cmd_image, "write the guest's image archive" },
	{ "doctor", cmd_doctor, "what this machine offers, or whether a subject can be tested" },
	{ "clean", cmd_clean, "remove what interrupted runs left in a subject" },
	{ "completion", cmd_completion, "completion for bash" },
};

static int usage(FILE *out, int code)
{
	fputs("podtest: a conformance suite for anything that runs Kubernetes Pods\n\nusage: "
	      "podtest COMMAND [OPTION…]\n\n",
	      out);
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		fprintf(out, "  %-12s %s\n", commands[i].word, commands[i].help);
	fputs("\n`podtest COMMAND --help` tells more. Without --subject, `podtest run` starts a "
	      "podd of its own.\n",
	      out);
	return code;
}

int main(int argc, char **argv)
{
	const char *word = argc > 1 ? argv[1] : NULL;

	if (!word)
		return usage(stderr, EXIT_BAD_USAGE);
	if (streq(word, "--help") || streq(word, "-h") || streq(word, "help"))
		return usage(stdout, EXIT_GOOD);
	if (streq(word, "--version") || streq(word, "version")) {
		puts("podtest " PODTEST_VERSION);
		return EXIT_GOOD;
	}
	for (size_t i = 0; i < ARRAY_SIZE(commands); i++)
		if (streq(word, commands[i].word))
			return commands[i].run(argc - 1, argv + 1);
	if (streq(word, "janitor"))
		return cmd_janitor(argc - 1, argv + 1);
	fprintf(stderr, "podtest: no command \"%s\" (see podtest --help)\n", word);
	return EXIT_BAD_USAGE;
}
