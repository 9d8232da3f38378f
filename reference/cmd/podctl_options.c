/*
 * podctl_options: command lines as kubectl reads them.
 *
 * Options and words may be mixed; "--" ends the options. "--name value", "--name=value", "-x value", "-xvalue",
 * "-x=value"; flags are joined ("-it") and take "=false". The rows of the subcommand come first,
 * then the global ones. Parsed values are owned by struct podctl.
 */
#include "cmd/podctl.h"

#include "client/human.h"

struct scan {
	struct podctl *p;
	char **argv;
	size_t at;
	struct error *err;
};

static const struct option_row *find_in(const struct option_row *rows, const char *name, size_t len,
					char letter)
{
	for (; rows && rows->name; rows++) {
		if (letter ? rows->letter == letter :
			     strlen(rows->name) == len && strncmp(rows->name, name, len) == 0)
			return rows;
	}
	return NULL;
}

static const struct option_row *find(const struct scan *s, const char *name, size_t len, char letter)
{
	const struct option_row *row = find_in(s->p->command->options, name, len, letter);

	return row ? row : find_in(podctl_global_options, name, len, letter);
}

static int bad_value(struct scan *s, const struct option_row *row, const char *value,
		     const char *want)
{
	return podctl_usage(s->p, s->err, "invalid argument \"%s\" for \"--%s\" flag: %s", value,
			    row->name, want);
}

static int set_flag(struct scan *s, const struct option_row *row, bool *field, const char *value)
{
	if (!value || streq(value, "true") || streq(value, "1"))
		*field = true;
	else if (streq(value, "false") || streq(value, "0"))
		*field = false;
	else
		return bad_value(s, row, value, "not true or false");
	return 0;
}

static int set(struct scan *s, const struct option_row *row, const char *value)
{
	void *field = (char *)&s->p->o + row->offset;

	switch (row->type) {
	case OPT_FLAG:
		return set_flag(s, row, field, value);
	case OPT_STRING:
		free(*(char **)field);
		*(char **)field = xstrdup(value);
		return 0;
	case OPT_LIST:
		strv_add(field, value);
		return 0;
	case OPT_INT:
		if (str_to_int64(value, INT64_MIN + 1, INT64_MAX, field) < 0)
			return bad_value(s, row, value, "not a whole number");
		return 0;
	case OPT_DURATION:
		if (human_parse_duration(value, field) < 0)
			return bad_value(s, row, value, "not a duration such as 30s or 5m");
		return 0;
	}
	return 0;
}

/* The value of row: what follows in the same word, else the next word. */
static int take_value(struct scan *s, const struct option_row *row, const char *joined,
		      const char *shown)
{
	if (row->type == OPT_FLAG || joined)
		return set(s, row, joined);
	if (!s->argv[s->at])
		return podctl_usage(s->p, s->err, "flag needs an argument: %s", shown);
	return set(s, row, s->argv[s->at++]);
}

static int take_long(struct scan *s, const char *word)
{
	size_t len = strcspn(word + 2, "=");
	const struct option_row *row = find(s, word + 2, len, 0);

	if (!row)
		return podctl_usage(s->p, s->err, "unknown flag: --%.*s", (int)len, word + 2);
	return take_value(s, row, word[2 + len] ? word + len + 3 : NULL, word);
}

static int take_letters(struct scan *s, const char *word)
{
	for (const char *c = word + 1; *c; c++) {
		const struct option_row *row = find(s, NULL, 0, *c);
		int r;

		if (!row)
			return podctl_usage(s->p, s->err, "unknown shorthand flag: '%c' in %s", *c,
					    word);
		if (row->type != OPT_FLAG)
			return take_value(s, row, c[1] ? c + 1 + (c[1] == '=') : NULL, word);
		r = set(s, row, c[1] == '=' ? c + 2 : NULL);
		if (r < 0 || c[1] == '=')
			return r;
	}
	return 0;
}

static void set_defaults(struct podctl_options *o)
{
	o->wait = true;
	o->grace = -1;
	o->replicas = -1;
	o->port = -1;
	o->current_replicas = -1;
	o->tail = INT64_MIN;
	o->limit_bytes = -1;
	o->timeout_ns = INT64_MIN;
}

int podctl_parse(struct podctl *p, char **argv, struct error *err)
{
	struct scan s = { .p = p, .argv = argv, .err = err };
	int r = 0;

	set_defaults(&p->o);
	while (r == 0 && argv && argv[s.at]) {
		const char *word = argv[s.at++];

		if (streq(word, "--")) {
			p->rest = strv_copy(argv + s.at);
			if (!p->rest)
				p->rest = xcalloc(1, sizeof(*p->rest));
			break;
		}
		if (str_starts(word, "--"))
			r = take_long(&s, word);
		else if (*word == '-' && word[1])
			r = take_letters(&s, word);
		else
			strv_add(&p->args, word);
	}
	return r;
}
