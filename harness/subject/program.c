/*
 * program: the transport of driver programs: processes, lines, which answer belongs to which request.
 *
 * A driver says how many requests it takes at once; one that says 1 is started up to four times, and each request goes to an instance
 * with room. Requests wait in one list until then. An instance that ends while it is needed makes the subject lost: its pending
 * requests are answered as faults. Its end is noticed by the end of its output, no signal is needed.
 */
#include "subject/program.h"

#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "subject/drivers.h"
#include "util/clock.h"
#include "util/json.h"

void program_call_link(struct program *p, struct program_call *c)
{
	c->base.subject = &p->base;
	c->next = p->calls;
	if (p->calls)
		p->calls->prev = c;
	p->calls = c;
}

void program_call_free(struct program_call *c)
{
	struct program *p = (struct program *)c->base.subject;

	if (c->prev)
		c->prev->next = c->next;
	else
		p->calls = c->next;
	if (c->next)
		c->next->prev = c->prev;
	c->end(c);
}

#define HELLO_SECONDS 30

static void program_cancel(struct call *c)
{
	program_call_free((struct program_call *)c);
}

/* ---- pending requests ---- */

static void pending_drop(struct pending *q)
{
	struct program *p = q->program;

	*(q->prev ? &q->prev->next : &p->pending) = q->next;
	*(q->next ? &q->next->prev : &p->last) = q->prev;
	json_decref(q->message);
	free(q);
}

/* What is under way cannot be taken back: only its callback is forgotten. */
void pending_cancel(struct pending *q)
{
	if (!q)
		return;
	q->done = NULL;
	if (!q->at)
		pending_drop(q);
}

static void settle(struct pending *q, const json_t *answer, const char *fault)
{
	void (*done)(void *, const json_t *, int64_t, const char *) = q->done;
	void *userdata = q->userdata;
	int64_t sent = q->sent;

	if (q->at)
		q->at->busy--;
	pending_drop(q);
	if (done)
		done(userdata, answer, sent, fault);
}

static void program_died(struct program *p)
{
	if (p->dead)
		return;
	p->dead = true;
	while (p->pending)
		settle(p->pending, NULL, "the driver program has ended");
	if (p->is_open && p->base.events.lost)
		p->base.events.lost(p->base.userdata, "the driver program has ended");
}

/* ---- one process ---- */

static void on_writable(evutil_socket_t fd, short what, void *userdata)
{
	struct instance *in = userdata;
	ssize_t n = send(fd, in->queue, in->queued, MSG_NOSIGNAL | MSG_DONTWAIT);

	(void)what;
	if (n > 0) {
		in->queued -= (size_t)n;
		memmove(in->queue, in->queue + n, in->queued);
	}
	if (in->queued && (n >= 0 || errno == EAGAIN || errno == EINTR))
		event_add(in->writable, NULL);
}

static void write_line(struct instance *in, const json_t *message)
{
	_cleanup_free_ char *text = json_dumps(message, JSON_COMPACT);
	size_t len = strlen(text);

	in->queue = xrealloc(in->queue, in->queued + len + 1);
	memcpy(in->queue + in->queued, text, len);
	in->queue[in->queued + len] = '\n';
	in->queued += len + 1;
	event_add(in->writable, NULL);
}

static void flush(struct program *p);
static void give_up(struct program *p, const char *fault);

static void on_line(void *userdata, const char *text, size_t len)
{
	struct instance *in = userdata;
	struct program *p = in->program;
	_cleanup_json_ json_t *line = json_read(text, len);
	int64_t id = json_int(line, "id", -1);

	if (json_str(line, "event")) {
		program_take_event(p, line);
		return;
	}
	for (struct pending *q = p->pending; q; q = q->next)
		if (q->id == id && q->at == in) {
			settle(q, line, NULL);
			flush(p);
			return;
		}
	fprintf(stderr, "podtest: the driver said what nobody asked: %.200s\n", text);
	if (!p->is_open)
		give_up(p, "the driver does not speak the protocol");
}

static void on_readable(evutil_socket_t fd, short what, void *userdata)
{
	struct instance *in = userdata;
	char buf[65536];
	ssize_t n = read(fd, buf, sizeof(buf));

	(void)what;
	if (n > 0) {
		lines_feed(&in->lines, buf, (size_t)n, on_line, in);
	} else if (n == 0 || (errno != EAGAIN && errno != EINTR)) {
		event_del(in->readable);
		program_died(in->program);
	}
}

static _Noreturn void child(const char *command, int fd)
{
	setpgid(0, 0);
	dup2(fd, 0);
	dup2(fd, 1);
	execlp(command, command, NULL);
	dprintf(2, "%s: %s\n", command, strerror(errno));
	_exit(127);
}

static int instance_start(struct program *p, struct error *err)
{
	struct instance *in = &p->instances[p->n_instances];
	int fds[2];

	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds) < 0)
		return error_set_errno(err, errno, "socketpair");
	*in = (struct instance){ .program = p, .in = fds[0], .out = fds[0] };
	in->pid = fork();
	if (in->pid == 0)
		child(p->command, fds[1]);
	close(fds[1]);
	if (in->pid < 0) {
		close(fds[0]);
		return error_set_errno(err, errno, "fork");
	}
	in->readable =
		event_new(loop_base(p->base.loop), fds[0], EV_READ | EV_PERSIST, on_readable, in);
	in->writable = event_new(loop_base(p->base.loop), fds[0], EV_WRITE, on_writable, in);
	event_add(in->readable, NULL);
	p->n_instances++;
	return 0;
}

