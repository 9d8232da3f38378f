/*
 * report: `podtest report FILE…`: one page of several results.json, side by side.
 *
 * A file is a column, in the order given. Sentences and sources come from the catalogue as it is now, so that a page of old results can be
 * made again with better words.
 */
#include "commands.h"
#include "inspect/words.h"
#include "report/page.h"
#include "report/results.h"
#include "verdict.h"

static const char usage[] =
	"usage: podtest report FILE… [-o report.html] [--catalogue DIR]\n\n"
	"One self-contained page of one or several results.json, side by side.\n";

static int load_all(char *const *files, json_t *list, struct error *err)
{
	for (; *files; files++) {
		json_t *results;

		if (results_load(*files, &results, err))
			return -1;
		json_array_append_new(list,
				      json_pack("{s:s, s:o}", "file", *files, "results", results));
	}
	return 0;
}

static int make_page(char *const *files, const char *output, const char *catalogue,
		     struct error *err)
{
	struct options o = { .catalogue = catalogue };
	_cleanup_(catalog_free_p) struct catalog *catalog = NULL;
	_cleanup_json_ json_t *list = json_array();

	if (load_all(files, list, err) || catalog_load_found(&o, &catalog, err) ||
	    page_write(output, list, catalog, err))
		return -1;
	printf("%s: %zu results\n", output, json_array_size(list));
	return 0;
}

int cmd_report(int argc, char **argv)
{
	const char *output = "report.html", *catalogue = NULL;
	const struct word words[] = { { "output", 'o', false, &output },
				      { "catalogue", 0, false, &catalogue } };
	_cleanup_error_ struct error err = ERROR_INIT;

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (words_take(&argc, argv, words, ARRAY_SIZE(words), &err))
		return words_fault("report", &err, EXIT_BAD_USAGE);
	for (int i = 1; i < argc; i++)
		if (argv[i][0] == '-' && error_set(&err, "unknown option %s", argv[i]))
			return words_fault("report", &err, EXIT_BAD_USAGE);
	if (argc < 2)
		return fputs(usage, stderr), EXIT_BAD_USAGE;
	if (make_page(argv + 1, output, catalogue, &err))
		return words_fault("report", &err, EXIT_VOID);
	return EXIT_GOOD;
}
