/*
 * podman: the driver of `podman kube play` (harness/PROTOCOL.md); the script `run` beside it starts it where podman may be let loose.
 *
 * Each request is performed by a process of its own, which says its answer in one piece; so a slow `play` delays nobody. What a
 * manifest asks for goes to podman as it is, and what podman makes of it is what is shown: nothing is emulated, and every field that
 * podman accepts is declared, also those that it ignores. Kinds that it refuses are not.
 */
#include "drivers/podman/podman.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/file.h>

json_t *answer_ok(void)
{
	return json_pack("{s:b}", "ok", 1);
}

json_t *answer_fault(const char *code, const char *message)
{
	return json_pack("{s:{s:s,s:s}}", "error", "code", code, "message", message);
}

/* The end of what a command said, which is where podman puts the reason. */
json_t *answer_failure(const char *code, const char *said)
{
	size_t len = said ? strlen(said) : 0;
	_cleanup_free_ char *text = NULL;

	while (len && said[len - 1] == '\n')
		len--;
	text = xstrdup(said ? said + (len > 1000 ? len - 1000 : 0) : "");
	text[MIN(len, (size_t)1000)] = 0;
	return answer_fault(code, text);
}

/* ---- hello ---- */

/* Every feature whose fields podman accepts, also where it ignores them: so they are judged. */
static const char *const features[] = {
	"pod",
	"pod.grace",
	"pod.logs",
	"pod.logs.follow",
	"pod.exec",
	"pod.init",
	"pod.sidecar",
	"pod.probe.exec",
	"pod.probe.http",
	"pod.probe.tcp",
	"pod.probe.grpc",
	"pod.probe.startup",
	"pod.hook",
	"pod.hook.sleep",
	"pod.restart",
	"pod.restart.rules",
	"pod.deadline",
	"pod.volume.emptydir",
	"pod.volume.hostpath",
	"pod.volume.configmap",
	"pod.volume.secret",
	"pod.env.refs",
	"pod.hostnetwork",
	"pod.hostpid",
	"pod.hostipc",
	"pod.hostport",
	"pod.sharepid",
	"pod.userns",
	"pod.security",
	"pod.limits.memory",
	"pod.limits.cpu",
	"pod.status",
	"pod.conditions",
	"pod.termination-message",
	"pod.stop-signal",
	"pod.dns",
	"pod.nodename",
	"api.validation",
	"disrupt.kill-sandbox",
};

/* "4.3.1", or "" when it does not say. */
static void podman_version(char version[32])
{
	FILE *said = popen("podman --version", "re");

	version[0] = 0;
	if (said && fscanf(said, "podman version %31s", version) != 1)
		fputs("podman: no version\n", stderr);
	if (said)
		pclose(said);
}

static json_t *do_hello(const json_t *request)
{
	_cleanup_free_ char *boot = file_read("/proc/sys/kernel/random/boot_id");
	char version[32];
	json_t *list = json_array();

	(void)request;
	podman_version(version);
	for (size_t i = 0; i < ARRAY_SIZE(features); i++)
		json_array_append_new(list, json_string(features[i]));
	boot[strcspn(boot, "\n")] = 0;
	return json_pack("{s:b,s:i,s:s,s:s,s:o,s:i,s:i,s:b,s:b,s:s}", "ok", 1, "protocol", 1,
			 "name", "podman", "version", version, "features", list, "capacity", 60,
			 "concurrency", 64, "watch", 0, "local", 1, "bootID", boot);
}

/* ---- logs, exec, disrupt ---- */

static char *container_of(const json_t *request)
{
	return xasprintf("%s-%s", json_str(request, "name"), json_str(request, "container"));
}

/* Both streams in one: frames of 8 bytes of head (the last four are the length) and the text. */
static void unframe(char *text, size_t *len)
{
	size_t to = 0;

	for (size_t at = 0; at + 8 <= *len;) {
		const unsigned char *head = (const unsigned char *)text + at;
		size_t n = (size_t)head[4] << 24 | (size_t)head[5] << 16 | (size_t)head[6] << 8 |
			   head[7];

		n = MIN(n, *len - at - 8);
		memmove(text + to, text + at + 8, n);
		to += n;
		at += 8 + n;
	}
	*len = to;
}

static json_t *do_logs(const json_t *request)
{
	pid_t room = room_of(json_str(request, "namespace"), false);
	json_int_t tail = json_int(request, "tail", -1);
	size_t after = (size_t)MAX(json_int(request, "after", 0), 0);
	_cleanup_free_ char *container = container_of(request);
	_cleanup_free_ char *path = NULL, *limit = xasprintf("&tail=%lld", (long long)tail),
			    *text = NULL;
	size_t len = 0;

	if (json_truth(request, "previous", false))
		return answer_fault("unsupported", "podman keeps no earlier instances");
	path = xasprintf("containers/%s/logs?stdout=true&stderr=true%s%s", container,
			 json_truth(request, "timestamps", false) ? "&timestamps=true" : "",
			 tail >= 0 ? limit : "");
	text = room > 0 ? room_read(room, path, &len) : NULL;
	if (!text)
		return answer_fault("not-found", "no such container");
	unframe(text, &len);
	if (after > len)
		after = 0;
	return json_pack("{s:b,s:I,s:s%}", "ok", 1, "after", (json_int_t)after, "text",
			 text + after, len - after);
}

