/*
 * exit: the end of a guest by its own will: said, heard, and nothing left in the kernel.
 */
#include <unistd.h>

#include "guest/acts.h"

void guest_exit(int code)
{
	struct line l;

	line_begin(&l, "exit");
	line_int(&l, "code", code);
	line_end(&l);
	say_flush(1000);
	acts_ipc_remove();
	_exit(code);
}
