/*
 * pidns: forking into another PID namespace. setns() on one changes only where the next children go, and
 * the way back is open, as the shim's own namespace stays its active one. So no helper process is needed
 * and the child remains the shim's own, to be reaped here.
 */
#include "runtime/shim/task.h"

#include <sched.h>

#include "runtime/shim/sys.h"

pid_t pidns_fork(struct shim *s, int pid_ns_fd, unsigned long flags)
{
	pid_t pid;

	if (pid_ns_fd < 0)
		return sys_fork(flags);
	if (setns(pid_ns_fd, NS_NEWPID) < 0)
		return -1;
	pid = sys_fork(flags);
	if (pid != 0)
		setns(s->own_pid_fd, NS_NEWPID);
	return pid;
}