static json_t *do_exec(const json_t *request)
{
	pid_t room = room_of(json_str(request, "namespace"), false);
	_cleanup_free_ char *container = container_of(request);
	_cleanup_strv_ char **command = json_strv(json_object_get(request, "command"));
	_cleanup_(outcome_clear) struct outcome o = { 0 };
	_cleanup_free_ char **argv = xcalloc(strv_len(command) + 4, sizeof(*argv));

	if (room <= 0 || !room_has(room, container))
		return answer_fault("not-found", "no such container");
	argv[0] = (char *)"podman";
	argv[1] = (char *)"exec";
	argv[2] = container;
	for (size_t i = 0; command[i]; i++)
		argv[3 + i] = command[i];
	room_run(room, argv, &o);
	if (o.exit == 125 || o.exit < 0 || (o.exit == 255 && strstr(o.err ? o.err : "", "Error: ")))
		return answer_failure("internal", o.err);
	return json_pack("{s:b,s:i,s:s,s:s}", "ok", 1, "exit", o.exit, "stdout", o.out ? o.out : "",
			 "stderr", o.err ? o.err : "");
}

/* kill-sandbox: what holds the pod's namespaces is killed. */
static json_t *do_disrupt(const json_t *request)
{
	pid_t room = room_of(json_str(request, "namespace"), false);
	_cleanup_(outcome_clear) struct outcome o = { 0 };
	const char *name = json_str(request, "name");

	if (!streq(json_str(request, "what"), "kill-sandbox"))
		return answer_fault("unsupported", "only kill-sandbox");
	if (room <= 0)
		return answer_fault("not-found", "no such pod");
	room_run(room,
		 (char *[]){ (char *)"sh", (char *)"-c",
			     (char *)"exec podman kill -s KILL $(podman pod inspect -f "
				     "'{{.InfraContainerID}}' -- \"$1\")",
			     (char *)"sh", (char *)name, NULL },
		 &o);
	return o.exit ? answer_failure("internal", o.err) : answer_ok();
}

/* ---- images ---- */

/* Into the store that every room looks at; with the first, what podman makes of itself for a pod. */
static json_t *do_load_image(const json_t *request)
{
	_cleanup_(outcome_clear) struct outcome o = { 0 };

	room_run(getpid(),
		 (char *[]){ (char *)"env",
			     (char *)"CONTAINERS_STORAGE_CONF=/etc/containers/images.conf",
			     (char *)"sh", (char *)"-c",
			     (char *)"podman load -q -i \"$1\" && podman pod create pause && "
				     "podman pod rm pause",
			     (char *)"sh", (char *)json_str(request, "path"), NULL },
		 &o);
	return o.exit ? answer_failure("internal", o.err) : answer_ok();
}

/* ---- requests ---- */

static const struct {
	const char *verb;
	json_t *(*perform)(const json_t *request);
} verbs[] = {
	{ "hello", do_hello },	 { "apply", do_apply },	    { "get", do_get },
	{ "delete", do_delete }, { "logs", do_logs },	    { "exec", do_exec },
	{ "reset", do_reset },	 { "disrupt", do_disrupt }, { "load-image", do_load_image },
};

static json_t *perform(const json_t *request)
{
	const char *verb = json_str(request, "verb");

	for (size_t i = 0; i < ARRAY_SIZE(verbs); i++)
		if (streq(verbs[i].verb, verb))
			return verbs[i].perform(request);
	return answer_fault("unsupported", "podman kube play has nothing of the kind");
}

/* One answer at a time: what is longer than the pipe would be cut apart. */
static void say(json_t *answer)
{
	_cleanup_close_ int lock = open(SHOP "/state.lock", O_RDWR | O_CREAT | O_CLOEXEC, 0644);

	flock(lock, LOCK_EX);
	json_dumpf(answer, stdout, JSON_COMPACT);
	putchar('\n');
	fflush(stdout);
	json_decref(answer);
}

static void serve(const char *line, size_t len)
{
	_cleanup_json_ json_t *request = json_read(line, len), *answer = NULL;

	if (!request) {
		fputs("podman: a line that is no JSON\n", stderr);
		return;
	}
	answer = perform(request);
	json_object_set(answer, "id", json_object_get(request, "id"));
	say(take_ptr(answer));
}

int main(void)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;

	signal(SIGCHLD, SIG_IGN);
	while ((len = getline(&line, &size, stdin)) > 0) {
		if (fork() == 0) {
			signal(SIGCHLD, SIG_DFL);
			serve(line, (size_t)len);
			_exit(0);
		}
	}
	free(line);
	return 0;
}
