/*
 * podctl completion: a script for the shell, made of the tables.
 *
 * Subcommands and options are written into the script; names of objects are asked from podctl itself when they are
 * needed, so they are always the present ones.
 */
#include "api/scheme.h"
#include "cmd/podctl.h"

static void print_options(const struct option_row *rows)
{
	for (; rows && rows->name; rows++)
		printf(" --%s", rows->name);
}

static void print_types(void)
{
	printf("\tlocal types='");
	for (const struct kind *k = scheme_next_stored(NULL); k; k = scheme_next_stored(k))
		printf("%s ", k->plural);
	printf("'\n");
}

static void print_bash(void)
{
	printf("_podctl()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} cmd=${COMP_WORDS[1]} words=\n");
	print_types();
	printf("\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords='");
	for (size_t i = 0; podctl_commands[i]; i++)
		printf("%s ", podctl_commands[i]->name);
	printf("'\n\telif [[ $cur == -* ]]; then\n\t\tcase $cmd in\n");
	for (size_t i = 0; podctl_commands[i]; i++) {
		printf("\t\t%s) words='", podctl_commands[i]->name);
		print_options(podctl_commands[i]->options);
		print_options(podctl_global_options);
		printf("' ;;\n");
	}
	printf("\t\tesac\n\telse\n\t\tcase $cmd in\n"
	       "\t\tlogs | exec) words=$(podctl get pods -o "
	       "jsonpath='{.items[*].metadata.name}' 2>/dev/null) ;;\n"
	       "\t\tget | describe | delete | scale | wait)\n"
	       "\t\t\tif [ \"$COMP_CWORD\" -eq 2 ]; then\n\t\t\t\twords=$types\n\t\t\telse\n"
	       "\t\t\t\twords=$(podctl get \"${COMP_WORDS[2]}\" -o "
	       "jsonpath='{.items[*].metadata.name}' 2>/dev/null)\n\t\t\tfi ;;\n"
	       "\t\timage) words='import list rm' ;;\n\t\tcompletion) words=bash "
	       ";;\n\t\tesac\n\tfi\n"
	       "\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	       "\t[ ${#COMPREPLY[@]} -gt 0 ] || mapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n"
	       "}\ncomplete -F _podctl podctl\n");
}

static int run(struct podctl *p, struct error *err)
{
	if (strv_len(p->args) != 1 || !streq(p->args[0], "bash"))
		return podctl_usage(p, err, "expected 'completion bash'");
	print_bash();
	return 0;
}

const struct command command_completion = {
	.name = "completion",
	.usage = "completion bash",
	.summary = "print a completion script for the shell",
	.text = "Prints a script that makes the shell complete podctl's words.",
	.examples = "source <(podctl completion bash)",
	.run = run,
};
