/*
 * mutants: `podtest mutants`: can the cases fail?
 *
 * Each mutant is the reference with one plausible wrong behaviour and names the requirement that it breaks. The claiming cases run
 * once against the reference as it is, then against each mutant, several at a time with a podd each. A mutant is killed when an
 * assertion that cites the requirement fails in a case that passes without it. Exit code 0: all killed; 1: some are not; 2: the
 * report is void.
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "commands.h"
#include "inspect/words.h"
#include "mutation/mutation.h"
#include "select.h"
#include "util/json.h"
#include "util/paths.h"
#include "verdict.h"

static const char usage[] =
	"usage: podtest mutants [--area AREA,…] [--only GLOB,…] [--jobs N] [--report FILE] "
	"[--clock-rate N]\n\n"
	"Builds each mutant of harness/mutants/AREA.yaml and demands that the cases which claim "
	"its requirement fail.\n"
	"Needs the source tree, built (make all). --only: ids of mutants, or the requirements they "
	"break.\n"
	"--jobs: mutants at a time (one more than processors). --report: "
	"out/report/mutants.json;\n"
	"a part (--area, --only) replaces what that report says of the same mutants and leaves the "
	"rest of it.\n";

#define MAX_JOBS 64

static volatile sig_atomic_t interrupted;

static void on_interrupt(int sig)
{
	(void)sig;
	interrupted = 1;
}

static void catch_interrupts(void)
{
	struct sigaction action = { .sa_handler = on_interrupt };

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static void report_one(const struct trial *t)
{
	const char *message = t->message ? t->message : "";

	printf("%-9s %-32s %-12s %s%s%.*s (%.1f s)\n", fate_name(t->fate), t->mutant->id,
	       t->mutant->kills, t->case_name ? t->case_name : "",
	       t->case_name && *message ? ": " : "", (int)MIN(strcspn(message, "\n"), (size_t)160),
	       message, t->seconds);
	fflush(stdout);
}

/* Every child has a pipe; its end is the child's. */
static void wait_for_any(struct trial *trials, size_t n)
{
	struct pollfd fds[MAX_JOBS];
	struct trial *of[MAX_JOBS];
	nfds_t count = 0;

	for (size_t i = 0; i < n && count < MAX_JOBS; i++)
		if (trials[i].stage != STAGE_OVER) {
			of[count] = &trials[i];
			fds[count++] =
				(struct pollfd){ .fd = trials[i].child.out, .events = POLLIN };
		}
	if (poll(fds, count, -1) < 0)
		return;
	for (nfds_t i = 0; i < count; i++) {
		if (!fds[i].revents)
			continue;
		trial_step(of[i]);
		if (of[i]->stage == STAGE_OVER)
			report_one(of[i]);
	}
}

static size_t count_running(const struct trial *trials, size_t n)
{
	size_t running = 0;

	for (size_t i = 0; i < n; i++)
		running += trials[i].stage != STAGE_OVER;
	return running;
}

static void run_trials(struct trial *trials, size_t n, size_t jobs)
{
	size_t begun = 0;

	for (;;) {
		while (begun < n && !interrupted && count_running(trials, begun) < jobs) {
			trial_start(&trials[begun]);
			if (trials[begun].stage == STAGE_OVER)
				report_one(&trials[begun]);
			begun++;
		}
		for (size_t i = 0; interrupted && i < begun; i++)
			trial_stop(&trials[i]);
		if (!count_running(trials, begun))
			return;
		wait_for_any(trials, begun);
	}
}

static char *source_root(struct error *err)
{
	char *make = paths_data("GNUmakefile");

	if (!make) {
		error_set(err, "the source tree (GNUmakefile) is not where this program was built");
		return NULL;
	}
	*strrchr(make, '/') = '\0';
	return make;
}

static int lock_folder(struct mutation *all, const char *dir, struct error *err)
{
	_cleanup_free_ char *path = xasprintf("%s/lock", dir);

	if (mkdir(dir, 0755) && errno != EEXIST)
		return error_set_errno(err, errno, "%s", dir);
	all->lock = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
	if (all->lock < 0)
		return error_set_errno(err, errno, "%s", path);
	if (flock(all->lock, LOCK_EX | LOCK_NB))
		return error_set(err, "another podtest mutants runs in %s", dir);
	return 0;
}

