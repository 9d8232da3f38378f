/*
 * exec: podd's side of a command in a container. Output comes over our own pipes (or the terminal that the
 * shim sends back), the exit over the shim's socket. The end is told when both are there: a child of the
 * command that keeps stdout open delays it, as with every kubelet.
 */
#include "runtime/objects.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/strbuf.h"

#define CHUNK 32768
#define IN 0

struct channel {
	struct exec *e;
	int fd, stream;
	struct loop_fd *watch;
};

struct exec {
	struct exec *next;
	struct sandbox *sb; /* NULL: it or the container is gone, only the end is to be told */
	struct container *c;
	struct loop *loop;
	uint64_t tag;
	struct exec_events ev;
	void *userdata;
	struct channel channels[3]; /* stdin, stdout (or the terminal), stderr */
	struct strbuf input; /* not yet taken by stdin */
	bool tty, close_stdin, exited, timed_out;
	int exit_code;
	struct loop_defer *finish;
	struct error err;
};

static void channel_close(struct channel *ch)
{
	ch->watch = loop_fd_free(ch->watch);
	ch->fd = fd_close(ch->fd);
}

static void unlink_exec(struct exec *e)
{
	struct exec **at;

	if (!e->sb)
		return;
	for (at = &e->sb->execs; *at != e; at = &(*at)->next)
		;
	*at = e->next;
	e->sb = NULL;
}

static void exec_free(struct exec *e)
{
	unlink_exec(e);
	for (int i = 0; i < 3; i++)
		channel_close(&e->channels[i]);
	strbuf_deinit(&e->input);
	loop_defer_free(e->finish);
	error_clear(&e->err);
	free(e);
}

/* The last call. */
static void on_finish(void *userdata)
{
	struct exec *e = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct exec_events ev = e->ev;
	void *owner = e->userdata;
	bool timed_out = e->timed_out, failed = error_is_set(&e->err);
	int code = e->exit_code;

	error_move(&err, &e->err);
	exec_free(e);
	ev.done(owner, failed ? -1 : code, timed_out, failed ? &err : NULL);
}

static void check_end(struct exec *e)
{
	bool reading = e->channels[1].fd >= 0 || e->channels[2].fd >= 0;

	if (error_is_set(&e->err) || (e->exited && !reading))
		loop_defer_schedule(e->finish);
}

/* ---- data ---- */

static void write_input(struct exec *e)
{
	struct channel *ch = &e->channels[e->tty ? 1 : IN];
	ssize_t n;

	while (ch->fd >= 0 && e->input.len) {
		n = write(ch->fd, e->input.data, e->input.len);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0 && errno != EAGAIN) { /* nobody reads it any more */
			strbuf_reset(&e->input);
			if (!e->tty)
				channel_close(ch);
			return;
		}
		if (n < 0)
			break;
		strbuf_consume(&e->input, (size_t)n);
	}
	if (!e->input.len && e->close_stdin && !e->tty)
		channel_close(ch);
	if (ch->watch)
		(void)loop_fd_set(ch->watch,
				  (e->tty ? LOOP_READ : 0u) | (e->input.len ? LOOP_WRITE : 0u),
				  NULL);
}

static void read_output(struct channel *ch)
{
	struct exec *e = ch->e;
	char buf[CHUNK];
	ssize_t n = read(ch->fd, buf, sizeof(buf));

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) { /* a terminal ends with EIO */
		channel_close(ch);
		check_end(e);
		return;
	}
	if (e->ev.output)
		e->ev.output(e->userdata, ch->stream, buf, (size_t)n);
}

static void on_channel(void *userdata, int fd, unsigned events)
{
	struct channel *ch = userdata;

	(void)fd;
	if (events & LOOP_WRITE)
		write_input(ch->e);
	else
		read_output(ch); /* may free the exec */
}

static int channel_open(struct channel *ch, int fd, unsigned events, struct error *err)
{
	int r = fs_set_nonblock(fd, err);

	ch->fd = fd;
	if (r < 0)
		return r;
	return loop_watch_fd(ch->e->loop, fd, events, on_channel, ch, &ch->watch, err);
}

/* ---- from the shim ---- */

static void take_terminal(struct exec *e, struct shim_msg *m)
{
	if (m->head.n_fds != 1)
		return;
	(void)channel_open(&e->channels[1], take_fd(m->fds[0]), LOOP_READ, NULL);
	write_input(e);
}

void exec_event(struct sandbox *sb, struct shim_msg *m)
{
	struct exec *e = sb->execs;

	while (e && e->tag != m->head.tag)
		e = e->next;
	if (!e)
		return;
	if (m->head.op == SHIM_EXEC_TTY) {
		take_terminal(e, m);
	} else if (m->head.op == SHIM_EXEC_EXITED) {
		e->exited = true;
		e->exit_code = (int)shim_get_u64(m);
		e->timed_out = shim_get_u64(m) != 0;
		check_end(e);
	}
}

static void on_started(void *userdata, struct shim_msg *m, const struct error *refused)
{
	struct sandbox *sb = userdata;
	struct exec *e = sb->execs;

	/* by tag: the exec may have been cancelled meanwhile */
	while (e && m && e->tag != m->head.tag)
		e = e->next;
	if (!m || !e || !refused)
		return;
	error_copy(&e->err, refused);
	check_end(e);
}

