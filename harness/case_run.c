/*
 * case_run: one case of a run, from its namespace to the clean-up.
 *
 * States go one way: namespace, witness, steps, clean-up, done; each turn looks at the present one (case.c says when). The history is
 * closed when the clean-up begins: what the runner itself tears down is no behaviour of the subject.
 */
#include "case_run.h"

#include <sys/stat.h>

#include "case_follow.h"
#include "case_judge.h"
#include "case_outside.h"
#include "case_step.h"
#include "case_steps.h"
#include "images.h"
#include "util/clock.h"
#include "util/json.h"

#define CLEANUP_SECONDS 30
#define SOON \
	3 /* a third of it: so fast a pod starts on a machine that has room, whatever the bounds */

static void set_state(struct case_run *c, enum case_state state)
{
	c->state = state;
	timer_stop(c->timer);
	timer_soon(c->poke);
}

/* ---- clean-up ---- */

static void ask_gone(struct case_run *c);

static void on_still_there(void *userdata)
{
	struct case_run *c = userdata;

	if (c->state == CASE_CLEANUP)
		ask_gone(c);
	else
		case_poke(c);
}

static void gone(struct case_run *c, const struct reply *reply, bool all)
{
	c->clean = all;
	if (all || reply->code == REPLY_UNREACHABLE ||
	    clock_now() - c->ended > seconds_ns(session_patience(c->session, CLEANUP_SECONDS)))
		set_state(c, CASE_DONE);
	else
		timer_in(c->timer, 50 * NSEC_PER_MSEC);
}

static void on_outside_gone(struct case_run *c, const struct reply *reply, void *userdata)
{
	bool one = reply->code == REPLY_NOT_FOUND;

	(void)userdata;
	if (one)
		case_outside_gone(c);
	if (!one || !case_outside_ask(c, on_outside_gone))
		gone(c, reply, one);
}

static void on_gone(struct case_run *c, const struct reply *reply, void *userdata)
{
	bool namespace = reply->code == REPLY_NOT_FOUND;

	(void)userdata;
	if (!namespace || !case_outside_ask(c, on_outside_gone))
		gone(c, reply, namespace);
}

static void ask_gone(struct case_run *c)
{
	struct request req = REQUEST(VERB_GET);

	req.kind = "Namespace";
	req.name = c->ns;
	case_request(c, &req, on_gone, NULL);
}

/*
 * Pods go first, by force: a stop that is under way keeps its first grace, and the namespace's own clean-up would give each its
 * whole one. Then the namespace, so that no controller makes new ones; then what was made in between.
 */
static void delete_pods(struct case_run *c, case_reply_fn done)
{
	struct request req = REQUEST(VERB_DELETE);

	req.kind = "Pod";
	req.grace = 0;
	case_request(c, &req, done, NULL);
}

static void on_all_deleted(struct case_run *c, const struct reply *reply, void *userdata)
{
	(void)reply;
	(void)userdata;
	case_outside_delete(c);
	ask_gone(c);
}

static void on_namespace_deleted(struct case_run *c, const struct reply *reply, void *userdata)
{
	(void)reply;
	(void)userdata;
	delete_pods(c, on_all_deleted);
}

static void on_pods_deleted(struct case_run *c, const struct reply *reply, void *userdata)
{
	struct request req = REQUEST(VERB_DELETE_NAMESPACE);

	(void)reply;
	(void)userdata;
	case_request(c, &req, on_namespace_deleted, NULL);
}

static void on_nodes_started(struct case_run *c, const struct reply *reply, void *userdata)
{
	(void)reply;
	(void)userdata;
	delete_pods(c, on_pods_deleted);
}

/* A case that was cut short leaves no node behind that is stopped. */
static void start_nodes(struct case_run *c)
{
	struct request req = REQUEST(VERB_DISRUPT);

	req.what = "start-node";
	case_request(c, &req, on_nodes_started, NULL);
}

