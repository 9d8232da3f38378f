/*
 * leak: a process that outlives its case is found, one that is gone is not. Needs root for namespaces of its own.
 */
#include "leak.h"

#include <sched.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>

#include "leak/proc_look.h"
#include "test/test.h"
#include "util/json.h"

#define MARKER "leak-test/c 127.0.0.1:1"

/* The child of a child is process 1 of a new pid namespace; its real pid comes by the pipe. */
static pid_t guest_start(pid_t *ret_outer)
{
	int fds[2];
	pid_t pid = 0;

	if (pipe(fds))
		return 0;
	*ret_outer = fork();
	if (*ret_outer == 0) {
		setenv("PODTEST", MARKER, 1);
		if (unshare(CLONE_NEWPID | CLONE_NEWNET))
			_exit(1);
		pid = fork();
		if (pid == 0) {
			execl("/bin/sleep", "sleep", "60", NULL);
			_exit(1);
		}
		if (write(fds[1], &pid, sizeof(pid)) < 0)
			_exit(1);
		waitpid(pid, NULL, 0);
		_exit(0);
	}
	close(fds[1]);
	if (read(fds[0], &pid, sizeof(pid)) < 0)
		pid = 0;
	close(fds[0]);
	/* until the program is there, its environment is not */
	while (pid && !proc_cmdline_has(pid, "sleep"))
		sched_yield();
	return pid;
}

static json_t *start_line(pid_t pid, int64_t run)
{
	_cleanup_free_ char *pid_ns =
		xasprintf("pid:[%llu]", (unsigned long long)proc_ns(pid, "pid"));
	_cleanup_free_ char *net_ns =
		xasprintf("net:[%llu]", (unsigned long long)proc_ns(pid, "net"));

	return json_pack("{s:s, s:i, s:I, s:{s:s}, s:{s:s, s:s}}", "id", "leak-test/c", "pid", 1,
			 "run", (json_int_t)run, "env", "PODTEST", MARKER, "ns", "pid", pid_ns,
			 "net", net_ns);
}

static size_t problems_of(struct leak *l)
{
	_cleanup_json_ json_t *problems = json_array();

	leak_check_case(l, "some-ns", problems);
	return json_array_size(problems);
}

static void test_a_process_that_lives_on_is_found(void)
{
	_cleanup_json_ json_t *line = NULL;
	struct leak *l = NULL;
	pid_t outer, pid = guest_start(&outer);

	CHECK(pid > 0);
	CHECK_INT(leak_new(NULL, &l, NULL), 0);
	line = start_line(pid, proc_started(pid));
	leak_note(l, "some-ns", NULL, line);
	CHECK_INT(problems_of(l), 1);
	kill(pid, SIGKILL);
	waitpid(outer, NULL, 0);
	CHECK_INT(problems_of(l), 0);
	leak_free(l);
}

/* The guest itself was gone before it was looked up; a child of it with its environment is not. */
static void test_a_child_with_the_guests_environment_is_found(void)
{
	_cleanup_json_ json_t *line = NULL;
	struct leak *l = NULL;
	pid_t outer, pid = guest_start(&outer);

	CHECK(pid > 0);
	CHECK_INT(leak_new(NULL, &l, NULL), 0);
	line = start_line(pid, 1);
	leak_note(l, "some-ns", NULL, line);
	CHECK_INT(problems_of(l), 1);
	kill(pid, SIGKILL);
	waitpid(outer, NULL, 0);
	CHECK_INT(problems_of(l), 0);
	leak_free(l);
}

static void test_another_case_is_not_looked_at(void)
{
	_cleanup_json_ json_t *problems = json_array(),
			      *line = start_line(getpid(), proc_started(getpid()));
	struct leak *l = NULL;

	CHECK_INT(leak_new(NULL, &l, NULL), 0);
	leak_note(l, "some-ns", NULL, line);
	leak_check_case(l, "another-ns", problems);
	CHECK_INT(json_array_size(problems), 0);
	leak_free(l);
}

static void test_a_root_that_stays_is_found(void)
{
	_cleanup_json_ json_t *problems = json_array();
	char dir[] = "/tmp/podtest-test-XXXXXX";
	struct leak *l = NULL;

	CHECK_INT(leak_new(NULL, &l, NULL), 0);
	CHECK(mkdtemp(dir));
	leak_set_root(l, dir);
	leak_check_run(l, problems);
	CHECK_INT(json_array_size(problems), 1);
	CHECK_HAS(json_str(problems, "0"), dir);
	rmdir(dir);
	json_array_clear(problems);
	leak_check_run(l, problems);
	CHECK_INT(json_array_size(problems), 0);
	leak_free(l);
}

int main(void)
{
	if (geteuid()) {
		puts("ok 1 - # SKIP needs root\n1..1");
		return 0;
	}
	TEST(test_a_process_that_lives_on_is_found);
	TEST(test_a_child_with_the_guests_environment_is_found);
	TEST(test_another_case_is_not_looked_at);
	TEST(test_a_root_that_stays_is_found);
	return test_end();
}
