/*
 * The runtime tested as its owner uses it, on real pods. Root is needed: without it this fails.
 *
 * Each test makes a root of its own below one temporary directory, with the image imported anew, and ends by
 * runtime_cleanup() and a look at what is left. Waiting is done by the loop until a fact holds.
 */
#include "runtime/runtime.h"

#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/wait.h>

#include "base/strbuf.h"
#include "base/test.h"
#include "runtime/root.h"
#include "runtime/test_busybox.h"

#define PATIENCE (20 * NSEC_PER_SEC)

static struct fixture {
	char dir[64], root[80], bin[PATH_MAX];
	struct loop *loop;
	struct clock clock;
	struct runtime *rt;
	bool ready, done;
	int exits, ooms, gone;
	struct error err;
} f;

/* ---- callbacks and waiting ---- */

static void on_event(void *userdata, const struct runtime_event *ev)
{
	(void)userdata;
	f.exits += ev->type == CONTAINER_EXITED;
	f.ooms += ev->type == CONTAINER_OOM;
	f.gone += ev->type == SANDBOX_GONE;
}

static void on_done(void *userdata, const struct error *err)
{
	bool *flag = userdata;

	error_clear(&f.err);
	if (err)
		error_copy(&f.err, err);
	*flag = true;
}

static void on_ready(void *userdata, const struct error *err)
{
	(void)userdata;
	on_done(&f.ready, err);
}

static void wait_flag(bool *flag)
{
	if (!loop_run_until(f.loop, flag, PATIENCE))
		TEST_FAIL("waited in vain");
	*flag = false;
}

static void wait_count(const int *count, int want)
{
	bool never = false;

	for (int i = 0; *count < want && i < 2000; i++)
		loop_run_until(f.loop, &never, 10 * NSEC_PER_MSEC);
	CHECK_INT(*count, want);
}

/* ---- roots ---- */

static void open_runtime(void)
{
	_cleanup_free_ char *shim = fs_join(f.bin, "pod-shim"), *pause = fs_join(f.bin, "pause");
	struct runtime_config cfg = { .root = f.root,
				      .shim_path = shim,
				      .pause_path = pause,
				      .pod_cidr = "10.88.0.0/16",
				      .loop = f.loop,
				      .clock = &f.clock };

	CHECK_OK(runtime_new(&cfg, on_event, on_ready, NULL, &f.rt, &f.err), &f.err);
	wait_flag(&f.ready);
}

static void begin(void)
{
	_cleanup_free_ char *layout = str_printf("%s/layout", f.dir);

	snprintf(f.root, sizeof(f.root), "%s/root", f.dir);
	if (f.rt) { /* a test before this one failed */
		f.rt = runtime_free(f.rt);
		runtime_cleanup(f.root, NULL);
	}
	f.exits = f.ooms = f.gone = 0;
	CHECK_OK(loop_new(&f.loop, &f.err), &f.err);
	clock_init_now(&f.clock, 1);
	open_runtime();
	CHECK_OK(image_import(f.rt, layout, NULL, &f.err), &f.err);
}

static void check_nothing_left(void)
{
	char tag[TAG_LEN + 1];
	_cleanup_(cgroups_deinit) struct cgroups c = { .n = 0 };

	root_tag(f.root, tag);
	CHECK_OK(cgroups_init(&c, tag, &f.err), &f.err);
	for (size_t i = 0; i < c.n; i++)
		CHECK(!fs_exists(AT_FDCWD, c.hierarchies[i].base));
	CHECK(!fs_exists(AT_FDCWD, f.root));
}

static void end(void)
{
	f.rt = runtime_free(f.rt);
	loop_turn(f.loop);
	f.loop = loop_free(f.loop);
	CHECK_OK(runtime_cleanup(f.root, &f.err), &f.err);
	check_nothing_left();
	error_clear(&f.err);
}

/* ---- pods ---- */

static struct sandbox *run_sandbox(bool share_pid)
{
	_cleanup_json_ json_t *labels = json_pack("{s:s}", "app", "x");
	_cleanup_free_ char *logs = fs_join(f.root, "logs");
	struct sandbox_config cfg = { .id = "pod1",
				      .hostname = "pod-one",
				      .log_dir = logs,
				      .resolv_conf = "nameserver 10.0.0.1\n",
				      .share_pid = share_pid,
				      .labels = labels };
	struct sandbox *sb = NULL;

	CHECK_OK(sandbox_run(f.rt, &cfg, on_done, &f.done, &sb, &f.err), &f.err);
	wait_flag(&f.done);
	CHECK_STR(f.err.message, NULL);
	return sb;
}