static void on_released(struct case_run *c, const struct reply *reply, void *userdata)
{
	(void)c;
	(void)reply;
	(void)userdata;
}

/* A finalizer of a case that was cut short would hold its namespace for ever. */
static void release_held(struct case_run *c)
{
	_cleanup_json_ json_t *patch = json_pack("{s:{s:n}}", "metadata", "finalizers");
	struct request req = REQUEST(VERB_PATCH);
	json_t *object;
	size_t i;

	req.object = patch;
	req.patch_type = "merge";
	json_array_foreach(c->applied, i, object) {
		req.kind = json_str(object, "kind");
		req.name = json_str(object, "metadata.name");
		if (json_path(object, "metadata.finalizers") && req.name)
			case_request(c, &req, on_released, NULL);
	}
}

static void recording_end(struct case_run *c)
{
	case_calls_unanswered(c);
	recorder_close(c->tape);
}

static void cleanup_begin(struct case_run *c)
{
	c->ended = clock_now();
	recording_end(c);
	case_assert_rest(c);
	case_check_invariants(c);
	step_clear(c);
	case_calls_cancel(c);
	case_follows_end(c);
	subject_cancel(take_ptr(c->watch));
	case_conclude(c);
	set_state(c, CASE_CLEANUP);
	if (c->session->options->keep || !c->ns) {
		set_state(c, CASE_DONE);
		return;
	}
	release_held(c);
	if (c->node_stopped)
		start_nodes(c);
	else
		delete_pods(c, on_pods_deleted);
}

void case_run_cancel(struct case_run *c, const char *why)
{
	if (c->state >= CASE_CLEANUP || c->cancelled)
		return;
	c->cancelled = xstrdup(why);
	case_broken(c, false, "%s", why);
}

/* ---- namespace and witness ---- */

static void on_witness_applied(struct case_run *c, const struct reply *reply, void *userdata)
{
	(void)userdata;
	if (reply->code != REPLY_OK)
		case_broken(c, false, "the witness pod: %s", reply->message);
}

static json_t *witness_manifest(void)
{
	return json_pack("{s:s,s:s,s:{s:s},s:{s:i,s:s,s:[{s:s,s:s,s:[s,s,s],s:[{s:s,s:s}]}]}}",
			 "apiVersion", "v1", "kind", "Pod", "metadata", "name", WITNESS_POD, "spec",
			 "terminationGracePeriodSeconds", 0, "restartPolicy", "Never", "containers",
			 "name", "witness", "image", "localhost/podtest/guest:v1", "args",
			 "witness", "--port", WITNESS_PORT, "env", "name", "PODTEST", "value",
			 WITNESS_POD "/witness");
}

static void on_wait_over(struct case_run *c)
{
	pace_note(&c->session->pace, 1, 0);
	case_broken(c, true, "the witness pod did not start in time");
}

static void witness_begin(struct case_run *c)
{
	struct request req = REQUEST(VERB_APPLY);
	_cleanup_json_ json_t *pod = witness_manifest();

	images_rename(pod, c->session->options);
	set_state(c, CASE_WITNESS);
	if (!c->fixture->uses_witness)
		return;
	c->now.deadline = clock_now() + seconds_ns(c->session->bounds.lag * 3);
	timer_in(c->timer, c->now.deadline - clock_now());
	req.object = pod;
	case_request(c, &req, on_witness_applied, NULL);
}

static void witness_look(struct case_run *c)
{
	const json_t *pod = case_object(c, "Pod", WITNESS_POD);
	const char *ip = json_str(pod, "status.podIP");

	if (!c->fixture->uses_witness) {
		set_state(c, CASE_STEPS);
	} else if (ip && *ip && streq(json_str(pod, "status.phase"), "Running")) {
		c->witness = xasprintf("%s:%s", ip, WITNESS_PORT);
		pace_note(&c->session->pace, clock_seconds(clock_now() - c->began),
			  3 * MIN(c->session->bounds.lag, SOON * c->session->slack));
		timer_soon(c->session->admit);
		set_state(c, CASE_STEPS);
	} else if (clock_now() >= c->now.deadline) {
		on_wait_over(c);
	}
}

