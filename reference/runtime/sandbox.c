/*
 * sandbox: the object, its list, and its end. What comes from a shim arrives here and is handed to the
 * container or exec it names.
 *
 * A removal asks the shim to stop (it kills, waits, deletes the device, answers and ends), then takes away
 * cgroups, host ports and the directory. A process of a crashed sandbox may still be dying in its cgroup:
 * then the last part is tried again a few milliseconds later, longer each time, up to RETRIES times.
 */
#include "runtime/objects.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <unistd.h>

#include "base/fsutil.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "runtime/records.h"

#define RETRIES 40
#define FIRST_RETRY_NS (2 * NSEC_PER_MSEC)
#define MAX_RETRY_NS (250 * NSEC_PER_MSEC)

struct sandbox *sandbox_new(struct runtime *rt, const char *id)
{
	struct sandbox *sb = xnew(sb), **end = &rt->sandboxes;

	sb->rt = rt;
	sb->id = xstrdup(id);
	sb->dir = fs_join(rt->run_dir, id);
	sb->disk_dir = str_printf("%s/disk/%s", rt->root, id);
	sb->cgroup = str_printf("pod-%s", id);
	sb->dir_fd = -1;
	while (*end)
		end = &(*end)->next;
	*end = sb;
	return sb;
}

void sandbox_unlink(struct sandbox *sb)
{
	struct sandbox **at = &sb->rt->sandboxes;

	while (*at && *at != sb)
		at = &(*at)->next;
	if (*at)
		*at = sb->next;
}

struct sandbox *sandbox_free(struct sandbox *sb)
{
	sandbox_unlink(sb);
	while (sb->containers)
		container_free(sb->containers);
	exec_orphan_all(sb);
	shim_client_free(sb->client);
	loop_timer_free(sb->retry);
	fd_close(sb->dir_fd);
	json_decref(sb->labels);
	for (size_t i = 0; i < sb->n_ports; i++)
		free((char *)(uintptr_t)sb->ports[i].host_ip);
	free(sb->ports);
	free(sb->id);
	free(sb->dir);
	free(sb->disk_dir);
	free(sb->cgroup);
	free(sb);
	return NULL;
}

struct sandbox *sandbox_find(const struct runtime *rt, const char *id)
{
	struct sandbox *sb = rt->sandboxes;

	while (sb && !streq(sb->id, id))
		sb = sb->next;
	return sb;
}

void operation_end(struct operation *op, const struct error *err)
{
	struct operation now = *op;

	*op = (struct operation){ .done = NULL };
	if (now.done)
		now.done(now.userdata, err);
}

/* ---- from the shim ---- */

static void tell(struct sandbox *sb, enum runtime_event_type type, struct container *c)
{
	struct runtime_event ev = { .type = type, .sandbox = sb, .container = c };

	sb->rt->events(sb->rt->userdata, &ev);
}

void sandbox_take_status(struct sandbox *sb, const struct shim_status *st)
{
	struct container *c = container_find(sb, st->id);

	if (!c)
		return;
	c->status.state = st->state == SHIM_STATE_STOPPED ? CONTAINER_STOPPED : CONTAINER_RUNNING;
	c->status.pid = (pid_t)st->pid;
	c->status.exit_code = (int)st->exit_code;
	c->status.signal = (int)st->signal;
	c->status.oom_killed = st->oom_killed != 0;
	c->status.created_ns = (int64_t)st->created_ns;
	c->status.started_ns = (int64_t)st->started_ns;
	c->status.finished_ns = (int64_t)st->finished_ns;
}

static void on_exited(struct sandbox *sb, struct shim_msg *m)
{
	struct shim_status st = { 0 };
	struct container *c;

	shim_get_status(m, &st);
	c = m->bad ? NULL : container_find(sb, st.id);
	if (c) {
		sandbox_take_status(sb, &st);
		tell(sb, CONTAINER_EXITED, c);
	}
	shim_status_clear(&st);
}

static void on_oom(struct sandbox *sb, struct shim_msg *m)
{
	struct container *c = container_find(sb, shim_get_str(m));

	if (!c)
		return;
	c->status.oom_killed = true;
	tell(sb, CONTAINER_OOM, c);
}

static void on_event(void *userdata, struct shim_msg *m)
{
	struct sandbox *sb = userdata;

	if (m->head.op == SHIM_EXITED)
		on_exited(sb, m);
	else if (m->head.op == SHIM_OOM)
		on_oom(sb, m);
	else
		exec_event(sb, m);
}

static void on_gone(void *userdata)
{
	struct sandbox *sb = userdata;

	sb->client = shim_client_free(sb->client);
	if (sb->alive)
		sandbox_lost(sb);
}