static struct container *start_with(struct sandbox *sb, struct container_config *cfg, const char *id,
				    const char *script)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)(uintptr_t)script, NULL };
	char *env[] = { (char *)"PATH=/bin", (char *)"COLOR=blue", NULL };
	_cleanup_free_ char *log = str_printf("%s/logs/%s.log", f.root, id);
	_cleanup_json_ json_t *labels = json_pack("{s:s}", "name", id);
	struct container *c = NULL;

	cfg->id = id;
	cfg->image = "busybox:test";
	cfg->argv = cfg->argv ? cfg->argv : argv;
	cfg->env = env;
	cfg->log_path = log;
	cfg->labels = labels;
	CHECK_OK(container_start(sb, cfg, on_done, &f.done, &c, &f.err), &f.err);
	wait_flag(&f.done);
	return c;
}

static struct container *start(struct sandbox *sb, const char *id, const char *script)
{
	struct container_config cfg = { .uid = -1, .gid = -1 };
	struct container *c = start_with(sb, &cfg, id, script);

	CHECK_STR(f.err.message, NULL);
	return c;
}

static char *log_of(const char *id)
{
	_cleanup_free_ char *path = str_printf("%s/logs/%s.log", f.root, id);
	char *text = NULL;

	fs_read_file(AT_FDCWD, path, 1 << 24, &text, NULL, NULL);
	return text ? text : xstrdup("");
}

static int exit_code(const struct container *c)
{
	struct container_status st;

	container_get_status(c, &st);
	return st.state == CONTAINER_STOPPED ? st.exit_code : -1;
}

/* ---- execs ---- */

struct run {
	struct strbuf out;
	bool ended, timed_out;
	int code;
	struct error err;
};

static void on_output(void *userdata, int stream, const char *data, size_t len)
{
	struct run *r = userdata;

	(void)stream;
	strbuf_add(&r->out, data, len);
}

static void on_exec_done(void *userdata, int code, bool timed_out, const struct error *err)
{
	struct run *r = userdata;

	r->code = code;
	r->timed_out = timed_out;
	if (err)
		error_copy(&r->err, err);
	r->ended = true;
}

static const struct exec_events exec_events = { on_output, on_exec_done };

static void exec_with(struct container *c, struct exec_config *cfg, const char *script, struct run *r)
{
	char *argv[] = { (char *)"sh", (char *)"-c", (char *)(uintptr_t)script, NULL };

	*r = (struct run){ .code = -2 };
	cfg->argv = cfg->argv ? cfg->argv : argv;
	CHECK_OK(container_exec(c, cfg, &exec_events, r, NULL, &f.err), &f.err);
	if (!loop_run_until(f.loop, &r->ended, PATIENCE))
		TEST_FAIL("exec did not end");
}

static char *output_of(struct container *c, const char *script)
{
	struct exec_config cfg = { .argv = NULL };
	struct run r;

	exec_with(c, &cfg, script, &r);
	CHECK_STR(r.err.message, NULL);
	CHECK_INT(r.code, 0);
	return strbuf_take(&r.out);
}

/* ---- the tests ---- */

static void test_two_containers_share_a_pod(void)
{
	struct sandbox *sb;
	struct container *a, *b;
	_cleanup_free_ char *log = NULL, *log_b = NULL, *ns_a = NULL, *ns_b = NULL, *pid_a = NULL;
	_cleanup_free_ char *pid_b = NULL, *resolv = NULL;

	begin();
	sb = run_sandbox(false);
	a = start(sb, "a", "echo from-a >/dev/shm/x; echo hi; hostname; echo $COLOR >&2; nc -l -p 80 -e echo pong; exit 3");
	b = start(sb, "b", "while ! nc 127.0.0.1 80; do sleep 0.05; done; cat /dev/shm/x; sleep 1000");
	wait_count(&f.exits, 1);
	CHECK_INT(exit_code(a), 3);
	CHECK_INT(exit_code(b), -1);
	log = log_of("a");
	CHECK_CONTAINS(log, "Z stdout F hi\n");
	CHECK_CONTAINS(log, "Z stdout F pod-one\n");
	CHECK_CONTAINS(log, "Z stderr F blue\n");
	log_b = log_of("b");
	CHECK_CONTAINS(log_b, "stdout F pong\n");
	a = start(sb, "a2", "sleep 1000");
	ns_a = output_of(a, "cd /proc/self/ns; for n in net ipc uts; do readlink $n; done");
	ns_b = output_of(b, "cd /proc/self/ns; for n in net ipc uts; do readlink $n; done");
	CHECK_STR(ns_a, ns_b);
	pid_a = output_of(a, "cd /proc/1/ns; readlink pid; readlink mnt");
	pid_b = output_of(b, "cd /proc/1/ns; readlink pid; readlink mnt");
	CHECK(!streq(pid_a, pid_b));
	resolv = output_of(b, "cat /etc/resolv.conf /etc/hostname");
	CHECK_STR(resolv, "nameserver 10.0.0.1\npod-one\n");
	end();
}

