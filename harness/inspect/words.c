/*
 * words: the command lines of the small commands.
 *
 * `podtest run` and the commands that look at cases select them by the same options, which options.c reads. A command with
 * options of its own first takes those out of argv and hands on the rest, so that --area means the same everywhere. Values
 * point into argv.
 */
#include "inspect/words.h"

#include "select.h"
#include "util/paths.h"

static const struct word *find(const struct word *words, size_t n, const char *arg,
			       const char **ret_value)
{
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i].name);

		*ret_value = NULL;
		if (arg[0] == '-' && arg[1] && arg[1] == words[i].short_name) {
			*ret_value = arg[2] ? arg + 2 : NULL;
			return &words[i];
		}
		if (strncmp(arg, "--", 2) || strncmp(arg + 2, words[i].name, len))
			continue;
		if (arg[2 + len] == '=')
			*ret_value = arg + 3 + len;
		if (arg[2 + len] == '\0' || arg[2 + len] == '=')
			return &words[i];
	}
	return NULL;
}

int words_take(int *argc, char **argv, const struct word *words, size_t n, struct error *err)
{
	int kept = 1;

	for (int i = 1; i < *argc; i++) {
		const char *value;
		const struct word *w = find(words, n, argv[i], &value);

		if (!w) {
			argv[kept++] = argv[i];
			continue;
		}
		if (w->flag)
			value = "";
		else if (!value && i + 1 < *argc)
			value = argv[++i];
		if (!value)
			return error_set(err, "--%s needs a value", w->name);
		*w->value = value;
	}
	argv[kept] = NULL;
	*argc = kept;
	return 0;
}

bool words_help(int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (streq(argv[i], "--help") || streq(argv[i], "-h"))
			return true;
	return false;
}

int catalog_load_found(const struct options *o, struct catalog **ret, struct error *err)
{
	_cleanup_free_ char *dir = o && o->catalogue ? xstrdup(o->catalogue) :
						       paths_data("conformance/requirements");

	if (!dir)
		return error_set(err, "no catalogue of requirements found: give --catalogue DIR");
	return catalog_load(dir, ret, err);
}

int selection_load(struct selection *s, int argc, char **argv, struct error *err)
{
	*s = (struct selection){ 0 };
	if (options_parse(&s->options, argc, argv, err))
		return -1;
	if (select_load(&s->options, &s->fixtures, err))
		return -1;
	s->chosen = select_fixtures(&s->fixtures, &s->options, &s->n);
	return catalog_load_found(&s->options, &s->catalog, err);
}

void selection_clear(struct selection *s)
{
	free(s->chosen);
	fixture_list_clear(&s->fixtures);
	catalog_free(s->catalog);
	*s = (struct selection){ 0 };
}

int words_fault(const char *word, const struct error *err, int code)
{
	fprintf(stderr, "podtest %s: %s\n", word, error_text(err));
	return code;
}
