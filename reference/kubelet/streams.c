/*
 * streams: logs are read from the CRI files, exec and forwarded connections go through the runtime. To attach is
 * to follow the log from now on: nobody but the shim holds the other end of a container's output.
 *
 * Which file: the newest run's; `previous` the one before it. A followed log ends when its run ends. The stream frees
 * itself after done; the caller frees it by cancelling before that.
 */
#include "kubelet/streams.h"

#include <utlist.h>

#include "base/log.h"
#include "base/str.h"
#include "kubelet/pod_worker.h"
#include "kubelet/termination_log.h"

struct kubelet_stream {
	struct kubelet *k;
	struct kubelet_stream *prev, *next;
	struct kubelet_stream_events ev;
	void *userdata;
	struct log_reader *log;
	char *uid, *container; /* whose log, and of which run */
	int attempt;
	struct exec *exec;
	struct forward *forward;
};

static void stream_free(struct kubelet_stream *s)
{
	DL_DELETE(s->k->streams, s);
	log_reader_free(s->log);
	exec_cancel(s->exec);
	forward_cancel(s->forward);
	free(s->uid);
	free(s->container);
	free(s);
}

void kubelet_stream_cancel(struct kubelet_stream *s)
{
	if (s)
		stream_free(s);
}

void streams_free_all(struct kubelet *k)
{
	struct kubelet_stream *s, *next;

	DL_FOREACH_SAFE(k->streams, s, next)
		stream_free(s);
}

static void finish(struct kubelet_stream *s, int exit_code, const struct error *err)
{
	struct kubelet_stream_events ev = s->ev;
	void *userdata = s->userdata;
	_cleanup_error_ struct error copy = ERROR_INIT;

	if (err)
		error_copy(&copy, err);
	stream_free(s);
	ev.done(userdata, exit_code, err ? &copy : NULL);
}

static struct kubelet_stream *stream_new(struct kubelet *k, const struct kubelet_stream_events *ev,
					 void *userdata)
{
	struct kubelet_stream *s = xnew(s);

	s->k = k;
	s->ev = *ev;
	s->userdata = userdata;
	DL_APPEND(k->streams, s);
	return s;
}

/* ---- which container ---- */

static char *names_of(const struct pod_container *list, size_t n)
{
	_cleanup_strv_ char **names = NULL;

	for (size_t i = 0; i < n; i++)
		strv_add(&names, list[i].name);
	return strv_join(names, " ");
}

static int not_named(const struct pod_worker *w, struct error *err)
{
	const struct pod *p = w->pod;
	_cleanup_free_ char *apps = names_of(p->containers, p->n_containers);
	_cleanup_free_ char *inits = names_of(p->init_containers, p->n_init_containers);

	if (p->n_init_containers)
		return error_set(
			err, ERR_BAD_REQUEST, NULL,
			"a container name must be specified for pod %s, choose one of: [%s] "
			"or one of the init containers: [%s]",
			p->name, apps, inits);
	return error_set(err, ERR_BAD_REQUEST, NULL,
			 "a container name must be specified for pod %s, choose one of: [%s]",
			 p->name, apps);
}

static int find(struct kubelet *k, const char *ns, const char *pod, const char *container,
		struct ctr **ret, struct error *err)
{
	struct pod_worker *w = kubelet_find_pod(k, ns, pod);
	struct ctr *c;

	if (!w)
		return error_set(err, ERR_NOT_FOUND, NULL, "pods \"%s\" not found", pod);
	if (!container || !*container) {
		if (w->pod->n_containers != 1 || w->pod->n_init_containers)
			return not_named(w, err);
		container = w->pod->containers[0].name;
	}
	c = pod_worker_find_ctr(w, container);
	if (!c)
		return error_set(err, ERR_BAD_REQUEST, NULL, "container %s is not valid for pod %s",
				 container, pod);
	*ret = c;
	return 0;
}

static int check_live(const struct ctr *c, struct error *err)
{
	if (c->rt && ctr_is_live(c))
		return 0;
	return error_set(err, ERR_BAD_REQUEST, NULL,
			 "unable to upgrade connection: container not found (\"%s\")",
			 c->spec->name);
}