static void test_shared_pid_namespace_has_pause_as_first(void)
{
	_cleanup_free_ char *ps = NULL, *first = NULL;
	struct sandbox *sb;
	struct container *a;

	begin();
	sb = run_sandbox(true);
	a = start(sb, "a", "sleep 1000 & sleep 2000");
	start(sb, "b", "sleep 3000");
	ps = output_of(a, "ps -o args");
	CHECK_CONTAINS(ps, "sleep 3000");
	first = output_of(a, "cat /proc/1/comm; stat -c %u /proc/1");
	CHECK_CONTAINS(first, "pause\n65535");
	container_signal(a, SIGKILL, NULL);
	wait_count(&f.exits, 1);
	CHECK_INT(exit_code(a), 137);
	free(ps);
	ps = output_of(container_next(sb, a), "ps -o args");
	CHECK(!strstr(ps, "sleep 1000"));
	end();
}

static void test_signals_and_exit_codes(void)
{
	struct container *a, *b, *c;
	struct sandbox *sb;

	begin();
	sb = run_sandbox(false);
	a = start(sb, "a", "trap 'echo got; exit 7' TERM; echo up; while :; do sleep 0.02; done");
	b = start(sb, "b", "while :; do sleep 1; done");
	c = start(sb, "c", "kill -9 $$; exit 5");
	while (!strstr(log_of("a"), "up"))
		loop_turn(f.loop);
	CHECK_OK(container_signal(a, SIGTERM, &f.err), &f.err);
	CHECK_OK(container_signal(b, SIGKILL, &f.err), &f.err);
	wait_count(&f.exits, 3);
	CHECK_INT(exit_code(a), 7);
	CHECK_INT(exit_code(b), 137);
	CHECK_INT(exit_code(c), 5);
	end();
}

static void test_exec_runs_as_the_container(void)
{
	struct container_config cfg = { .uid = -1, .gid = -1, .username = "bob", .cwd = "/work" };
	struct exec_config ec = { .timeout_ns = 200 * NSEC_PER_MSEC }, plain = { .argv = NULL };
	char *missing[] = { (char *)"nope", NULL };
	_cleanup_free_ char *id = NULL;
	struct container *a;
	struct sandbox *sb;
	struct run r;

	begin();
	sb = run_sandbox(false);
	a = start_with(sb, &cfg, "a", "sleep 1000");
	CHECK_STR(f.err.message, NULL);
	id = output_of(a, "id -u; id -G; pwd; echo $COLOR $HOME");
	CHECK_STR(id, "1000\n1001 10\n/work\nblue /home/bob\n");
	exec_with(a, &plain, "echo out; exit 9", &r);
	CHECK_INT(r.code, 9);
	strbuf_deinit(&r.out);
	exec_with(a, &ec, "sleep 100", &r);
	CHECK(r.timed_out);
	plain.argv = missing;
	exec_with(a, &plain, NULL, &r);
	CHECK_INT(r.code, -1);
	CHECK_CONTAINS(r.err.message, "exec: \"nope\": executable file not found in $PATH");
	error_clear(&r.err);
	end();
}

static void test_exec_stdin_and_terminal(void)
{
	struct exec_config in = { .stdin_open = true }, tty = { .stdin_open = true, .tty = true };
	char *cat[] = { (char *)"cat", NULL }, *sh[] = { (char *)"tty", NULL };
	struct exec *e = NULL;
	struct container *a;
	struct run r = { .code = -2 };

	begin();
	a = start(run_sandbox(false), "a", "sleep 1000");
	in.argv = cat;
	CHECK_OK(container_exec(a, &in, &exec_events, &r, &e, &f.err), &f.err);
	exec_write(e, "hello", 5);
	exec_close_stdin(e);
	wait_flag(&r.ended);
	CHECK_STR(strbuf_str(&r.out), "hello");
	strbuf_deinit(&r.out);
	tty.argv = sh;
	exec_with(a, &tty, NULL, &r);
	CHECK_STR(strbuf_str(&r.out), "/dev/pts/0\r\n");
	strbuf_deinit(&r.out);
	end();
}

