/*
 * render: `podtest render CASE`: the manifests of a case as any tool takes them.
 *
 * Names that a run fills in get values that a person can replace by hand: options set the namespace, the node and the witness.
 * `${ip/POD}` stays, since only a running pod has one.
 */
#include "commands.h"
#include "doc.h"
#include "images.h"
#include "inspect/words.h"
#include "kinds.h"
#include "util/json.h"
#include "verdict.h"

static const char usage[] =
	"usage: podtest render CASE [--namespace NS] [--node NODE] [--witness "
	"ADDRESS:PORT] [--scratch DIR] [--image REF]\n\n"
	"Prints the manifests of a case as YAML, names filled in: podtest "
	"render CASE | kubectl apply -f -\n"
	"What has a status that creation drops (a Node) says how it is written.\n";

#define STATUS_HINT "# then its status: kubectl replace --subresource=status -f FILE\n"

static bool writes_status(const json_t *manifest)
{
	return kind_is_outside(kind_find(json_str(manifest, "kind"))) &&
	       json_object_get(manifest, "status");
}

static void print_case(const struct fixture *f, const char *const *vars, const struct options *o)
{
	json_t *m;
	size_t i;

	json_array_foreach(f->manifests, i, m) {
		_cleanup_json_ json_t *filled = fixture_fill(m, vars);

		images_rename(filled, o);
		_cleanup_free_ char *text = doc_dump(filled);

		printf("---\n%s%s", writes_status(filled) ? STATUS_HINT : "", text);
	}
}

static int render(const struct selection *s, const char *ns, const char *node, const char *witness,
		  const char *scratch, struct error *err)
{
	if (!s->options.names[0])
		return error_set(err, "which case? (see podtest list)");
	if (!s->n)
		return error_set(err, "no case is named %s", s->options.names[0]);
	for (size_t i = 0; i < s->n; i++) {
		const struct fixture *f = s->chosen[i];
		const char *const vars[] = { "ns",	ns ? ns : "podtest",
					     "name",	f->name,
					     "node",	node ? node : "node",
					     "scratch", scratch ? scratch : "/tmp/podtest-scratch",
					     "witness", witness ? witness : "127.0.0.1:7070",
					     "rate",	"1",
					     NULL };

		printf("# %s: %s\n", f->name, f->title);
		print_case(f, vars, &s->options);
	}
	return 0;
}

int cmd_render(int argc, char **argv)
{
	const char *ns = NULL, *node = NULL, *witness = NULL, *scratch = NULL;
	const struct word words[] = { { "namespace", 'n', false, &ns },
				      { "node", 0, false, &node },
				      { "witness", 0, false, &witness },
				      { "scratch", 0, false, &scratch } };
	_cleanup_(selection_clear) struct selection s = { 0 };
	_cleanup_error_ struct error err = ERROR_INIT;

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (words_take(&argc, argv, words, ARRAY_SIZE(words), &err) ||
	    selection_load(&s, argc, argv, &err) || render(&s, ns, node, witness, scratch, &err))
		return words_fault("render", &err, EXIT_BAD_USAGE);
	return EXIT_GOOD;
}
