/*
 * list: `podtest list`: which cases there are, without running any.
 *
 * The same options select as in `podtest run`, so what list prints is what run would run. Output: a table by area, the bare names
 * (one per line, for scripts), or JSON.
 */
#include "commands.h"
#include "inspect/words.h"
#include "verdict.h"

static const char usage[] =
	"usage: podtest list [-o name|wide|json] [--area A] [--only GLOB] [--requirement ID]\n"
	"                    [--quick] [CASE…]\n\n"
	"The cases that `podtest run` with the same selection would run.\n";

static json_t *texts(char *const *v)
{
	json_t *list = json_array();

	for (; v && *v; v++)
		json_array_append_new(list, json_string(*v));
	return list;
}

static json_t *case_object(const struct fixture *f)
{
	return json_pack("{s:s, s:s, s:s, s:s, s:o, s:o, s:o, s:b, s:b, s:i, s:f, s:f}", "name",
			 f->name, "area", f->area, "title", f->title, "file", f->file,
			 "requirements", texts(f->reqs), "needs", texts(f->needs), "locks",
			 texts(f->locks), "quick", f->quick, "disruptive", f->disruptive, "pods",
			 (int)f->pods, "waitNominal", f->wait_nominal, "waitReal", f->wait_real);
}

static void print_json(const struct selection *s)
{
	_cleanup_json_ json_t *list = json_array();

	for (size_t i = 0; i < s->n; i++)
		json_array_append_new(list, case_object(s->chosen[i]));
	json_dumpf(list, stdout, JSON_INDENT(1));
	putchar('\n');
}

static void print_joined(const char *label, char *const *v)
{
	if (!v || !*v)
		return;
	printf("  %s", label);
	for (; *v; v++)
		printf(" %s", *v);
	putchar('\n');
}

static void print_table(const struct selection *s, bool wide)
{
	int width = 4;

	for (size_t i = 0; i < s->n; i++)
		width = MAX(width, (int)strlen(s->chosen[i]->name));
	for (size_t i = 0; i < s->n; i++) {
		const struct fixture *f = s->chosen[i];

		printf("%-10s %-*s %s\n", f->area, width, f->name, f->title);
		if (!wide)
			continue;
		printf("  %s%s%s, %u pods, %g s nominal and %g s real of timers\n", f->file,
		       f->quick ? ", quick" : "", f->disruptive ? ", disruptive" : "", f->pods,
		       f->wait_nominal, f->wait_real);
		print_joined("proves", f->reqs);
		print_joined("needs", f->needs);
		print_joined("locks", f->locks);
	}
	fprintf(stderr, "%zu cases\n", s->n);
}

static int print(const struct selection *s, const char *format, struct error *err)
{
	if (format && streq(format, "json"))
		print_json(s);
	else if (format && streq(format, "name"))
		for (size_t i = 0; i < s->n; i++)
			puts(s->chosen[i]->name);
	else if (!format || streq(format, "wide"))
		print_table(s, format != NULL);
	else
		return error_set(err, "-o %s: must be name, wide or json", format);
	return 0;
}

int cmd_list(int argc, char **argv)
{
	_cleanup_(selection_clear) struct selection s = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;
	const char *format = NULL;
	const struct word words[] = { { "output", 'o', false, &format } };

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (words_take(&argc, argv, words, ARRAY_SIZE(words), &err) ||
	    selection_load(&s, argc, argv, &err) || print(&s, format, &err))
		return words_fault("list", &err, EXIT_BAD_USAGE);
	return s.n ? EXIT_GOOD : EXIT_VOID;
}