static void on_watching(void *userdata, const struct reply *reply)
{
	struct case_run *c = userdata;
	_cleanup_json_ json_t *question = json_pack("{s:s}", "verb", "watch");

	recorder_reply(c->tape, question, reply);
	if (reply->code != REPLY_OK)
		case_broken(c, false, "the watch of the namespace: %s", reply->message);
	else
		witness_begin(c);
}

static void on_namespace(struct case_run *c, const struct reply *reply, void *userdata)
{
	(void)userdata;
	if (reply->code != REPLY_OK)
		case_broken(c, false, "the namespace: %s", reply->message);
	else
		c->watch = subject_watch(c->session->subject, c->ns, on_watching, c);
}

/* ---- the machine ---- */

static void done(struct case_run *c)
{
	c->state = CASE_DONE;
	case_calls_cancel(c);
	c->done(c);
}

static void look(void *userdata)
{
	struct case_run *c = userdata;

	recorder_turn(c->tape);
	if (c->state < CASE_CLEANUP && c->broken) {
		cleanup_begin(c);
		return;
	}
	switch (c->state) {
	case CASE_WITNESS:
		witness_look(c);
		break;
	case CASE_STEPS:
		if (c->step >= c->fixture->n_steps)
			cleanup_begin(c);
		else if (!c->now.begun)
			case_step_begin(c);
		else
			case_step_look(c);
		break;
	case CASE_DONE:
		done(c);
		break;
	default:
		break;
	}
}

static char *make_scratch(struct case_run *c)
{
	char *path = xasprintf("%s/%s", c->session->scratch, c->ns);

	if (subject_is_here(c->session->subject))
		mkdir(path, 0777);
	return path;
}

struct case_run *case_run_new(struct session *s, const struct fixture *f, unsigned round,
			      void (*done_fn)(struct case_run *c), void *userdata)
{
	struct case_run *c = xcalloc(1, sizeof(*c));

	c->session = s;
	c->fixture = f;
	c->round = round;
	c->done = done_fn;
	c->userdata = userdata;
	c->applied = json_array();
	c->outside = json_array();
	c->asked = json_object();
	chronicle_init(&c->seen, &c->history);
	c->poke = timer_new(s->loop, look, c);
	c->timer = timer_new(s->loop, on_still_there, c);
	c->result = (struct case_result){ .name = xstrdup(f->name),
					  .file = xstrdup(f->file),
					  .area = xstrdup(f->area),
					  .title = xstrdup(f->title),
					  .fixture = f,
					  .round = round };
	return c;
}

void case_run_start(struct case_run *c)
{
	struct request req = REQUEST(VERB_CREATE_NAMESPACE);

	c->began = clock_now();
	if (c->record)
		c->tape = recorder_new(c->began, c->fixture->n_steps);
	history_init(&c->history, c->began);
	c->scratch = make_scratch(c);
	c->state = CASE_NAMESPACE;
	req.label = c->session->run_id;
	case_request(c, &req, on_namespace, NULL);
}

struct case_run *case_run_free(struct case_run *c)
{
	if (!c)
		return NULL;
	step_clear(c);
	case_calls_cancel(c);
	case_follows_end(c);
	subject_cancel(c->watch);
	timer_free(c->poke);
	timer_free(c->timer);
	history_clear(&c->history);
	chronicle_clear(&c->seen);
	json_decref(c->applied);
	json_decref(c->outside);
	json_decref(c->asked);
	case_result_clear(&c->result);
	free(c->ns);
	free(c->scratch);
	free(c->witness);
	free(c->broken);
	free(c->cancelled);
	recorder_free(c->tape);
	free(c);
	return NULL;
}
