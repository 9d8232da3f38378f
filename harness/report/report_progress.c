/*
 * report_progress: a run as a person watches it.
 *
 * On a terminal the last line is a bar that is drawn anew with each case that starts or ends; failures are printed above it as
 * they come, the first few explained in full, the others by one line. Without a terminal there is no bar: a line per failure and one
 * per tenth of the cases. Nothing here runs by time, so a run that hangs shows a bar that stands still, with the case that started last.
 */
#include <sys/ioctl.h>
#include <time.h>

#include "fixture.h"
#include "report/report_text.h"

#define EXPLAINED 5

struct progress {
	struct reporter base;
	FILE *out;
	const struct catalog *catalog;
	const struct run_result *run;
	bool terminal;
	size_t total, started, done, failed, explained, tenths;
	char *latest;
	double began;
};

static double seconds_now(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static size_t columns(const struct progress *p)
{
	struct winsize size;

	if (ioctl(fileno(p->out), TIOCGWINSZ, &size) == 0 && size.ws_col > 20)
		return size.ws_col;
	return 80;
}

static void draw(const struct progress *p)
{
	size_t running = p->started > p->done ? p->started - p->done : 0, full;
	_cleanup_free_ char *text = NULL;
	char bar[21];

	if (!p->terminal)
		return;
	full = p->total ? MIN(p->done * 20 / p->total, (size_t)20) : 0;
	memset(bar, '.', 20);
	memset(bar, '#', full);
	bar[20] = '\0';
	text = xasprintf("[%s] %zu/%zu, %zu failed, %zu running, %.0f s  %s", bar, p->done, p->total,
			 p->failed, running, seconds_now() - p->began, p->latest ? p->latest : "");
	fprintf(p->out, "\r%.*s\033[K", (int)columns(p) - 1, text);
	fflush(p->out);
}

static void clear_line(const struct progress *p)
{
	if (p->terminal)
		fputs("\r\033[K", p->out);
}

static void begin(struct reporter *r, const struct report_begin *b)
{
	struct progress *p = (struct progress *)r;

	p->catalog = b->catalog;
	p->run = b->run;
	p->total = b->n_cases;
	p->began = seconds_now();
	fprintf(p->out, "subject %s (%s), clock rate %g, %zu cases, seed %llu\n",
		b->run->subject ? b->run->subject : "unknown",
		b->run->subject_spec ? b->run->subject_spec : "", b->run->clock_rate, b->n_cases,
		(unsigned long long)b->run->seed);
	draw(p);
}

static void started(struct reporter *r, const struct fixture *f)
{
	struct progress *p = (struct progress *)r;

	p->started++;
	free(p->latest);
	p->latest = xasprintf("%s/%s", f->area, f->name);
	draw(p);
}

static void print_failure(struct progress *p, const struct case_result *c)
{
	_cleanup_free_ char *text = p->explained < EXPLAINED ? explain_case(c, p->catalog) : NULL;

	clear_line(p);
	if (text)
		fprintf(p->out, "%s\n", text);
	else
		fprintf(p->out, "%s %s/%s: %s\n", verdict_name(c->verdict), c->area, c->name,
			c->message ? c->message : "");
	p->explained++;
}

static void print_tenth(struct progress *p)
{
	size_t tenths = p->total ? p->done * 10 / p->total : 0;

	if (p->terminal || tenths == p->tenths)
		return;
	p->tenths = tenths;
	fprintf(p->out, "%zu/%zu cases, %zu failed, %.0f s\n", p->done, p->total, p->failed,
		seconds_now() - p->began);
	fflush(p->out);
}

static void done(struct reporter *r, const struct case_result *c)
{
	struct progress *p = (struct progress *)r;
	enum outcome o = outcome_of(c->verdict, p->run->strict);

	p->done++;
	if (o == OUTCOME_FAILURE || o == OUTCOME_ERROR) {
		p->failed++;
		print_failure(p, c);
	}
	print_tenth(p);
	draw(p);
}

static int end(struct reporter *r, const struct run_result *run, struct error *err)
{
	struct progress *p = (struct progress *)r;

	(void)run;
	clear_line(p);
	if (fflush(p->out) || ferror(p->out))
		return error_set(err, "the progress could not be written");
	return 0;
}

static void progress_free(struct reporter *r)
{
	free(((struct progress *)r)->latest);
	free(r);
}

struct reporter *report_progress_new(FILE *out)
{
	struct progress *p = xcalloc(1, sizeof(*p));

	p->base = (struct reporter){
		.begin = begin, .started = started, .done = done, .end = end, .free = progress_free
	};
	p->out = out;
	p->terminal = isatty(fileno(out));
	return &p->base;
}
