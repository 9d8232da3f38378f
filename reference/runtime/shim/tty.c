/*
 * tty: a terminal out of the container's own /dev/pts, so that its name means something inside. The
 * master goes to the shim; the slave becomes the controlling terminal.
 */
#include "runtime/shim/init.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

void tty_open(struct init *in)
{
	int master = open("/dev/pts/ptmx", O_RDWR | O_NOCTTY | O_CLOEXEC), slave, unlock = 0;
	unsigned number = 0;
	char path[32];

	if (master < 0 || ioctl(master, TIOCSPTLCK, &unlock) < 0 ||
	    ioctl(master, TIOCGPTN, &number) < 0)
		init_fail(in, errno, "/dev/pts/ptmx");
	snprintf(path, sizeof(path), "/dev/pts/%u", number);
	slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0 || ioctl(slave, TIOCSCTTY, 0) < 0)
		init_fail(in, errno, "%s", path);
	for (int i = 0; i < 3; i++)
		if (dup2(slave, i) < 0)
			init_fail(in, errno, "%s", path);
	init_send(in, INIT_TTY, master);
}
