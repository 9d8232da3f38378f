/*
 * The runtime tested as its owner uses it, on real pods. Root is needed: without it this fails. Waiting is
 * done by the loop until a fact holds.
 */
#include "runtime/test_exec.h"

static void test_two_containers_share_a_pod(void)
{
	struct sandbox *sb;
	struct container *a, *b;
	_cleanup_free_ char *ns_a = NULL, *ns_b = NULL, *pid_a = NULL;
	_cleanup_free_ char *pid_b = NULL, *resolv = NULL;

	begin();
	sb = run_sandbox(false);
	a = start(sb, "a",
		  "echo from-a >/dev/shm/x; echo hi; hostname; echo $COLOR >&2; nc -l -p 80 -e "
		  "echo pong; exit 3");
	b = start(sb, "b",
		  "while ! nc 127.0.0.1 80; do sleep 0.05; done; cat /dev/shm/x; sleep 1000");
	wait_count(&f.exits, 1);
	CHECK_INT(exit_code(a), 3);
	CHECK_INT(exit_code(b), -1);
	CHECK_CONTAINS(log_of("a"), "Z stdout F hi\n");
	CHECK_CONTAINS(log_of("a"), "Z stdout F pod-one\n");
	CHECK_CONTAINS(log_of("a"), "Z stderr F blue\n");
	CHECK_CONTAINS(log_of("b"), "stdout F pong\n");
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
	struct sandbox *sb;

	begin();
	sb = run_sandbox(false);
	start(sb, "a", "trap : TERM; while :; do sleep 1; done");
	sandbox_remove(sb, on_done, &f.done);
	wait_flag(&f.done);
	CHECK_STR(f.err.message, NULL);
	sb = run_sandbox(false);
	CHECK_STR(sandbox_ip(sb), "10.88.0.3");
	end();
}

int main(void)
{
	test_pods_begin();
	TEST(test_two_containers_share_a_pod);
	TEST(test_shared_pid_namespace_has_pause_as_first);
	TEST(test_signals_and_exit_codes);
	TEST(test_exec_runs_as_the_container);
	TEST(test_exec_stdin_and_terminal);
	TEST(test_a_missing_program_is_refused);
	TEST(test_pods_survive_podd);
	TEST(test_a_killed_sandbox_is_told_and_removed);
	TEST(test_removal_leaves_nothing_and_the_next_pod_has_a_new_address);
	return test_pods_end();
}