/* Its objects may be freed right after; the end is told from the loop all the same. */
static void orphan(struct exec *e)
{
	if (!error_is_set(&e->err) && !e->exited)
		error_set(&e->err, ERR_UNAVAILABLE, NULL, "the container is gone");
	e->exited = true;
	unlink_exec(e);
	loop_defer_schedule(e->finish);
}

void exec_orphan_all(struct sandbox *sb)
{
	while (sb->execs)
		orphan(sb->execs);
}

void exec_orphan(struct container *c)
{
	struct exec *next;

	for (struct exec *e = c->sb->execs; e; e = next) {
		next = e->next;
		if (e->c == c)
			orphan(e);
	}
}

void exec_drop_all(struct sandbox *sb)
{
	while (sb->execs)
		exec_free(sb->execs);
}

/* ---- the caller's ---- */

/* Pipes: ours of pair i goes to its channel, the command's to ret_theirs. */
static int open_pipes(struct exec *e, const struct exec_config *cfg, int ret_theirs[3],
		      struct error *err)
{
	for (int i = 0; i < 3; i++) {
		int pair[2], r;

		if (i == IN && !cfg->stdin_open) {
			ret_theirs[i] = open("/dev/null", O_RDONLY | O_CLOEXEC);
			if (ret_theirs[i] < 0)
				return error_set_errno(err, errno, "/dev/null");
			continue;
		}
		if (pipe2(pair, O_CLOEXEC) < 0)
			return error_set_errno(err, errno, "pipe");
		ret_theirs[i] = pair[i == IN ? 0 : 1];
		r = channel_open(&e->channels[i], pair[i == IN ? 1 : 0], i == IN ? 0u : LOOP_READ,
				 err);
		if (r < 0)
			return r;
	}
	return 0;
}

static void send_start(struct exec *e, const struct exec_config *cfg, const int theirs[3])
{
	struct shim_exec s = { .container = e->c->id,
			       .argv = (char **)(uintptr_t)cfg->argv,
			       .tty = cfg->tty,
			       .timeout_ns = (uint64_t)cfg->timeout_ns };
	struct shim_msg m;

	shim_msg_init(&m, SHIM_EXEC, e->tag);
	shim_put_exec(&m, &s);
	for (int i = 0; i < 3 && !cfg->tty; i++)
		m.fds[m.head.n_fds++] = theirs[i];
	shim_client_send(e->sb->client, &m, on_started, e->sb);
}

static struct exec *exec_new(struct container *c, const struct exec_config *cfg,
			     const struct exec_events *ev, void *userdata)
{
	struct exec *e = xnew(e), **end = &c->sb->execs;

	e->sb = c->sb;
	e->c = c;
	e->loop = c->sb->rt->loop;
	e->tag = shim_client_tag(c->sb->client);
	e->ev = *ev;
	e->userdata = userdata;
	e->tty = cfg->tty;
	e->finish = loop_defer_new(e->loop, on_finish, e);
	for (int i = 0; i < 3; i++)
		e->channels[i] = (struct channel){ .e = e, .fd = -1, .stream = i };
	while (*end)
		end = &(*end)->next;
	*end = e;
	return e;
}

int container_exec(struct container *c, const struct exec_config *cfg, const struct exec_events *ev,
		   void *userdata, struct exec **ret_exec, struct error *err)
{
	int theirs[3] = { -1, -1, -1 }, r = 0;
	struct exec *e;

	if (!c->sb->client || c->status.state != CONTAINER_RUNNING)
		return error_set(err, ERR_UNAVAILABLE, NULL, "container %s is not running", c->id);
	e = exec_new(c, cfg, ev, userdata);
	if (!cfg->tty)
		r = open_pipes(e, cfg, theirs, err);
	if (r == 0)
		send_start(e, cfg, theirs);
	for (int i = 0; i < 3; i++)
		fd_close(theirs[i]);
	if (r < 0)
		exec_free(e);
	else if (ret_exec)
		*ret_exec = e;
	return r;
}

int exec_write(struct exec *e, const char *data, size_t len)
{
	if (e->close_stdin || (!e->tty && e->channels[IN].fd < 0))
		return -ERR_UNAVAILABLE;
	strbuf_add(&e->input, data, len);
	write_input(e);
	return 0;
}

void exec_close_stdin(struct exec *e)
{
	static const char end_of_file = 4; /* what a terminal takes for it */

	if (e->tty && !e->close_stdin)
		strbuf_add(&e->input, &end_of_file, 1);
	e->close_stdin = true;
	write_input(e);
}

static void send_control(struct exec *e, enum shim_op op, unsigned a, unsigned b)
{
	struct shim_msg m;

	if (!e->sb || !e->sb->client)
		return;
	shim_msg_init(&m, op, e->tag);
	shim_put_u64(&m, a);
	shim_put_u64(&m, b);
	shim_client_send(e->sb->client, &m, NULL, NULL);
}

void exec_resize(struct exec *e, unsigned short cols, unsigned short rows)
{
	send_control(e, SHIM_EXEC_RESIZE, cols, rows);
}

struct exec *exec_cancel(struct exec *e)
{
	if (!e)
		return NULL;
	if (!e->exited)
		send_control(e, SHIM_EXEC_KILL, 0, 0);
	exec_free(e);
	return NULL;
}