const struct shim_client_events sandbox_shim_events = { .event = on_event, .gone = on_gone };

static void mark_killed(struct container *c)
{
	if (c->status.state == CONTAINER_STOPPED)
		return;
	c->status.state = CONTAINER_STOPPED;
	c->status.pid = 0;
	c->status.exit_code = 128 + SIGKILL;
	c->status.signal = SIGKILL;
	c->status.finished_ns = clock_nominal_ns(c->sb->rt->clock);
	(void)record_exit(c, NULL); /* lost again, it would be found the same way */
}

void sandbox_lost(struct sandbox *sb)
{
	sb->alive = false;
	exec_orphan_all(sb);
	cgroup_kill_tree(&sb->rt->cgroups, sb->cgroup);
	for (struct container *c = sb->containers; c; c = c->next)
		mark_killed(c);
	if (!sb->removing)
		tell(sb, SANDBOX_GONE, NULL);
}

int sandbox_kill(struct sandbox *sb, struct error *err)
{
	if (!sb->alive || sb->shim_pid <= 0)
		return error_set(err, ERR_NOT_FOUND, NULL, "sandbox %s does not run", sb->id);
	if (kill(sb->shim_pid, SIGKILL) < 0)
		return error_set_errno(err, errno, "killing the sandbox");
	return 0;
}

/* ---- removal ---- */

int sandbox_remove_files(const struct sandbox *sb, struct error *err)
{
	int r = fs_remove_tree(AT_FDCWD, sb->disk_dir, err);

	return r < 0 ? r : fs_remove_tree(AT_FDCWD, sb->dir, err);
}

static int remove_rest(struct sandbox *sb, struct error *err)
{
	struct runtime *rt = sb->rt;
	int r;

	cgroup_kill_tree(&rt->cgroups, sb->cgroup);
	r = cgroup_remove_tree(&rt->cgroups, sb->cgroup, err);
	if (r != 0)
		return r;
	if (sb->ports_open)
		net_ports_remove(&rt->net, sb->address, sb->ports, sb->n_ports);
	r = sandbox_remove_files(sb, err);
	if (r == 0 && sb->address)
		net_release_address(&rt->net, sb->address);
	return r;
}

static void finish(void *userdata)
{
	struct sandbox *sb = userdata;
	_cleanup_error_ struct error err = ERROR_INIT;
	int r = remove_rest(sb, &err);

	if (r == CGROUP_BUSY && sb->retries++ < RETRIES) {
		int64_t delay = FIRST_RETRY_NS << MIN(sb->retries - 1, 16);

		loop_timer_set(sb->retry, MIN(delay, MAX_RETRY_NS));
		return;
	}
	if (r == CGROUP_BUSY)
		error_set(&err, ERR_TIMEOUT, NULL, "sandbox %s: a process does not die", sb->id);
	if (r == 0)
		sandbox_unlink(sb); /* its id may be used again in done */
	operation_end(&sb->op, r ? &err : NULL);
	if (r == 0)
		sandbox_free(sb);
}

static void on_stopped(void *userdata, struct shim_msg *m, const struct error *err)
{
	struct sandbox *sb = userdata;

	(void)m;
	(void)err; /* a shim that is gone has stopped, too */
	sb->alive = false;
	sb->client = shim_client_free(sb->client);
	exec_orphan_all(sb);
	for (struct container *c = sb->containers; c; c = c->next)
		mark_killed(c);
	finish(sb);
}

void sandbox_remove(struct sandbox *sb, runtime_done_fn done, void *userdata)
{
	struct shim_msg m;

	sb->op = (struct operation){ done, userdata };
	sb->removing = true;
	sb->retries = 0;
	if (!sb->retry)
		sb->retry = loop_timer_new(sb->rt->loop, finish, sb);
	if (!sb->client) {
		loop_timer_set(sb->retry, 0);
		return;
	}
	shim_msg_init(&m, SHIM_STOP, shim_client_tag(sb->client));
	shim_client_send(sb->client, &m, on_stopped, sb);
}

/* ---- plain getters ---- */

const char *sandbox_id(const struct sandbox *sb)
{
	return sb->id;
}

const char *sandbox_ip(const struct sandbox *sb)
{
	return sb->host_network ? NULL : sb->ip;
}

const json_t *sandbox_labels(const struct sandbox *sb)
{
	return sb->labels;
}

bool sandbox_alive(const struct sandbox *sb)
{
	return sb->alive;
}

struct sandbox *sandbox_next(struct runtime *rt, struct sandbox *prev)
{
	struct sandbox *sb = prev ? prev->next : rt->sandboxes;

	while (sb && !sb->ready)
		sb = sb->next;
	return sb;
}
