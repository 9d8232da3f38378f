/*
 * pod_validate_probe: probes, hooks and the handlers that both have.
 *
 * A probe or hook has exactly one handler: the first in the order of the table counts and every other one
 * is forbidden at its own path.
 */
#include <string.h>

#include "api/pod_rules.h"
#include "base/json.h"
#include "base/str.h"

static void rules_port(const json_t *port, const struct fpath *path, struct violations *v)
{
	json_int_t n = json_integer_value(port);

	if (json_is_string(port))
		violate_name(v, path, NAME_PORT, json_string_value(port));
	else if (n < 1 || n > 65535)
		violate_invalid_int(v, path, n, "must be between 1 and 65535, inclusive");
}

static bool is_header_name(const char *name)
{
	return *name != '\0' && strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
					     "0123456789-") == strlen(name);
}

static void rules_http(const json_t *http, const struct fpath *path, struct violations *v)
{
	const struct fpath headers = { .up = path, .name = "httpHeaders" };
	json_t *header;
	size_t i;

	rules_port(json_object_get(http, "port"), FPATH(path, "port"), v);
	json_each(http, "httpHeaders", i, header) {
		const char *name = json_str_or(header, "name", "");

		if (!is_header_name(name))
			violate_invalid_str(v, FPATH(&headers, "name"), name,
					    "a valid HTTP header must consist of alphanumeric "
					    "characters or '-' (e.g. 'X-Header-Name', regex used "
					    "for validation is '[-A-Za-z0-9]+')");
	}
}

static void rules_sleep(const struct pod_facts *f, const json_t *sleep, const struct fpath *path,
			struct violations *v)
{
	int64_t seconds = json_int(sleep, "seconds", 0);

	if (seconds < 0 || seconds > f->grace_seconds)
		violate_invalid_int(v, path, seconds,
				    "must be non-negative and less than "
				    "terminationGracePeriodSeconds (%lld)",
				    (long long)f->grace_seconds);
}

static void rules_handler(const struct pod_facts *f, const char *name, const json_t *handler,
			  const struct fpath *path, struct violations *v)
{
	if (streq(name, "httpGet"))
		rules_http(handler, path, v);
	else if (streq(name, "tcpSocket"))
		rules_port(json_object_get(handler, "port"), FPATH(path, "port"), v);
	else if (streq(name, "grpc") && json_object_get(handler, "port") == NULL)
		violate_invalid_int(v, FPATH(path, "port"), 0,
				    "must be between 1 and 65535, inclusive");
	else if (streq(name, "sleep"))
		rules_sleep(f, handler, path, v);
}

/* Exactly one handler of the five (a probe's table has no sleep, a hook's no grpc). */
static void rules_handlers(const struct pod_facts *f, const json_t *holder,
			   const struct fpath *path, struct violations *v)
{
	static const char *const names[] = { "exec", "httpGet", "tcpSocket", "grpc", "sleep" };
	size_t n = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const json_t *handler = json_obj(holder, names[i]);
		const struct fpath at = { .up = path, .name = names[i] };

		if (handler == NULL)
			continue;
		if (n++ > 0)
			violate_forbidden(v, &at, "may not specify more than 1 handler type");
		else
			rules_handler(f, names[i], handler, &at, v);
	}
	if (n == 0)
		violate_required(v, path, "must specify a handler type");
}

static void rules_probe(const struct pod_facts *f, const json_t *probe, bool readiness,
			const struct fpath *path, struct violations *v)
{
	const json_t *grace = json_object_get(probe, "terminationGracePeriodSeconds");
	int64_t threshold = json_int(probe, "successThreshold", 1);

	rules_handlers(f, probe, path, v);
	if (!readiness && threshold != 1 && threshold >= 0)
		violate_invalid_int(v, FPATH(path, "successThreshold"), threshold, "must be 1");
	if (grace == NULL)
		return;
	if (readiness)
		violate_invalid(v, FPATH(path, "terminationGracePeriodSeconds"), grace,
				"must not be set for readinessProbes");
	else if (json_integer_value(grace) <= 0)
		violate_invalid(v, FPATH(path, "terminationGracePeriodSeconds"), grace,
				"must be greater than 0");
}

void pod_rules_probes(const struct pod_facts *f, const json_t *c, const struct fpath *path,
		      struct violations *v)
{
	static const char *const names[] = { "livenessProbe", "readinessProbe", "startupProbe" };

	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		const json_t *probe = json_obj(c, names[i]);

		if (probe != NULL)
			rules_probe(f, probe, i == 1, FPATH(path, names[i]), v);
	}
}

/* ---- hooks ---- */

static bool is_signal(const char *name)
{
	static const char *const names[] = {
		"SIGABRT",   "SIGALRM",	  "SIGBUS",  "SIGCHLD", "SIGCLD",   "SIGCONT",
		"SIGFPE",    "SIGHUP",	  "SIGILL",  "SIGINT",	"SIGIO",    "SIGIOT",
		"SIGKILL",   "SIGPIPE",	  "SIGPOLL", "SIGPROF", "SIGPWR",   "SIGQUIT",
		"SIGSEGV",   "SIGSTKFLT", "SIGSTOP", "SIGSYS",	"SIGTERM",  "SIGTRAP",
		"SIGTSTP",   "SIGTTIN",	  "SIGTTOU", "SIGURG",	"SIGUSR1",  "SIGUSR2",
		"SIGVTALRM", "SIGWINCH",  "SIGXCPU", "SIGXFSZ", "SIGRTMIN", "SIGRTMAX",
	};
	const char *offset = str_after(name, "SIGRTMIN+");
	int64_t n;

	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		if (streq(names[i], name))
			return true;
	if (offset == NULL)
		offset = str_after(name, "SIGRTMAX-");
	return offset != NULL && str_to_int64(offset, 1, 15, &n) == 0;
}

static void rules_stop_signal(const struct pod_facts *f, const char *name, const struct fpath *path,
			      struct violations *v)
{
	const char *os = json_str(f->spec, "os.name");

	if (os == NULL)
		violate_forbidden(v, path,
				  "may not be set for containers with empty `spec.os.name`");
	if (!is_signal(name))
		violate_invalid_str(v, path, name, "must be the name of a signal");
}

void pod_rules_lifecycle(const struct pod_facts *f, const json_t *c, const struct fpath *path,
			 struct violations *v)
{
	const struct fpath at = { .up = path, .name = "lifecycle" };
	const json_t *lifecycle = json_obj(c, "lifecycle");
	const char *signal = json_str(lifecycle, "stopSignal");

	if (json_obj(lifecycle, "postStart") != NULL)
		rules_handlers(f, json_obj(lifecycle, "postStart"), FPATH(&at, "postStart"), v);
	if (json_obj(lifecycle, "preStop") != NULL)
		rules_handlers(f, json_obj(lifecycle, "preStop"), FPATH(&at, "preStop"), v);
	if (signal != NULL)
		rules_stop_signal(f, signal, FPATH(&at, "stopSignal"), v);
}
