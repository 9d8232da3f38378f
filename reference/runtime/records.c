/*
 * records: what of a sandbox lies on disk. podd may die between any two of these writes:
 *
 *   no sandbox config		the sandbox never was complete: it is removed, shim and all
 *   container config, no exit	known to the shim: it runs. Unknown: the start never reached it; dropped
 *   exit			it has ended; the shim or, in its stead, podd wrote it
 *
 * Nothing is synced: records must survive podd, not the machine, whose boot ends every pod anyway.
 */
#include "runtime/objects.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>

#include "base/fsutil.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "runtime/records.h"

#define RECORD_MAX (8u << 20)

static int write_json(const char *dir, json_t *o, struct error *err)
{
	_cleanup_free_ char *path = fs_join(dir, "config.json"), *text = json_text(o);

	return fs_write_atomic(AT_FDCWD, path, text, strlen(text), 0600, false, err);
}

/* NULL: there is none that can be read. */
static json_t *read_json(const char *dir)
{
	_cleanup_free_ char *path = fs_join(dir, "config.json"), *text = NULL;
	json_t *o = NULL;
	size_t len;

	if (fs_read_file(AT_FDCWD, path, RECORD_MAX, &text, &len, NULL) != 0)
		return NULL;
	return json_parse(text, len, &o, NULL) == 0 ? o : NULL;
}

static json_t *ports_to_json(const struct sandbox *sb)
{
	json_t *list = json_array();

	for (size_t i = 0; i < sb->n_ports; i++) {
		const struct port_mapping *p = &sb->ports[i];
		json_t *o = json_object();

		json_set_int(o, "container", p->container_port);
		json_set_int(o, "host", p->host_port);
		json_set_str(o, "protocol", p->protocol);
		json_set_str(o, "hostIP", p->host_ip);
		json_take_append(list, o);
	}
	return list;
}

static void load_ports(struct sandbox *sb, const json_t *config)
{
	json_t *o;
	size_t i;

	json_each(config, "ports", i, o) {
		struct port_mapping p = { .container_port = (uint16_t)json_int(o, "container", 0),
					  .host_port = (uint16_t)json_int(o, "host", 0),
					  .protocol = json_str(o, "protocol"),
					  .host_ip = json_str(o, "hostIP") };

		sandbox_add_port(sb, &p);
	}
	sb->ports_open = sb->n_ports > 0;
}

int record_sandbox(const struct sandbox *sb, struct error *err)
{
	_cleanup_json_ json_t *o = json_object();

	json_set_str(o, "ip", sb->ip);
	json_set_bool(o, "hostNetwork", sb->host_network);
	json_set_bool(o, "hostPID", sb->host_pid);
	json_set_bool(o, "sharePID", sb->share_pid);
	json_set_int(o, "shim", sb->shim_pid);
	json_take_set(o, "ports", ports_to_json(sb));
	json_take_set(o, "labels", json_dup(sb->labels));
	return write_json(sb->dir, o, err);
}

int record_container(const struct container *c, struct error *err)
{
	_cleanup_json_ json_t *o = json_object();

	json_set_str(o, "image", c->status.image_id);
	json_take_set(o, "labels", json_dup(c->labels));
	return write_json(c->dir, o, err);
}

int record_exit(const struct container *c, struct error *err)
{
	const struct container_status *s = &c->status;
	_cleanup_free_ char *path = fs_join(c->dir, "exit"), *line = NULL;

	line = str_printf("%d %d %d %" PRId64 " %" PRId64 " %" PRId64 "\n", s->exit_code, s->signal,
			  s->oom_killed, s->created_ns, s->started_ns, s->finished_ns);
	return fs_write_atomic(AT_FDCWD, path, line, strlen(line), 0600, false, err);
}

/* ---- loading ---- */

static bool load_exit(struct container *c)
{
	_cleanup_free_ char *path = fs_join(c->dir, "exit"), *line = NULL;
	struct container_status *s = &c->status;
	int oom;

	if (fs_read_file(AT_FDCWD, path, 4096, &line, NULL, NULL) != 0)
		return false;
	if (sscanf(line, "%d %d %d %" SCNd64 " %" SCNd64 " %" SCNd64, &s->exit_code, &s->signal,
		   &oom, &s->created_ns, &s->started_ns, &s->finished_ns) != 6)
		return false;
	s->oom_killed = oom != 0;
	s->state = CONTAINER_STOPPED;
	return true;
}

/* A container without exit record stays CREATED until the shim has told what it is. */
static void load_container(struct sandbox *sb, const char *id)
{
	_cleanup_free_ char *dir = str_printf("%s/c/%s", sb->dir, id);
	_cleanup_json_ json_t *o = read_json(dir);
	struct container *c;

	if (!o) {
		log_debug("runtime", "%s/%s was never complete", sb->id, id);
		(void)fs_remove_tree(AT_FDCWD, dir, NULL); /* its layer goes with the sandbox */
		return;
	}
	c = container_new(sb, id);
	c->labels = json_dup(json_at(o, "labels"));
	snprintf(c->status.image_id, sizeof(c->status.image_id), "%s", json_str_or(o, "image", ""));
	load_exit(c);
}

static void load_sandbox(struct runtime *rt, const char *id)
{
	struct sandbox *sb = sandbox_new(rt, id);
	_cleanup_json_ json_t *o = read_json(sb->dir);
	_cleanup_free_ char *dir = fs_join(sb->dir, "c");
	_cleanup_strv_ char **names = NULL;

	if (!o || fs_open_dir(AT_FDCWD, sb->dir, &sb->dir_fd, NULL) < 0) {
		sandbox_destroy(sb);
		return;
	}
	snprintf(sb->ip, sizeof(sb->ip), "%s", json_str_or(o, "ip", ""));
	sb->host_network = json_bool(o, "hostNetwork", false);
	sb->host_pid = json_bool(o, "hostPID", false);
	sb->share_pid = json_bool(o, "sharePID", false);
	sb->shim_pid = (pid_t)json_int(o, "shim", 0);
	sb->labels = json_dup(json_at(o, "labels"));
	load_ports(sb, o);
	sb->ready = true;
	if (net_parse_address(sb->ip, &sb->address) == 0)
		net_claim_address(&rt->net, sb->address);
	if (fs_list(AT_FDCWD, dir, &names, NULL) == 0)
		for (char **n = names; n && *n; n++)
			load_container(sb, *n);
}

int records_load(struct runtime *rt, struct error *err)
{
	_cleanup_strv_ char **names = NULL;
	int r = fs_list(AT_FDCWD, rt->run_dir, &names, err);

	if (r != 0)
		return r < 0 ? r : -ERR_SYSTEM;
	for (char **n = names; n && *n; n++) {
		_cleanup_free_ char *path = fs_join(rt->run_dir, *n);
		struct stat st;

		if (lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			load_sandbox(rt, *n);
	}
	return 0;
}
