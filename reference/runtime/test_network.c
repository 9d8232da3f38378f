/*
 * Pods on the node's network: addresses, routes, the node itself, host ports; and the node after a crash.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/test_exec.h"

#define SLEEP "sleep 1000"
#define SERVE "while nc -l -p 80 -e hostname; do :; done"

static struct sandbox *run_pod(const char *id, bool host_network, const struct port_mapping *ports,
			       size_t n_ports)
{
	struct sandbox_config cfg = { .id = id,
				      .hostname = id,
				      .resolv_conf = "",
				      .host_network = host_network,
				      .ports = ports,
				      .n_ports = n_ports };
	_cleanup_free_ char *logs = fs_join(f.root, "logs");
	struct sandbox *sb = NULL;

	cfg.log_dir = logs;
	CHECK_OK(sandbox_run(f.rt, &cfg, on_done, &f.done, &sb, &f.err), &f.err);
	wait_flag(&f.done);
	return sb;
}

/* What a server says to a client in the node's namespace; "" when it cannot be reached. */
static const char *ask(const char *address, uint16_t port)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(port) };
	static char answer[64];
	_cleanup_close_ int fd = runtime_socket(f.rt, AF_INET, SOCK_STREAM, 0, &f.err);
	ssize_t n = -1;

	inet_pton(AF_INET, address, &to.sin_addr);
	for (int i = 0; i < 100 && n < 0; i++) { /* the server may not listen yet */
		if (connect(fd, (struct sockaddr *)&to, sizeof(to)) == 0)
			n = read(fd, answer, sizeof(answer) - 1);
		else
			poll(NULL, 0, 10);
	}
	answer[n > 0 ? n : 0] = '\0';
	answer[strcspn(answer, "\n")] = '\0';
	return answer;
}

static void test_pods_and_node_reach_each_other(void)
{
	_cleanup_free_ char *got = NULL, *script = NULL;
	struct sandbox *a, *b;
	struct container *c;

	begin();
	a = run_pod("one", false, NULL, 0);
	b = run_pod("two", false, NULL, 0);
	start(a, "a", SERVE);
	c = start(b, "b", SLEEP);
	CHECK_STR(ask(sandbox_ip(a), 80), "one");
	script = str_printf("until nc %s 80 2>/dev/null; do sleep 0.02; done; nc -w 1 %s 1 2>&1 | "
			    "grep -c refused; ip route | head -1",
			    sandbox_ip(a), runtime_node_ip(f.rt));
	got = output_of(c, script);
	CHECK_STR(got, "one\n1\ndefault via 10.88.0.1 dev eth0  src 10.88.0.3 onlink \n");
	end();
}

static void test_host_network_is_the_nodes(void)
{
	struct container_config cfg = { .uid = -1, .gid = -1 };
	char name[128] = "";
	struct sandbox *a;

	begin();
	a = run_pod("one", true, NULL, 0);
	CHECK_STR(f.err.message, NULL);
	CHECK_STR(sandbox_ip(a), NULL);
	cfg.privileged = true;
	start_with(a, &cfg, "a", "hostname; hostname renamed; " SERVE);
	CHECK_STR(ask(runtime_node_ip(f.rt), 80), "renamed");
	CHECK_STR(ask("127.0.0.1", 80), "renamed");
	gethostname(name, sizeof(name) - 1);
	CHECK_CONTAINS(log_of("a"),
		       name); /* the node is called as the machine, and is not the machine */
	CHECK(!streq(name, "renamed"));
	end();
}

static void test_a_host_port_leads_to_the_pod(void)
{
	struct port_mapping port = { .container_port = 80, .host_port = 8080, .protocol = "TCP" };
	_cleanup_free_ char *from_itself = NULL, *from_other = NULL, *script = NULL;
	struct sandbox *a, *b;
	struct container *c, *d;

	begin();
	a = run_pod("one", false, &port, 1);
	CHECK_STR(f.err.message, NULL);
	c = start(a, "a", SERVE);
	CHECK_STR(ask(runtime_node_ip(f.rt), 8080), "one");
	CHECK_STR(ask("127.0.0.1", 8080), "one");
	script = str_printf("until nc %s 8080 2>/dev/null; do sleep 0.02; done",
			    runtime_node_ip(f.rt));
	from_itself = output_of(c, script);
	CHECK_STR(from_itself, "one\n");
	b = run_pod("two", false, NULL, 0);
	d = start(b, "b", SLEEP);
	from_other = output_of(d, script);
	CHECK_STR(from_other, "one\n");
	end();
}

