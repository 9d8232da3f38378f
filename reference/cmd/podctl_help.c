/*
 * podctl_help: the manual pages, made of the same tables that the parser reads.
 */
#include "cmd/podctl.h"

static void print_rows(const struct option_row *rows)
{
	for (; rows && rows->name; rows++) {
		char letter[] = { '-', rows->letter, ',', ' ', 0 };
		_cleanup_free_ char *left = str_printf("%s--%s%s%s", rows->letter ? letter : "    ",
						       rows->name, rows->value ? "=" : "",
						       rows->value ? rows->value : "");

		printf("    %-34s %s\n", left, rows->help);
	}
}

static void print_lines(const char *text)
{
	_cleanup_strv_ char **lines = strv_split(text, '\n');

	for (size_t i = 0; lines[i]; i++)
		printf(*lines[i] ? "    %s\n" : "\n", lines[i]);
}

static void help_all(void)
{
	printf("NAME\n    podctl - control pods run by podd\n\n"
	       "SYNOPSIS\n    podctl [-s PATH | --kubeconfig FILE] [-n NAMESPACE] COMMAND ...\n\n"
	       "COMMANDS\n");
	for (size_t i = 0; podctl_commands[i]; i++)
		printf("    %-12s %s\n", podctl_commands[i]->name, podctl_commands[i]->summary);
	printf("\nOPTIONS\n");
	print_rows(podctl_global_options);
	printf("\nEXIT STATUS\n    0 done; 1 not done, the reason is on standard error; of exec "
	       "the "
	       "command's own.\n\n"
	       "Use \"podctl COMMAND --help\" for more about a command.\n");
}

void podctl_help(const struct command *c)
{
	if (!c) {
		help_all();
		return;
	}
	printf("NAME\n    podctl %s - %s\n\nSYNOPSIS\n    podctl %s\n\nDESCRIPTION\n", c->name,
	       c->summary, c->usage);
	print_lines(c->text);
	printf("\nOPTIONS\n");
	print_rows(c->options);
	print_rows(podctl_global_options);
	if (c->examples) {
		printf("\nEXAMPLES\n");
		print_lines(c->examples);
	}
}

int podctl_usage(const struct podctl *p, struct error *err, const char *fmt, ...)
{
	_cleanup_free_ char *what = NULL;
	va_list ap;

	va_start(ap, fmt);
	if (vasprintf(&what, fmt, ap) < 0)
		abort();
	va_end(ap);
	return error_set(err, ERR_BAD_REQUEST, NULL, "%s\nSee 'podctl %s --help' for usage.", what,
			 p->command->name);
}
