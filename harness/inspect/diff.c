/*
 * diff: `podtest diff A B`: what differs between two results.json.
 *
 * Cases are compared by name (a case that was repeated takes its worst verdict), and where a case's verdict is the same, its assertions'
 * requirements. Exit code as diff(1) has it: 0 nothing differs, 1 something does, 2 a file cannot be read.
 */
#include "commands.h"
#include "inspect/words.h"
#include "report/results.h"
#include "util/json.h"
#include "verdict.h"

static const char usage[] =
	"usage: podtest diff A B\n\nWhat differs between two results.json, from A to B.\n";

static void keep_worse(json_t *map, const char *key, const char *verdict)
{
	const char *old = json_string_value(json_object_get(map, key));
	int a = old ? verdict_from_name(old) : VERDICT_PASS, b = verdict_from_name(verdict);

	if (!key || b < 0 || a < 0)
		return;
	json_object_set_new(
		map, key,
		json_string(verdict_name(verdict_worse((enum verdict)a, (enum verdict)b))));
}

/* {"area/case": verdict, "area/case REQ": verdict, …} */
static json_t *verdicts_of(const json_t *results)
{
	json_t *map = json_object(), *c, *a;
	size_t i, j;

	json_array_foreach(json_object_get(results, "cases"), i, c) {
		const char *area = json_str(c, "area");
		_cleanup_free_ char *name =
			xasprintf("%s/%s", area ? area : "", json_str(c, "name"));

		keep_worse(map, name, json_str(c, "verdict"));
		json_array_foreach(json_object_get(c, "assertions"), j, a) {
			_cleanup_free_ char *key = xasprintf("%s %s", name, json_str(a, "req"));

			keep_worse(map, key, json_str(a, "verdict"));
		}
	}
	return map;
}

static size_t print_changes(const json_t *a, const json_t *b)
{
	const char *key;
	json_t *v;
	size_t n = 0;

	json_object_foreach((json_t *)b, key, v) {
		const char *before = json_string_value(json_object_get(a, key)),
			   *after = json_string_value(v);

		if (streq(before, after))
			continue;
		n++;
		printf("%-60s %s -> %s\n", key, before ? before : "(not there)", after);
	}
	json_object_foreach((json_t *)a, key, v)
		if (!json_object_get(b, key)) {
			printf("%-60s %s -> (not there)\n", key, json_string_value(v));
			n++;
		}
	return n;
}

int cmd_diff(int argc, char **argv)
{
	_cleanup_json_ json_t *a = NULL, *b = NULL, *va = NULL, *vb = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	size_t n;

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (argc != 3)
		return fputs(usage, stderr), EXIT_BAD_USAGE;
	if (results_load(argv[1], &a, &err) || results_load(argv[2], &b, &err))
		return words_fault("diff", &err, EXIT_VOID);
	va = verdicts_of(a);
	vb = verdicts_of(b);
	n = print_changes(va, vb);
	printf("%s -> %s: %zu verdicts differ\n", json_str(a, "subject"), json_str(b, "subject"), n);
	return n ? EXIT_FAILED : EXIT_GOOD;
}
