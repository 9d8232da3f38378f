/*
 * teardown: the ordered end of a sandbox. Everything in it is killed, each exit is awaited (and recorded)
 * as usual, then the pod's network device is deleted, which takes its peer and routes in the node along:
 * the network namespace itself vanishes some time later by itself. Deleting a device waits for the
 * kernel's grace periods; the shim may wait, podd may not.
 */
#include "runtime/shim/shim.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "runtime/shim/task.h"

#define POD_DEVICE 2 /* the index that podd gives to eth0 */

static void delete_device(void)
{
	struct {
		struct nlmsghdr head;
		struct ifinfomsg link;
	} request = {
		.head = { .nlmsg_len = sizeof(request),
			  .nlmsg_type = RTM_DELLINK,
			  .nlmsg_flags = NLM_F_REQUEST | NLM_F_ACK },
		.link = { .ifi_index = POD_DEVICE },
	};
	char answer[256];
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);

	if (fd < 0)
		return;
	if (send(fd, &request, sizeof(request), 0) > 0)
		recv(fd, answer, sizeof(answer), 0); /* no such device is fine */
	close(fd);
}

void teardown_begin(struct shim *s, uint64_t tag)
{
	s->stopping = true;
	s->stop_tag = tag;
	source_close(&s->listener);
	for (struct task *t = s->tasks; t; t = t->next)
		if (t->status.state != SHIM_STATE_STOPPED)
			task_signal(t, SIGKILL);
	exec_kill_all(s);
}

static bool all_ended(const struct shim *s)
{
	for (const struct task *t = s->tasks; t; t = t->next)
		if (t->status.state != SHIM_STATE_STOPPED)
			return false;
	return !s->procs;
}

void teardown_check(struct shim *s)
{
	if (!all_ended(s))
		return;
	if (s->pause_pid > 0) {
		kill(s->pause_pid, SIGKILL);
		return; /* its end leads here again */
	}
	while (s->tasks)
		task_free(s->tasks);
	if (!(s->setup.flags & SHIM_HOST_NET))
		delete_device();
	server_done(s, s->stop_tag);
	shim_exit(s, 0);
}