/* ---- logs ---- */

static void log_data(void *userdata, const char *data, size_t len)
{
	struct kubelet_stream *s = userdata;

	s->ev.data(s->userdata, 1, data, len);
}

static void log_done(void *userdata, const struct error *err)
{
	finish(userdata, err ? -1 : 0, err);
}

static int not_started(const struct ctr *c, struct error *err)
{
	const char *why = c->wait_reason;

	if (!why)
		why = c->w->pod->n_init_containers && !c->w->initialized ? "PodInitializing" :
									   "ContainerCreating";
	if (c->w->rejected)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "container \"%s\" in pod \"%s\" is not available", c->spec->name,
				 c->w->pod->name);
	return error_set(err, ERR_BAD_REQUEST, NULL,
			 "container \"%s\" in pod \"%s\" is waiting to start: %s", c->spec->name,
			 c->w->pod->name, why);
}

/* The run whose log is asked for. */
static int pick_run(const struct ctr *c, bool previous, const struct instance **ret,
		    struct error *err)
{
	const struct instance *newest = c->next.valid ? &c->next : &c->cur;
	const struct instance *before = c->next.valid ? &c->cur : &c->last;

	if (!newest->valid)
		return not_started(c, err);
	if (previous && !before->valid)
		return error_set(err, ERR_BAD_REQUEST, NULL,
				 "previous terminated container \"%s\" in pod \"%s\" not found",
				 c->spec->name, c->w->pod->name);
	*ret = previous ? before : newest;
	return 0;
}

static int log_options(const struct kubelet *k, const struct kubelet_log_request *req,
		       struct log_opts *o, struct error *err)
{
	*o = (struct log_opts){
		.follow = req->follow,
		.timestamps = req->timestamps,
		.tail_lines = req->tail_lines,
		.limit_bytes = req->limit_bytes,
		.growth = runtime_growth(k->rt),
	};
	if (req->since_seconds >= 0)
		o->since_ns = clock_nominal_ns(k->clock) - req->since_seconds * NSEC_PER_SEC;
	if (req->since_time && clock_parse(req->since_time, &o->since_ns) < 0)
		return error_set(err, ERR_BAD_REQUEST, NULL, "sinceTime: \"%s\" is no time",
				 req->since_time);
	return 0;
}

static int read_log(struct ctr *c, const struct instance *run, const struct log_opts *opts,
		    const struct kubelet_stream_events *ev, void *userdata,
		    struct kubelet_stream **ret, struct error *err)
{
	static const struct log_events events = { .data = log_data, .done = log_done };
	_cleanup_free_ char *path = ctr_log_path(c, run->attempt);
	struct kubelet_stream *s = stream_new(c->w->k, ev, userdata);
	int r;

	s->uid = xstrdup(c->w->uid);
	s->container = xstrdup(c->spec->name);
	s->attempt = run->attempt;
	r = log_reader_new(s->k->loop, path, opts, &events, s, &s->log, err);
	if (r != 0)
		stream_free(s);
	else
		*ret = s;
	return r;
}

int kubelet_logs(struct kubelet *k, const struct kubelet_log_request *req,
		 const struct kubelet_stream_events *ev, void *userdata,
		 struct kubelet_stream **ret, struct error *err)
{
	const struct instance *run = NULL;
	struct log_opts opts;
	struct ctr *c = NULL;
	int r = find(k, req->ns, req->pod, req->container, &c, err);

	if (r == 0)
		r = log_options(k, req, &opts, err);
	if (r == 0)
		r = pick_run(c, req->previous, &run, err);
	if (r != 0)
		return r;
	r = read_log(c, run, &opts, ev, userdata, ret, err);
	if (r == 0 && (run == &c->last || !ctr_is_live(c)))
		log_reader_writer_gone((*ret)->log);
	return r;
}

