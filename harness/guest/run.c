/*
 * run: the first process of a container. It blocks the signals it traps before anything else (a first
 * process has no default actions), states `start`, opens its servers, performs the acts in order, states
 * `ready`, and serves until a signal, a tell, or --exit ends it.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest/guest.h"

#define ACT_MAX 64
#define AGAIN_SECONDS 0.02

static struct {
	const char *name, *arg;
} todo[ACT_MAX];
static size_t n_todo, next_todo;

static struct {
	const char *http[8], *tcp[8], *udp[8], *grpc[8];
	size_t n_http, n_tcp, n_udp, n_grpc;
	double delay_listen, after;
	const char *count_file, *codes, *exit, *on_term, *probe_again;
	int fork;
	bool orphans, zombie, setsid_child;
	int64_t n; /* how often this container ran, with --count */
} opt = { .on_term = "exit:0", .n = 1 };

/* ---- the end ---- */

static const struct {
	const char *name;
	int sig;
} signals[] = {
	{ "HUP", SIGHUP },   { "INT", SIGINT },	    { "QUIT", SIGQUIT }, { "USR1", SIGUSR1 },
	{ "USR2", SIGUSR2 }, { "WINCH", SIGWINCH }, { "TERM", SIGTERM }, { "SEGV", SIGSEGV },
	{ "KILL", SIGKILL }, { "ABRT", SIGABRT },
};

static int signal_by_name(const char *name)
{
	for (size_t i = 0; i < COUNT(signals); i++)
		if (strcmp(signals[i].name, name) == 0)
			return signals[i].sig;
	return atoi(name);
}

static const char *signal_name(int sig)
{
	for (size_t i = 0; i < COUNT(signals); i++)
		if (signals[i].sig == sig)
			return signals[i].name;
	return "?";
}

