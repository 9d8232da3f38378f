/*
 * signals: names of signals, as images (STOPSIGNAL) and lifecycle.stopSignal write them.
 */
#include <signal.h>

#include "base/defs.h"
#include "base/str.h"
#include "kubelet/ctr_plan.h"

static const struct {
	const char *name;
	int number;
} signals[] = {
	{ "HUP", SIGHUP },	 { "INT", SIGINT },   { "QUIT", SIGQUIT },     { "ILL", SIGILL },
	{ "TRAP", SIGTRAP },	 { "ABRT", SIGABRT }, { "BUS", SIGBUS },       { "FPE", SIGFPE },
	{ "KILL", SIGKILL },	 { "USR1", SIGUSR1 }, { "SEGV", SIGSEGV },     { "USR2", SIGUSR2 },
	{ "PIPE", SIGPIPE },	 { "ALRM", SIGALRM }, { "TERM", SIGTERM },     { "CHLD", SIGCHLD },
	{ "CONT", SIGCONT },	 { "STOP", SIGSTOP }, { "TSTP", SIGTSTP },     { "TTIN", SIGTTIN },
	{ "TTOU", SIGTTOU },	 { "URG", SIGURG },   { "XCPU", SIGXCPU },     { "XFSZ", SIGXFSZ },
	{ "VTALRM", SIGVTALRM }, { "PROF", SIGPROF }, { "WINCH", SIGWINCH },   { "IO", SIGIO },
	{ "PWR", SIGPWR },	 { "SYS", SIGSYS },   { "STKFLT", SIGSTKFLT },
};

/* "RTMIN+3", "RTMAX-1". */
static int real_time(const char *name, int dflt)
{
	bool from_min = str_starts(name, "RTMIN");
	const char *rest = from_min ? name + 5 : str_after(name, "RTMAX");
	int64_t off = 0;

	if (!rest || (*rest && str_to_int64(rest + 1, 0, SIGRTMAX - SIGRTMIN, &off) < 0))
		return dflt;
	return from_min ? SIGRTMIN + (int)off : SIGRTMAX - (int)off;
}

const char *signal_name(int number)
{
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (signals[i].number == number)
			return signals[i].name;
	}
	return NULL;
}

int signal_number(const char *text, int dflt)
{
	const char *name = text ? str_after(text, "SIG") : NULL;
	int64_t number;

	if (!text)
		return dflt;
	if (!name)
		name = text;
	if (str_to_int64(name, 1, SIGRTMAX, &number) == 0)
		return (int)number;
	for (size_t i = 0; i < ARRAY_SIZE(signals); i++) {
		if (streq(signals[i].name, name))
			return signals[i].number;
	}
	return real_time(name, dflt);
}