int kubelet_attach(struct kubelet *k, const struct kubelet_exec_request *req,
		   const struct kubelet_stream_events *ev, void *userdata,
		   struct kubelet_stream **ret, struct error *err)
{
	const struct log_opts opts = { .follow = true,
				       .limit_bytes = -1,
				       .growth = runtime_growth(k->rt) };
	struct ctr *c = NULL;
	int r = find(k, req->ns, req->pod, req->container, &c, err);

	if (r == 0)
		r = check_live(c, err);
	return r ? r : read_log(c, &c->cur, &opts, ev, userdata, ret, err);
}

void streams_run_ended(const struct ctr *c)
{
	struct kubelet_stream *s, *next;

	DL_FOREACH_SAFE(c->w->k->streams, s, next) {
		if (s->log && s->attempt == c->cur.attempt && streq(s->uid, c->w->uid) &&
		    streq(s->container, c->spec->name))
			log_reader_writer_gone(s->log);
	}
}

/* ---- exec ---- */

static void exec_output(void *userdata, int stream, const char *data, size_t len)
{
	struct kubelet_stream *s = userdata;

	s->ev.data(s->userdata, stream, data, len);
}

static void exec_done(void *userdata, int exit_code, bool timed_out _unused_,
		      const struct error *err)
{
	struct kubelet_stream *s = userdata;

	s->exec = NULL;
	finish(s, exit_code, err);
}

int kubelet_exec(struct kubelet *k, const struct kubelet_exec_request *req,
		 const struct kubelet_stream_events *ev, void *userdata,
		 struct kubelet_stream **ret, struct error *err)
{
	static const struct exec_events events = { .output = exec_output, .done = exec_done };
	struct exec_config cfg = { .argv = req->argv,
				   .stdin_open = req->stdin_open,
				   .tty = req->tty };
	struct kubelet_stream *s;
	struct ctr *c = NULL;
	int r = find(k, req->ns, req->pod, req->container, &c, err);

	if (r == 0)
		r = check_live(c, err);
	if (r != 0)
		return r;
	s = stream_new(k, ev, userdata);
	r = container_exec(c->rt, &cfg, &events, s, &s->exec, err);
	if (r != 0) {
		stream_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

/* ---- forwarded connections ---- */

static void forward_data(void *userdata, const char *data, size_t len)
{
	struct kubelet_stream *s = userdata;

	s->ev.data(s->userdata, 1, data, len);
}

static void forward_done(void *userdata, const struct error *err)
{
	struct kubelet_stream *s = userdata;

	s->forward = NULL;
	finish(s, err ? -1 : 0, err);
}

int kubelet_forward(struct kubelet *k, const struct kubelet_forward_request *req,
		    const struct kubelet_stream_events *ev, void *userdata,
		    struct kubelet_stream **ret, struct error *err)
{
	static const struct forward_events events = { .data = forward_data, .done = forward_done };
	struct pod_worker *w = kubelet_find_pod(k, req->ns, req->pod);
	struct kubelet_stream *s;
	int r;

	if (!w || !w->sandbox)
		return error_set(err, ERR_NOT_FOUND, NULL, "pod %s is not running", req->pod);
	s = stream_new(k, ev, userdata);
	r = sandbox_forward(w->sandbox, req->port, &events, s, &s->forward, err);
	if (r != 0)
		stream_free(s);
	else
		*ret = s;
	return r;
}

void kubelet_stream_hold(struct kubelet_stream *s, bool on)
{
	if (s->forward)
		forward_hold(s->forward, on);
}

/* ---- what is sent ---- */

int kubelet_stream_write(struct kubelet_stream *s, const char *data, size_t len)
{
	if (s->forward)
		forward_write(s->forward, data, len);
	if (s->forward)
		return 0;
	return s->exec ? exec_write(s->exec, data, len) : -ERR_INVALID;
}

void kubelet_stream_close_stdin(struct kubelet_stream *s)
{
	if (s->exec)
		exec_close_stdin(s->exec);
	if (s->forward)
		forward_close_write(s->forward);
}

void kubelet_stream_resize(struct kubelet_stream *s, unsigned short cols, unsigned short rows)
{
	if (s->exec)
		exec_resize(s->exec, cols, rows);
}