static void test_a_missing_program_is_refused(void)
{
	char *argv[] = { (char *)"/nope", NULL };
	struct container_config cfg = { .uid = -1, .gid = -1, .argv = argv };
	struct container *c;

	begin();
	c = start_with(run_sandbox(false), &cfg, "a", NULL);
	CHECK_CONTAINS(f.err.message, "exec: \"/nope\": stat /nope: no such file or directory");
	CHECK_STR(f.err.reason, "StartError");
	CHECK_INT(exit_code(c), 128);
	container_remove(c, on_done, &f.done);
	wait_flag(&f.done);
	CHECK_STR(f.err.message, NULL);
	end();
}

static void test_pods_survive_podd(void)
{
	struct container_status st;
	struct container *a;
	struct sandbox *sb;
	int status;
	pid_t pid;

	begin();
	sb = run_sandbox(false);
	start(sb, "a", "sleep 0.3; echo later; exit 4");
	start(sb, "b", "sleep 1000");
	f.rt = runtime_free(f.rt);
	pid = fork(); /* a second life that is killed without a word */
	if (pid == 0) {
		loop_free(f.loop);
		loop_new(&f.loop, NULL);
		open_runtime();
		kill(getpid(), SIGKILL);
	}
	waitpid(pid, &status, 0);
	CHECK(WIFSIGNALED(status));
	open_runtime();
	sb = sandbox_next(f.rt, NULL);
	CHECK(sb && sandbox_alive(sb));
	CHECK_STR(json_string_value(json_object_get(sandbox_labels(sb), "app")), "x");
	CHECK_STR(sandbox_ip(sb), "10.88.0.2");
	a = container_next(sb, NULL);
	if (exit_code(a) < 0)
		wait_count(&f.exits, 1);
	container_get_status(a, &st);
	CHECK_INT(st.exit_code, 4);
	CHECK(st.started_ns > 0 && st.finished_ns - st.started_ns > 250 * NSEC_PER_MSEC);
	CHECK_INT(exit_code(container_next(sb, a)), -1);
	end();
}

static void test_a_killed_sandbox_is_told_and_removed(void)
{
	struct container *a;
	struct sandbox *sb;

	begin();
	sb = run_sandbox(false);
	a = start(sb, "a", "sleep 1000");
	CHECK_OK(sandbox_kill(sb, &f.err), &f.err);
	wait_count(&f.gone, 1);
	CHECK(!sandbox_alive(sb));
	CHECK_INT(exit_code(a), 137);
	sandbox_remove(sb, on_done, &f.done);
	wait_flag(&f.done);
	CHECK_STR(f.err.message, NULL);
	CHECK(sandbox_next(f.rt, NULL) == NULL);
	end();
}

static void test_removal_leaves_nothing_and_the_next_pod_has_a_new_address(void)
{
	_cleanup_free_ char *dir = NULL;
	struct sandbox *sb;

	begin();
	sb = run_sandbox(false);
	start(sb, "a", "trap : TERM; while :; do sleep 1; done");
	dir = xstrdup(f.root);
	sandbox_remove(sb, on_done, &f.done);
	wait_flag(&f.done);
	CHECK_STR(f.err.message, NULL);
	sb = run_sandbox(false);
	CHECK_STR(sandbox_ip(sb), "10.88.0.3");
	end();
}

static void find_programs(void)
{
	char self[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

	for (int up = 0; n > 0 && up < 4; up++) { /* out/VARIANT/test/runtime/test_runtime */
		_cleanup_free_ char *shim = NULL;

		self[n] = '\0';
		*strrchr(self, '/') = '\0';
		n = (ssize_t)strlen(self);
		snprintf(f.bin, sizeof(f.bin), "%.4000s/bin", self);
		shim = fs_join(f.bin, "pod-shim");
		if (fs_exists(AT_FDCWD, shim))
			return;
	}
}

static void make_image(void)
{
	_cleanup_free_ char *layout = str_printf("%s/layout", f.dir);

	test_busybox_image(layout);
}

int main(void)
{
	strcpy(f.dir, "/tmp/test_runtime.XXXXXX");
	find_programs();
	if (geteuid() != 0 || !mkdtemp(f.dir)) {
		printf("Bail out! root is needed\n");
		return 1;
	}
	make_image();
	TEST(test_two_containers_share_a_pod);
	TEST(test_shared_pid_namespace_has_pause_as_first);
	TEST(test_signals_and_exit_codes);
	TEST(test_exec_runs_as_the_container);
	TEST(test_exec_stdin_and_terminal);
	TEST(test_a_missing_program_is_refused);
	TEST(test_pods_survive_podd);
	TEST(test_a_killed_sandbox_is_told_and_removed);
	TEST(test_removal_leaves_nothing_and_the_next_pod_has_a_new_address);
	f.rt = runtime_free(f.rt);
	runtime_cleanup(f.root, NULL);
	fs_remove_tree(AT_FDCWD, f.dir, NULL);
	return test_end();
}
