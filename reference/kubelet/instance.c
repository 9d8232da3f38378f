/*
 * instance: see the header. Owned strings, one clear function, and the two directions between an
 * instance and the ContainerState of the API.
 */
#include "kubelet/instance.h"

#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

#define ID_PREFIX "podd://"

void instance_clear(struct instance *i)
{
	free(i->id);
	free(i->image);
	free(i->image_id);
	free(i->reason);
	free(i->message);
	*i = (struct instance){ 0 };
}

void instance_move(struct instance *dst, struct instance *src)
{
	instance_clear(dst);
	*dst = *src;
	*src = (struct instance){ 0 };
}

static json_t *stamp(int64_t ns)
{
	char text[CLOCK_STAMP_MAX];

	return ns ? json_string(clock_format(ns, text)) : json_null();
}

/* What was created and never came to start shows the epoch. */
static json_t *stamp_or_epoch(int64_t ns)
{
	char text[CLOCK_STAMP_MAX];

	return json_string(clock_format(ns, text));
}

static json_t *terminated(const struct instance *i)
{
	json_t *t = json_object();

	json_take_set(t, "exitCode", json_integer(i->exit_code));
	if (i->signal)
		json_take_set(t, "signal", json_integer(i->signal));
	if (i->reason)
		json_take_set(t, "reason", json_string(i->reason));
	if (i->message)
		json_take_set(t, "message", json_string(i->message));
	json_take_set(t, "startedAt", i->id ? stamp_or_epoch(i->started_ns) : stamp(i->started_ns));
	json_take_set(t, "finishedAt", stamp(i->finished_ns));
	if (i->id)
		json_take_set(t, "containerID", json_sprintf(ID_PREFIX "%s", i->id));
	return t;
}

json_t *instance_state(const struct instance *i)
{
	json_t *state = json_object(), *running;

	if (!i->valid)
		return state;
	if (!i->running) {
		json_take_set(state, "terminated", terminated(i));
		return state;
	}
	running = json_object();
	json_take_set(running, "startedAt", stamp(i->started_ns));
	json_take_set(state, "running", running);
	return state;
}

static char *dup_str(const json_t *v, const char *path)
{
	const char *s = json_str(v, path);

	return s && *s ? xstrdup(s) : NULL;
}

static int64_t read_stamp(const json_t *v, const char *path)
{
	int64_t ns = 0;

	if (json_str(v, path) && clock_parse(json_str(v, path), &ns) < 0)
		return 0;
	return ns;
}

void instance_from_status(struct instance *i, const json_t *status, const json_t *state, int attempt)
{
	const json_t *t = json_obj(state, "terminated");
	const char *id = json_str(t, "containerID");

	instance_clear(i);
	if (!t)
		return;
	i->valid = true;
	i->attempt = attempt;
	i->exit_code = json_int(t, "exitCode", 0);
	i->signal = json_int(t, "signal", 0);
	i->reason = dup_str(t, "reason");
	i->message = dup_str(t, "message");
	i->started_ns = read_stamp(t, "startedAt");
	i->finished_ns = read_stamp(t, "finishedAt");
	if (id && str_after(id, ID_PREFIX))
		i->id = xstrdup(str_after(id, ID_PREFIX));
	i->image = dup_str(status, "image");
	i->image_id = dup_str(status, "imageID");
}
