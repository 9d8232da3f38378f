/*
 * What a shim's end means is told by its connection (shim_client.h); here it is only waited for, since a zombie would stay
 * as long as podd lives. An entry leaves its list by itself.
 */
#include "runtime/shim_child.h"

#include <utlist.h>

struct shim_child {
	struct shim_child **list;
	struct child *child;
	struct shim_child *prev, *next;
};

static void on_exit_of_shim(void *userdata, const struct child_exit *exit)
{
	struct shim_child *s = userdata;

	(void)exit;
	DL_DELETE(*s->list, s);
	child_free(s->child);
	free(s);
}

int shim_child_spawn(struct shim_child **list, struct loop *loop, const struct child_opts *opts,
		     pid_t *ret_pid, struct error *err)
{
	struct shim_child *s = xnew(s);
	int r = child_spawn(loop, opts, on_exit_of_shim, s, &s->child, err);

	if (r < 0) {
		free(s);
		return r;
	}
	s->list = list;
	DL_APPEND(*list, s);
	*ret_pid = child_pid(s->child);
	return 0;
}

void shim_child_release_all(struct shim_child **list)
{
	struct shim_child *s, *next;

	DL_FOREACH_SAFE(*list, s, next) {
		DL_DELETE(*list, s);
		child_release(s->child);
		free(s);
	}
}