static void test_a_taken_host_port_is_refused_and_later_free(void)
{
	struct port_mapping port = { .container_port = 80, .host_port = 8080, .protocol = "TCP" };
	struct sandbox *a;

	begin();
	a = run_pod("one", false, &port, 1);
	CHECK_STR(f.err.message, NULL);
	run_pod("two", false, &port, 1);
	CHECK_STR(f.err.message, "failed to create pod sandbox: host port 8080 is already in use");
	CHECK_STR(f.err.reason, "hostPort");
	start(a, "a", SERVE);
	CHECK_STR(ask("127.0.0.1", 8080), "one");
	sandbox_remove(a, on_done, &f.done);
	wait_flag(&f.done);
	a = run_pod("three", false, &port, 1);
	CHECK_STR(f.err.message, NULL);
	start(a, "a", SERVE);
	CHECK_STR(ask("127.0.0.1", 8080), "three");
	end();
}

static void test_sysctls_are_the_pods_own(void)
{
	char *sysctls[] = { (char *)"net.ipv4.ip_local_port_range=4000 4001",
			    (char *)"kernel.shm_rmid_forced=1", NULL };
	struct sandbox_config cfg = { .id = "one", .hostname = "one", .sysctls = sysctls };
	_cleanup_free_ char *got = NULL, *logs = NULL;
	struct sandbox *sb = NULL;

	begin();
	logs = fs_join(f.root, "logs");
	cfg.log_dir = logs;
	CHECK_OK(sandbox_run(f.rt, &cfg, on_done, &f.done, &sb, &f.err), &f.err);
	wait_flag(&f.done);
	CHECK_STR(f.err.message, NULL);
	got = output_of(start(sb, "a", SLEEP),
			"cd /proc/sys; cat net/ipv4/ip_local_port_range kernel/shm_rmid_forced "
			"net/ipv4/ip_unprivileged_port_start");
	CHECK_STR(got, "4000\t4001\n1\n0\n");
	sysctls[0] = (char *)"net.no.such=1";
	cfg.id = "two";
	CHECK_OK(sandbox_run(f.rt, &cfg, on_done, &f.done, &sb, &f.err), &f.err);
	wait_flag(&f.done);
	CHECK_CONTAINS(f.err.message, "net.no.such=1: No such file or directory");
	end();
}

static void test_clean_up_after_podd_was_killed_in_the_middle(void)
{
	struct port_mapping port = { .container_port = 80, .host_port = 8080, .protocol = "TCP" };
	int status;
	pid_t pid;

	begin();
	run_pod("one", false, &port, 1);
	start(sandbox_next(f.rt, NULL), "a", "trap : TERM; while :; do sleep 1; done");
	f.rt = runtime_free(f.rt);
	pid = fork();
	if (pid == 0) {
		struct sandbox_config cfg = { .id = "two", .hostname = "two" };
		struct sandbox *sb = NULL;

		f.loop = NULL;
		loop_new(&f.loop, NULL);
		open_runtime();
		sandbox_run(f.rt, &cfg, on_done, &f.done, &sb, NULL);
		kill(getpid(), SIGKILL); /* its shim is there, its record is not */
	}
	waitpid(pid, &status, 0);
	open_runtime();
	CHECK_STR(sandbox_id(sandbox_next(f.rt, NULL)), "one");
	CHECK(!sandbox_next(f.rt, sandbox_next(f.rt, NULL)));
	end();
}

static void test_a_second_podd_and_a_clean_up_of_a_live_root_are_refused(void)
{
	struct runtime_config cfg = {
		.root = f.root, .shim_path = "/x", .pause_path = "/x", .pod_cidr = "10.88.0.0/16"
	};
	_cleanup_error_ struct error err = ERROR_INIT;
	struct runtime *rt = NULL;

	begin();
	cfg.loop = f.loop;
	cfg.clock = &f.clock;
	CHECK_INT(runtime_new(&cfg, on_event, NULL, NULL, &rt, &err), -ERR_CONFLICT);
	CHECK_CONTAINS(err.message, "another podd runs on");
	CHECK_INT(runtime_cleanup(f.root, &err), -ERR_CONFLICT);
	end();
}

int main(void)
{
	test_pods_begin();
	TEST(test_pods_and_node_reach_each_other);
	TEST(test_host_network_is_the_nodes);
	TEST(test_a_host_port_leads_to_the_pod);
	TEST(test_a_taken_host_port_is_refused_and_later_free);
	TEST(test_sysctls_are_the_pods_own);
	TEST(test_clean_up_after_podd_was_killed_in_the_middle);
	TEST(test_a_second_podd_and_a_clean_up_of_a_live_root_are_refused);
	return test_pods_end();
}
