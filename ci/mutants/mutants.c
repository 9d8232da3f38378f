/*
 * mutants FILE...: whether every mutant of these lists would apply: its `find` text occurs exactly once in its `file`,
 * the replacement differs, and id, kills and why are given. One line per problem; the last line is the number of mutants.
 *
 * It builds and runs nothing: this is the cheap check that goes with every change, because a mutant that no longer
 * applies is a test that is no longer run. Paths are relative to the working directory.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

struct list {
	const char *path;
	yaml_document_t doc;
	unsigned mutants, problems;
};

static void complain(struct list *l, const yaml_node_t *at, const char *what, const char *detail)
{
	printf("# %s:%zu: %s%s\n", l->path, at->start_mark.line + 1, what, detail);
	l->problems++;
}

/* The scalar at key, or NULL. */
static const char *member(struct list *l, const yaml_node_t *map, const char *key)
{
	yaml_node_pair_t *p;

	for (p = map->data.mapping.pairs.start; p < map->data.mapping.pairs.top; p++) {
		const yaml_node_t *k = yaml_document_get_node(&l->doc, p->key);
		const yaml_node_t *v = yaml_document_get_node(&l->doc, p->value);

		if (k->type == YAML_SCALAR_NODE && v->type == YAML_SCALAR_NODE &&
		    strcmp((const char *)k->data.scalar.value, key) == 0)
			return (const char *)v->data.scalar.value;
	}
	return NULL;
}

/* The whole file as a string to free, or NULL. */
static char *slurp(const char *path)
{
	FILE *file = fopen(path, "re");
	char *text;
	long size;

	if (!file)
		return NULL;
	fseek(file, 0, SEEK_END);
	size = ftell(file);
	rewind(file);
	text = size >= 0 ? calloc(size + 1, 1) : NULL;
	if (text && fread(text, 1, size, file) != (size_t)size)
		text[0] = '\0';
	fclose(file);
	return text;
}

static unsigned occurrences(const char *text, const char *find)
{
	unsigned n = 0;

	for (text = strstr(text, find); text; text = strstr(text + 1, find))
		n++;
	return n;
}

static void check_text(struct list *l, const yaml_node_t *at, const char *path, const char *find)
{
	char *text = slurp(path), count[32];
	unsigned n;

	if (!text) {
		complain(l, at, "no such file: ", path);
		return;
	}
	n = occurrences(text, find);
	snprintf(count, sizeof(count), "%u times in ", n);
	if (n != 1) {
		complain(l, at, "find occurs ", count);
		printf("#   %s\n", path);
	}
	free(text);
}

static void check_mutant(struct list *l, const yaml_node_t *map)
{
	static const char *const needed[] = { "id", "why", "file", "find", "replace" };
	const char *control = member(l, map, "control");
	const char *find = member(l, map, "find"), *replace = member(l, map, "replace");

	l->mutants++;
	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]); i++) {
		if (!member(l, map, needed[i])) {
			complain(l, map, "a mutant without ", needed[i]);
			return;
		}
	}
	if (!control && !member(l, map, "kills"))
		complain(l, map, "neither kills nor control: ", member(l, map, "id"));
	if (!control && strcmp(find, replace) == 0)
		complain(l, map, "replaces nothing: ", member(l, map, "id"));
	check_text(l, map, member(l, map, "file"), find);
}

static const yaml_node_t *find_list(struct list *l)
{
	const yaml_node_t *root = yaml_document_get_root_node(&l->doc);
	yaml_node_pair_t *p;

	if (!root || root->type == YAML_SEQUENCE_NODE || root->type == YAML_SCALAR_NODE)
		return root;
	for (p = root->data.mapping.pairs.start; p < root->data.mapping.pairs.top; p++) {
		const yaml_node_t *v = yaml_document_get_node(&l->doc, p->value);

		if (v->type == YAML_SEQUENCE_NODE)
			return v;
	}
	return root;
}

static void check_file(struct list *l)
{
	FILE *file = fopen(l->path, "re");
	yaml_parser_t parser;
	const yaml_node_t *seq;

	yaml_parser_initialize(&parser);
	if (file)
		yaml_parser_set_input_file(&parser, file);
	if (!file || !yaml_parser_load(&parser, &l->doc)) {
		printf("# %s: %s\n", l->path, file ? parser.problem : "cannot be read");
		l->problems++;
	} else {
		seq = find_list(l);
		for (yaml_node_item_t *i = seq && seq->type == YAML_SEQUENCE_NODE ?
						   seq->data.sequence.items.start :
						   NULL;
		     i && i < seq->data.sequence.items.top; i++)
			check_mutant(l, yaml_document_get_node(&l->doc, *i));
		yaml_document_delete(&l->doc);
	}
	yaml_parser_delete(&parser);
	if (file)
		fclose(file);
}

int main(int argc, char **argv)
{
	unsigned mutants = 0, problems = 0;

	for (int i = 1; i < argc; i++) {
		struct list l = { .path = argv[i] };

		check_file(&l);
		mutants += l.mutants;
		problems += l.problems;
	}
	printf("%u\n", mutants);
	return problems ? 1 : 0;
}
