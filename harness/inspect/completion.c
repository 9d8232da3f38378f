/*
 * completion: `podtest completion bash`.
 *
 * The script asks the program itself for what changes (case names, areas, requirement ids), so it never has to be written anew.
 * The options of `run` come from their table.
 */
#include "commands.h"
#include "options_table.h"
#include "verdict.h"

static const char head[] =
	"# bash completion for podtest: source <(podtest completion bash)\n"
	"_podtest() {\n"
	"\tlocal cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD-1]} "
	"word=${COMP_WORDS[1]}\n"
	"\tlocal commands='run replay shrink list render lint explain coverage report diff mutants "
	"image doctor clean completion'\n";

static const char tail[] =
	"\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n"
	"\t\tmapfile -t COMPREPLY < <(compgen -W \"$commands --help --version\" -- \"$cur\")\n"
	"\t\treturn\n"
	"\tfi\n"
	"\tcase $prev in\n"
	"\t--area) mapfile -t COMPREPLY < <(compgen -W \"$(podtest list -o json 2>/dev/null |\n"
	"\t\tsed -n 's/.*\"area\": \"\\(.*\\)\".*/\\1/p' | sort -u)\" -- \"$cur\") ;;\n"
	"\t--format) mapfile -t COMPREPLY < <(compgen -W 'tap progress none' -- \"$cur\") ;;\n"
	"\t--report | --fixtures | --catalogue) mapfile -t COMPREPLY < <(compgen -d -- \"$cur\") "
	";;\n"
	"\t--podd | --expectations | --mutants | -o) mapfile -t COMPREPLY < <(compgen -f -- "
	"\"$cur\") ;;\n"
	"\t--subject) mapfile -t COMPREPLY < <(compgen -W 'unix: kubeconfig: driver:' -- \"$cur\") "
	";;\n"
	"\t*)\n"
	"\t\tif [[ $cur == -* ]]; then\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -W \"$options\" -- \"$cur\")\n"
	"\t\telif [[ $word == explain ]]; then\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -W \"$(podtest coverage -o json 2>/dev/null |\n"
	"\t\t\t\tsed -n 's/.*\"id\": \"\\(.*\\)\".*/\\1/p')\" -- \"$cur\")\n"
	"\t\telif [[ $word == run || $word == shrink || $word == render || $word == list || $word "
	"== lint ]]; then\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -W \"$(podtest list -o name 2>/dev/null)\" -- "
	"\"$cur\")\n"
	"\t\telse\n"
	"\t\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	"\t\tfi ;;\n"
	"\tesac\n"
	"}\n"
	"complete -F _podtest podtest\n";

int cmd_completion(int argc, char **argv)
{
	if (argc != 2 || !streq(argv[1], "bash")) {
		fputs("usage: podtest completion bash\n",
		      argc == 2 && streq(argv[1], "--help") ? stdout : stderr);
		return argc == 2 && streq(argv[1], "--help") ? EXIT_GOOD : EXIT_BAD_USAGE;
	}
	fputs(head, stdout);
	fputs("\tlocal options='", stdout);
	for (size_t i = 0; options_name(i); i++)
		printf("--%s ", options_name(i));
	fputs("'\n", stdout);
	fputs(tail, stdout);
	return EXIT_GOOD;
}