/* The end of its input tells it to go; what does not is killed. */
static void instance_stop(struct instance *in)
{
	event_free(in->readable);
	event_free(in->writable);
	shutdown(in->in, SHUT_WR);
	for (char buf[4096]; read(in->in, buf, sizeof(buf)) > 0;)
		;
	close(in->in);
	kill(in->pid, SIGKILL);
	waitpid(in->pid, NULL, 0);
	lines_clear(&in->lines);
	free(in->queue);
}

static struct instance *room(struct program *p)
{
	for (size_t i = 0; i < p->n_instances; i++)
		if (p->instances[i].busy < p->concurrency)
			return &p->instances[i];
	if (p->is_open && p->concurrency == 1 && p->n_instances < PROGRAM_MAX_INSTANCES &&
	    !instance_start(p, NULL))
		return &p->instances[p->n_instances - 1];
	return NULL;
}

static void flush(struct program *p)
{
	struct instance *in;

	for (struct pending *q = p->pending; q && !p->dead; q = q->next) {
		if (q->at)
			continue;
		in = room(p);
		if (!in)
			return;
		q->at = in;
		q->sent = clock_now();
		in->busy++;
		write_line(in, q->message);
	}
}

struct pending *program_send(struct program *p, json_t *message,
			     void (*done)(void *userdata, const json_t *answer, int64_t sent,
					  const char *fault),
			     void *userdata)
{
	struct pending *q = xcalloc(1, sizeof(*q));

	q->program = p;
	q->id = ++p->next_id;
	q->message = message;
	q->done = done;
	q->userdata = userdata;
	json_object_set_new(message, "id", json_integer(q->id));
	q->prev = p->last;
	*(p->last ? &p->last->next : &p->pending) = q;
	p->last = q;
	flush(p);
	return q;
}

/* ---- opening ---- */

static void program_free(struct subject *s)
{
	struct program *p = (struct program *)s;

	p->dead = true;
	while (p->calls)
		program_call_free(p->calls);
	while (p->pending)
		pending_drop(p->pending);
	for (size_t i = 0; i < p->n_instances; i++)
		instance_stop(&p->instances[i]);
	timer_free(p->poll);
	timer_free(p->patience);
	json_decref(p->known);
	free(p->command);
	free(p);
}

static const struct subject_ops program_ops = {
	.request = program_request,
	.follow = program_follow,
	.watch = program_watch,
	.cancel = program_cancel,
	.free = program_free,
};

static void opened(struct program *p, const char *fault)
{
	p->is_open = !fault;
	timer_stop(p->patience);
	p->opened(p->opened_userdata, &p->base, fault);
}

/* Before it is open: nothing more is asked, and this is the only answer. */
static void give_up(struct program *p, const char *fault)
{
	if (p->dead)
		return;
	p->dead = true;
	opened(p, fault);
}

static void on_impatient(void *userdata)
{
	give_up(userdata, "the driver did not answer hello");
}

static void on_watching(void *userdata, const json_t *answer, int64_t sent, const char *fault)
{
	struct program *p = userdata;

	(void)sent;
	if (!fault && !json_truth(answer, "ok", false))
		fault = "the driver refused to watch";
	opened(p, fault);
}

static void take_hello(struct program *p, const json_t *hello)
{
	struct subject *s = &p->base;

	s->name = xstrdup(json_str(hello, "name") ? json_str(hello, "name") : "driver");
	s->version = xstrdup(json_str(hello, "version") ? json_str(hello, "version") : "");
	s->features = json_strv(json_object_get(hello, "features"));
	s->has_rate = json_object_get(hello, "clockRate") != NULL;
	s->rate = json_num(hello, "clockRate", 1);
	s->local = json_truth(hello, "local", false);
	s->boot_id = xstrdup(json_str(hello, "bootID"));
	s->node = xstrdup(json_str(hello, "node"));
	s->capacity = (unsigned)json_int(hello, "capacity", 20);
	p->concurrency = (unsigned)MAX(json_int(hello, "concurrency", 1), 1);
	p->has_watch = json_truth(hello, "watch", false);
}

static void on_hello(void *userdata, const json_t *answer, int64_t sent, const char *fault)
{
	struct program *p = userdata;

	(void)sent;
	if (fault || !json_truth(answer, "ok", false) || json_int(answer, "protocol", 0) != 1) {
		opened(p, fault ? fault : "the driver does not speak protocol 1");
		return;
	}
	take_hello(p, answer);
	if (p->has_watch)
		program_send(p, json_pack("{s:s}", "verb", "watch"), on_watching, p);
	else
		opened(p, NULL);
}

int program_open(struct loop *loop, const char *command, opened_fn fn, void *userdata,
		 struct subject **ret, struct error *err)
{
	struct program *p = xcalloc(1, sizeof(*p));

	p->base.ops = &program_ops;
	p->base.loop = loop;
	p->base.rate = 1;
	p->command = xstrdup(command);
	p->concurrency = 1;
	p->known = json_object();
	p->opened = fn;
	p->opened_userdata = userdata;
	p->poll = timer_new(loop, program_poll, p);
	p->patience = timer_new(loop, on_impatient, p);
	timer_in(p->patience, HELLO_SECONDS * NSEC_PER_SEC);
	*ret = &p->base;
	if (!*command || instance_start(p, err)) {
		error_set(err, "driver: needs a program");
		program_free(&p->base);
		*ret = NULL;
		return -1;
	}
	program_send(p, json_pack("{s:s,s:i}", "verb", "hello", "protocol", 1), on_hello, p);
	return 0;
}