static int prepare(struct mutation *all, const char *rate, struct error *err)
{
	_cleanup_free_ char *out = NULL;

	all->root = source_root(err);
	if (!all->root)
		return -1;
	all->podtest = paths_program("podtest");
	all->podd = paths_program("podd");
	if (!all->podtest || !all->podd)
		return error_set(err, "podtest and podd must be built (make all)");
	out = xasprintf("%s/out/mutants", all->root);
	if (lock_folder(all, out, err))
		return -1;
	all->base = json_object();
	all->clock_rate = rate ? strtod(rate, NULL) : 20;
	return all->clock_rate >= 1 ? 0 :
				      error_set(err, "--clock-rate %s: must be 1 or more", rate);
}

static void mutation_clear(struct mutation *all)
{
	free(all->root);
	free(all->podtest);
	free(all->podd);
	cleanup_close_p(&all->lock);
	json_decref(all->base);
}

static bool is_part(const struct mutant_choice *choice)
{
	return choice->areas || choice->only;
}

/* The report, and a line that says where it is. */
static int write_report(const struct mutation *all, const struct mutant_choice *choice,
			const struct mutant_list *list, const char *report,
			const struct trial *trials, const struct score *s, struct error *err)
{
	_cleanup_(mutant_list_clear) struct mutant_list tree = { 0 };
	_cleanup_json_ json_t *earlier = NULL;
	_cleanup_free_ char *path = report ? xstrdup(report) :
					     xasprintf("%s/out/report/mutants.json", all->root);

	if (is_part(choice)) {
		if (mutant_list_load(all->root, &(struct mutant_choice){ 0 }, &tree, err))
			return -1;
		earlier = mutation_earlier(path, &tree, list);
	}
	if (mutation_write(path, trials, list->n, earlier, s, err))
		return -1;
	printf("report: %s\n", path);
	return 0;
}

static int conduct(struct mutation *all, const struct mutant_list *list, size_t jobs,
		   const struct mutant_choice *choice, const char *report, struct error *err)
{
	_cleanup_free_ struct trial *trials = xcalloc(list->n, sizeof(*trials));
	struct score s;
	int rc;

	for (size_t i = 0; i < list->n; i++)
		trial_init(&trials[i], &list->items[i], all);
	printf("%zu mutants, %zu at a time\n", list->n, jobs);
	rc = claims_base(all, list, err);
	if (!rc)
		run_trials(trials, list->n, jobs);
	s = mutation_score(trials, list->n);
	mutation_print(trials, list->n, &s);
	if (!rc)
		rc = write_report(all, choice, list, report, trials, &s, err);
	for (size_t i = 0; i < list->n; i++)
		trial_clear(&trials[i]);
	if (rc || s.void_reason)
		return EXIT_VOID;
	return s.of[FATE_KILLED] == s.total ? EXIT_GOOD : EXIT_FAILED;
}

static int mutants(const struct mutant_choice *choice, const char *jobs, const char *report,
		   const char *rate, struct error *err)
{
	_cleanup_(fixture_list_clear) struct fixture_list fixtures = { 0 };
	_cleanup_(mutant_list_clear) struct mutant_list list = { 0 };
	_cleanup_(mutation_clear) struct mutation all = { .fixtures = &fixtures,
							  .interrupted = &interrupted,
							  .lock = -1 };
	_cleanup_free_ char *dir = NULL;
	long n = jobs ? strtol(jobs, NULL, 10) : sysconf(_SC_NPROCESSORS_ONLN) + 1;

	if (n < 1 || n > MAX_JOBS)
		return error_set(err, "--jobs %s: must be 1 to 64", jobs), EXIT_BAD_USAGE;
	if (prepare(&all, rate, err) || mutant_list_load(all.root, choice, &list, err))
		return EXIT_VOID;
	dir = xasprintf("%s/fixtures", all.root);
	if (fixture_load_dir(dir, &fixtures, err))
		return EXIT_VOID;
	catch_interrupts();
	return conduct(&all, &list, (size_t)n, choice, report, err);
}

int cmd_mutants(int argc, char **argv)
{
	struct mutant_choice choice = { 0 };
	const char *jobs = NULL, *report = NULL, *rate = NULL;
	const struct word words[] = { { "area", 'a', false, &choice.areas },
				      { "only", 0, false, &choice.only },
				      { "jobs", 'j', false, &jobs },
				      { "report", 0, false, &report },
				      { "clock-rate", 0, false, &rate } };
	_cleanup_error_ struct error err = ERROR_INIT;
	int code;

	if (words_help(argc, argv))
		return fputs(usage, stdout), EXIT_GOOD;
	if (words_take(&argc, argv, words, ARRAY_SIZE(words), &err))
		return words_fault("mutants", &err, EXIT_BAD_USAGE);
	if (argc > 1)
		return fputs(usage, stderr), EXIT_BAD_USAGE;
	code = mutants(&choice, jobs, report, rate, &err);
	return err.message ? words_fault("mutants", &err, code) : code;
}
