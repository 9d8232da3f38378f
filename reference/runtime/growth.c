/*
 * The descriptor is opened with the first watch and stays. inotify gives one number per file, so watches of the same file
 * share it; the last one to end takes it off. Events of a number that is no longer known are dropped. A callback may end
 * any watch: the one to be called next is kept in `next`, which ending moves on.
 */
#include "runtime/growth.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>
#include <utlist.h>

struct growth {
	struct loop *loop;
	struct loop_fd *source;
	int fd; /* -1 until the first watch */
	struct growth_watch *watches, *cursor;
};

struct growth_watch {
	struct growth *owner;
	int number;
	void (*fn)(void *userdata);
	void *userdata;
	struct growth_watch *prev, *next;
};

struct growth *growth_new(struct loop *loop)
{
	struct growth *g = xnew(g);

	g->loop = loop;
	g->fd = -1;
	return g;
}

struct growth *growth_free(struct growth *g)
{
	if (!g)
		return NULL;
	loop_fd_free(g->source);
	fd_close(g->fd);
	free(g);
	return NULL;
}

static void tell(struct growth *g, int number)
{
	for (struct growth_watch *w = g->watches; w; w = g->cursor) {
		g->cursor = w->next;
		if (w->number == number)
			w->fn(w->userdata);
	}
}

static void on_events(void *userdata, int fd, unsigned events)
{
	char buf[4096] __attribute__((aligned(__alignof__(struct inotify_event))));
	struct growth *g = userdata;
	ssize_t len;

	(void)events;
	while ((len = read(fd, buf, sizeof(buf))) > 0) {
		for (ssize_t at = 0; at < len;) {
			const struct inotify_event *e = (const struct inotify_event *)(buf + at);

			tell(g, e->wd);
			at += (ssize_t)sizeof(*e) + e->len;
		}
	}
}

static int open_descriptor(struct growth *g, struct error *err)
{
	if (g->fd >= 0)
		return 0;
	g->fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	if (g->fd < 0)
		return error_set_errno(err, errno, "inotify");
	return loop_watch_fd(g->loop, g->fd, LOOP_READ, on_events, g, &g->source, err);
}

int growth_watch(struct growth *g, const char *path, void (*fn)(void *userdata), void *userdata,
		 struct growth_watch **ret, struct error *err)
{
	struct growth_watch *w;
	int number, r = open_descriptor(g, err);

	if (r < 0)
		return r;
	number = inotify_add_watch(g->fd, path, IN_MODIFY);
	if (number < 0)
		return error_set_errno(err, errno, "watching %s", path);
	w = xnew(w);
	w->owner = g;
	w->number = number;
	w->fn = fn;
	w->userdata = userdata;
	DL_APPEND(g->watches, w);
	*ret = w;
	return 0;
}

struct growth_watch *growth_unwatch(struct growth_watch *w)
{
	struct growth *g;
	struct growth_watch *other;

	if (!w)
		return NULL;
	g = w->owner;
	if (g->cursor == w)
		g->cursor = w->next;
	DL_DELETE(g->watches, w);
	DL_SEARCH_SCALAR(g->watches, other, number, w->number);
	if (!other)
		inotify_rm_watch(g->fd, w->number);
	free(w);
	return NULL;
}