static void end_by_signal(int sig)
{
	sigset_t none;

	say("dying", "sig", signal_name(sig));
	say_flush(1000);
	signal(sig, SIG_DFL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	raise(sig);
	_exit(128 + sig); /* a first process survives its own signals */
}

static void end_with(const char *code)
{
	if (strncmp(code, "sig:", 4) == 0)
		end_by_signal(signal_by_name(code + 4));
	guest_exit(atoi(code));
}

static void exit_now(void *data)
{
	end_with(data);
}

/* The word of --codes for this run: the n-th, or the last. */
static const char *code_of_run(void)
{
	static char words[256];
	char *save = NULL, *word = NULL, *last = "0";
	int64_t i = 0;

	snprintf(words, sizeof(words), "%s", opt.codes);
	for (word = strtok_r(words, ",", &save); word; word = strtok_r(NULL, ",", &save)) {
		last = word;
		if (++i == opt.n)
			break;
	}
	return strcmp(last, "run") == 0 ? NULL : last;
}

/* ---- signals ---- */

static void on_term(void)
{
	double seconds = 0;
	static char code[16] = "0";

	say("term", NULL, NULL);
	if (strncmp(opt.on_term, "exit", 4) == 0) {
		const char *colon = strchr(opt.on_term, ':');

		end_with(colon ? colon + 1 : "0");
	} else if (sscanf(opt.on_term, "delay:%lf:%15s", &seconds, code) >= 1) {
		loop_after(seconds, exit_now, code);
	}
}

static void on_signal(int fd, short revents, void *data)
{
	struct signalfd_siginfo info;

	(void)revents;
	(void)data;
	if (read(fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGTERM)
		on_term();
	else if (info.ssi_signo == SIGCHLD)
		while (!opt.zombie && waitpid(-1, NULL, WNOHANG) > 0)
			;
	else
		say("signal", "sig", signal_name((int)info.ssi_signo));
}

static void trap_signals(void)
{
	sigset_t set;
	static const int trapped[] = { SIGTERM, SIGHUP,	 SIGINT,   SIGQUIT,
				       SIGUSR1, SIGUSR2, SIGWINCH, SIGCHLD };

	sigemptyset(&set);
	for (size_t i = 0; i < COUNT(trapped); i++)
		if (trapped[i] != SIGTERM || strcmp(opt.on_term, "default") != 0)
			sigaddset(&set, trapped[i]);
	sigprocmask(SIG_BLOCK, &set, NULL);
	loop_watch(signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, on_signal, NULL);
}

/* ---- start ---- */

static void count_run(void)
{
	char number[32], *text = read_whole(opt.count_file, NULL);

	opt.n = (text ? atoll(text) : 0) + 1;
	free(text);
	snprintf(number, sizeof(number), "%lld", (long long)opt.n);
	write_whole(opt.count_file, number, false);
	if (opt.n > 1 && opt.probe_again)
		probe_set(opt.probe_again);
}

static void say_start(void)
{
	struct line l;

	line_begin(&l, "start");
	line_int(&l, "n", opt.n);
	facts_add(&l);
	line_end(&l);
	line_free(&l);
}

static void open_servers(void *data)
{
	(void)data;
	for (size_t i = 0; i < opt.n_http; i++)
		serve_http(opt.http[i]);
	for (size_t i = 0; i < opt.n_tcp; i++)
		serve_tcp(opt.tcp[i]);
	for (size_t i = 0; i < opt.n_udp; i++)
		serve_udp(opt.udp[i]);
	for (size_t i = 0; i < opt.n_grpc; i++)
		serve_grpc(opt.grpc[i]);
}

static void idle_child(bool dies_with_parent)
{
	sigset_t none;

	if (dies_with_parent)
		prctl(PR_SET_PDEATHSIG, SIGKILL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
	for (;;)
		pause();
}

static void make_children(void)
{
	for (int i = 0; i < opt.fork; i++)
		if (fork() == 0)
			idle_child(!opt.orphans);
	if (opt.zombie && fork() == 0)
		_exit(0);
	if (opt.setsid_child && fork() == 0) {
		setsid();
		idle_child(false);
	}
}

static void finish_start(void)
{
	const char *code = opt.codes ? code_of_run() : opt.exit;

	say("ready", NULL, NULL);
	if (code)
		loop_after(opt.after, exit_now, (void *)code);
}

static void next_act(void *data)
{
	(void)data;
	while (next_todo < n_todo) {
		struct line l = { 0 };
		int r = act(todo[next_todo].name, todo[next_todo].arg, &l);

		if (r == ACT_AGAIN) {
			loop_after(AGAIN_SECONDS, next_act, NULL);
			return;
		}
		if (r == ACT_DONE)
			line_end(&l);
		else
			say("warning", "text", todo[next_todo].name);
		line_free(&l);
		next_todo++;
	}
	finish_start();
}

/* ---- options ---- */

static bool flag_option(const char *name)
{
	if (strcmp(name, "orphans") == 0)
		opt.orphans = true;
	else if (strcmp(name, "zombie") == 0)
		opt.zombie = true;
	else if (strcmp(name, "setsid-child") == 0)
		opt.setsid_child = true;
	else
		return false;
	return true;
}

static void port_option(const char **ports, size_t *n, const char *value)
{
	if (*n < 8)
		ports[(*n)++] = value;
}

static bool value_option(const char *name, const char *value)
{
	if (strcmp(name, "http") == 0)
		port_option(opt.http, &opt.n_http, value);
	else if (strcmp(name, "tcp") == 0)
		port_option(opt.tcp, &opt.n_tcp, value);
	else if (strcmp(name, "udp") == 0)
		port_option(opt.udp, &opt.n_udp, value);
	else if (strcmp(name, "grpc") == 0)
		port_option(opt.grpc, &opt.n_grpc, value);
	else if (strcmp(name, "delay-listen") == 0)
		opt.delay_listen = atof(value);
	else if (strcmp(name, "after") == 0)
		opt.after = atof(value);
	else if (strcmp(name, "count") == 0)
		opt.count_file = value;
	else if (strcmp(name, "codes") == 0)
		opt.codes = value;
	else if (strcmp(name, "exit") == 0)
		opt.exit = value;
	else if (strcmp(name, "on-term") == 0)
		opt.on_term = value;
	else if (strcmp(name, "probe-again") == 0)
		opt.probe_again = value;
	else if (strcmp(name, "fork") == 0)
		opt.fork = atoi(value);
	else if (strcmp(name, "probe") == 0)
		return probe_set(value) == 0;
	else
		return false;
	return true;
}

static int add_act(const char *name, const char *arg)
{
	if (n_todo == ACT_MAX)
		return -1;
	todo[n_todo].name = name;
	todo[n_todo++].arg = arg;
	return 0;
}

static int parse_options(int argc, char **argv)
{
	for (int i = 0; i < argc; i++) {
		const char *name = argv[i] + 2;

		if (strncmp(argv[i], "--", 2) != 0)
			return -1;
		if (flag_option(name))
			continue;
		if (act_known(name) && strcmp(name, "probe") != 0 && strcmp(name, "exit") != 0) {
			if (add_act(name, act_takes_argument(name) ? argv[++i] : "") < 0 ||
			    i >= argc)
				return -1;
			continue;
		}
		if (i + 1 >= argc || !value_option(name, argv[i + 1]))
			return -1;
		i++;
	}
	return 0;
}

int cmd_run(int argc, char **argv)
{
	if (parse_options(argc, argv) < 0) {
		fprintf(stderr, "guest run: unknown option or missing value; see "
				"harness/guest/README.md\n");
		return 64;
	}
	trap_signals();
	say_init(true);
	if (opt.count_file)
		count_run();
	say_start();
	control_listen();
	make_children();
	if (opt.delay_listen > 0)
		loop_after(opt.delay_listen, open_servers, NULL);
	else
		open_servers(NULL);
	loop_after(0, next_act, NULL);
	loop_run();
}
