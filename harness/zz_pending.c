/*
 * zz_pending: weak stand-ins for parts that are being written, last in the archive so that the real ones win.
 * Each says that it is missing. This file goes away with the last of them.
 */
#include "catalog.h"
#include "commands.h"
#include "leak.h"
#include "report.h"

#define WEAK __attribute__((weak))
#define PENDING_COMMAND(name)                                                                                \
	WEAK int name(int argc, char **argv)                                                                 \
	{                                                                                                    \
		(void)argc;                                                                                  \
		fprintf(stderr, "podtest: %s is not built yet\n", argv[0]);                                  \
		return EXIT_VOID;                                                                            \
	}

PENDING_COMMAND(cmd_list)
PENDING_COMMAND(cmd_render)
PENDING_COMMAND(cmd_lint)
PENDING_COMMAND(cmd_explain)
PENDING_COMMAND(cmd_coverage)
PENDING_COMMAND(cmd_diff)
PENDING_COMMAND(cmd_doctor)
PENDING_COMMAND(cmd_clean)
PENDING_COMMAND(cmd_mutants)
PENDING_COMMAND(cmd_image)
PENDING_COMMAND(cmd_completion)

static void plain_free(struct reporter *r)
{
	free(r);
}

static void plain_done(struct reporter *r, const struct case_result *c)
{
	_cleanup_free_ char *text = c->verdict == VERDICT_PASS ? NULL : explain_case(c, NULL);

	(void)r;
	printf("%s %s %.2f s\n", verdict_name(c->verdict), c->name, c->seconds);
	if (text && c->verdict != VERDICT_NOT_APPLICABLE)
		fputs(text, stdout);
	fflush(stdout);
}

static int plain_end(struct reporter *r, const struct run_result *run, struct error *err)
{
	(void)r;
	(void)err;
	for (int v = 0; v < N_VERDICTS; v++)
		printf("%s %zu  ", verdict_name((enum verdict)v), run_result_count(run, (enum verdict)v));
	printf("\n%.1f s, seed %llu%s%s\n", run->wall_seconds, (unsigned long long)run->seed,
	       run->void_reason ? ", void: " : "", run->void_reason ? run->void_reason : "");
	for (size_t i = 0; run->leaks && run->leaks[i]; i++)
		printf("leak: %s\n", run->leaks[i]);
	return 0;
}

static struct reporter *plain_new(bool cases)
{
	struct reporter *r = xcalloc(1, sizeof(*r));

	*r = (struct reporter){.done = cases ? plain_done : NULL, .end = cases ? NULL : plain_end, .free = plain_free};
	return r;
}

WEAK struct reporter *report_tap_new(FILE *out)
{
	(void)out;
	return plain_new(true);
}

WEAK struct reporter *report_progress_new(FILE *out)
{
	(void)out;
	return plain_new(true);
}

WEAK struct reporter *report_summary_new(FILE *out)
{
	(void)out;
	return plain_new(false);
}

WEAK struct reporter *report_junit_new(const char *path)
{
	(void)path;
	return NULL;
}

WEAK struct reporter *report_json_new(const char *path)
{
	(void)path;
	return NULL;
}

WEAK int catalog_load(const char *dir, struct catalog **ret, struct error *err)
{
	(void)dir;
	(void)err;
	*ret = NULL;
	return 0;
}

WEAK struct catalog *catalog_free(struct catalog *c)
{
	(void)c;
	return NULL;
}

WEAK const struct requirement *catalog_find(const struct catalog *c, const char *id)
{
	(void)c;
	(void)id;
	return NULL;
}

WEAK int leak_new(const char *root, struct leak **ret, struct error *err)
{
	(void)root;
	(void)err;
	*ret = NULL;
	return 0;
}

WEAK struct leak *leak_free(struct leak *l)
{
	(void)l;
	return NULL;
}

WEAK void leak_note(struct leak *l, const char *ns, const json_t *start)
{
	(void)l;
	(void)ns;
	(void)start;
}

WEAK void leak_check_case(struct leak *l, const char *ns, json_t *problems)
{
	(void)l;
	(void)ns;
	(void)problems;
}

WEAK void leak_check_run(struct leak *l, json_t *problems)
{
	(void)l;
	(void)problems;
}
