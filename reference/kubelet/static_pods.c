/*
 * static_pods: pods whose manifests lie in a directory of the node.
 *
 * The file is the pod: it runs while the file is there, whatever the API says. What the API shows is a mirror, an object that the kubelet
 * makes and keeps up to date; who deletes it gets a new one, and the containers do not notice. A file that changes is another pod: the old
 * one is stopped with its own grace, and the new one waits for it, since they share their name.
 *
 * The directory is watched, not polled. Writes to the store are not made from inside its events, but in the loop's next turn (sync).
 */
#include "kubelet/static_pods.h"

#include <errno.h>
#include <sys/inotify.h>
#include <unistd.h>

#include "api/meta.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "kubelet/pod_worker.h"
#include "kubelet/recover.h"
#include "kubelet/static_manifest.h"

#define MAX_MANIFEST (1 << 20)
#define EVENTS (IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE)

struct static_pod {
	char *file;
	json_t *pod, *mirror; /* mirror: NULL until the store has it */
	bool wanted; /* the file is there with this content */
	struct static_pod *next;
};

struct static_pods {
	struct kubelet *k;
	char *dir;
	int fd;
	struct loop_fd *watch;
	struct loop_defer *sync;
	struct static_pod *list;
	bool joined; /* workers are made from now on */
};

static struct static_pod *find(const struct static_pods *s, const char *uid)
{
	for (struct static_pod *p = s ? s->list : NULL; p; p = p->next)
		if (streq(meta_uid(p->pod), uid))
			return p;
	return NULL;
}

static void static_pod_free(struct static_pod *p)
{
	json_decref(p->pod);
	json_decref(p->mirror);
	free(p->file);
	free(p);
}

/* ---- files ---- */

static void add(struct static_pods *s, const char *file, json_t *pod)
{
	struct static_pod *p = find(s, meta_uid(pod));

	if (!p) {
		p = xnew(p);
		p->file = xstrdup(file);
		p->pod = json_incref(pod);
		p->next = s->list;
		s->list = p;
	}
	p->wanted = true;
}

static void read_file(struct static_pods *s, const char *file)
{
	_cleanup_free_ char *path = fs_join(s->dir, file), *text = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *pod = NULL;
	int r = fs_read_file(AT_FDCWD, path, MAX_MANIFEST, &text, NULL, &err);

	if (r == 0)
		r = static_manifest_read(text, file, s->k->node_name, &pod, &err);
	if (r == 0)
		add(s, file, pod);
	else if (r < 0)
		log_error("kubelet", "static pod %s: %s", path, error_text(&err));
}

static void read_dir(struct static_pods *s)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_strv_ char **files = NULL;

	for (struct static_pod *p = s->list; p; p = p->next)
		p->wanted = false;
	if (fs_list(AT_FDCWD, s->dir, &files, &err) != 0)
		log_error("kubelet", "static pods: %s", error_text(&err));
	for (char **file = files; file && *file; file++)
		if (**file != '.')
			read_file(s, *file);
}

/* ---- workers ---- */

/* As if somebody had deleted it with its own grace. */
static void stop(struct static_pods *s, struct static_pod *p)
{
	struct pod_worker *w = kubelet_find_uid(s->k, meta_uid(p->pod));
	_cleanup_json_ json_t *ending = NULL;
	char now[CLOCK_STAMP_MAX];

	if (!w || w->pod->deletion_timestamp)
		return;
	ending = json_dup(w->object);
	meta_set(ending, "deletionTimestamp", clock_format(clock_nominal_ns(s->k->clock), now));
	meta_set_int(ending, "deletionGracePeriodSeconds", w->pod->grace_seconds);
	pod_worker_update(w, ending);
}

/* Another one of this name is still there: the file has changed. */
static bool is_in_the_way(const struct static_pods *s, const struct static_pod *p)
{
	for (const struct static_pod *other = s->list; other; other = other->next)
		if (other != p && streq(meta_name(other->pod), meta_name(p->pod)) &&
		    streq(meta_namespace(other->pod), meta_namespace(p->pod)))
			return true;
	return false;
}

static void start(struct static_pods *s, struct static_pod *p)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct pod_worker *w = kubelet_find_uid(s->k, meta_uid(p->pod));

	if (!w && pod_worker_new(s->k, p->pod, &w, &err) < 0)
		log_error("kubelet", "static pod %s: %s", p->file, error_text(&err));
}

/* ---- mirrors ---- */

static void remove_mirror(struct kubelet *k, const json_t *mirror)
{
	struct store_delete_opts opts = { .grace_seconds = 0, .uid = meta_uid(mirror) };
	bool gone;

	store_delete(k->store, &kind_pod, meta_namespace(mirror), meta_name(mirror), &opts, NULL,
		     &gone, NULL);
}

static void make_mirror(struct static_pods *s, struct static_pod *p)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *mirror = static_manifest_mirror(p->pod);
	struct pod_worker *w = kubelet_find_uid(s->k, meta_uid(p->pod));
	int r = store_create(s->k->store, &kind_pod, meta_namespace(p->pod), mirror, &p->mirror,
			     &err);

	if (r < 0)
		log_warn("kubelet", "mirror of static pod %s: %s", p->file, error_text(&err));
	if (r == 0 && w)
		pod_worker_kick(w); /* to show how it is */
}

/* ---- all together ---- */

static void sync_now(void *userdata)
{
	struct static_pods *s = userdata;

	if (!s->joined)
		return;
	for (struct static_pod *p = s->list; p; p = p->next) {
		if (!p->wanted) {
			stop(s, p);
		} else if (!is_in_the_way(s, p)) {
			start(s, p);
			if (!p->mirror)
				make_mirror(s, p);
		}
	}
}

static void on_change(void *userdata, int fd, unsigned events _unused_)
{
	struct static_pods *s = userdata;
	char buffer[4096];

	while (read(fd, buffer, sizeof(buffer)) > 0)
		;
	read_dir(s);
	loop_defer_schedule(s->sync);
}

static const json_t *mirror_in(const json_t *pods, const struct static_pod *p)
{
	json_t *obj;
	size_t i;

	json_array_foreach((json_t *)pods, i, obj)
		if (streq(static_manifest_mirrored(obj), meta_uid(p->pod)))
			return obj;
	return NULL;
}

void static_pods_join(struct static_pods *s, json_t *pods)
{
	size_t n = json_array_size(pods);

	for (struct static_pod *p = s ? s->list : NULL; p; p = p->next) {
		const json_t *mirror = mirror_in(pods, p);

		if (mirror && json_obj(mirror, "status"))
			json_object_set(p->pod, "status", json_obj(mirror, "status"));
		json_array_append(pods, p->pod);
	}
	while (n--)
		if (static_manifest_mirrored(json_array_get(pods, n)))
			json_array_remove(pods, n);
	if (!s)
		return;
	s->joined = true;
	loop_defer_schedule(s->sync);
}

bool static_pods_take(struct static_pods *s, struct kubelet *k, const struct store_event *event)
{
	const char *uid = event->object ? static_manifest_mirrored(event->object) : NULL;
	struct static_pod *p = uid ? find(s, uid) : NULL;

	if (!uid)
		return false;
	if (event->type == STORE_DELETED) {
		if (p && streq(meta_uid(p->mirror), meta_uid(event->object)))
			json_decref(take_ptr(p->mirror));
	} else if (!p || meta_deletion_timestamp(event->object)) {
		remove_mirror(k, event->object);
	} else {
		static_pods_note(s, uid, event->object);
	}
	if (s)
		loop_defer_schedule(s->sync);
	return true;
}

json_t *static_pods_mirror(const struct static_pods *s, const char *uid)
{
	struct static_pod *p = find(s, uid);

	return p ? p->mirror : NULL;
}

bool static_pods_has(const struct static_pods *s, const char *uid)
{
	return find(s, uid) != NULL;
}

void static_pods_note(struct static_pods *s, const char *uid, json_t *mirror)
{
	struct static_pod *p = find(s, uid);

	json_incref(mirror);
	json_decref(p->mirror);
	p->mirror = mirror;
}

void static_pods_ended(struct static_pods *s, const char *uid)
{
	for (struct static_pod **at = &s->list; *at; at = &(*at)->next) {
		struct static_pod *p = *at;

		if (!streq(meta_uid(p->pod), uid))
			continue;
		if (p->mirror)
			remove_mirror(s->k, p->mirror);
		*at = p->next;
		static_pod_free(p);
		loop_defer_schedule(s->sync);
		return;
	}
}

int static_pods_new(struct kubelet *k, const char *dir, struct static_pods **ret, struct error *err)
{
	struct static_pods *s = xnew(s);
	int r = 0;

	s->k = k;
	s->dir = xstrdup(dir);
	s->sync = loop_defer_new(k->loop, sync_now, s);
	s->fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (s->fd < 0 || inotify_add_watch(s->fd, dir, EVENTS | IN_ONLYDIR) < 0)
		r = error_set_errno(err, errno, "watching %s", dir);
	if (r == 0)
		r = loop_watch_fd(k->loop, s->fd, LOOP_READ, on_change, s, &s->watch, err);
	if (r < 0) {
		static_pods_free(s);
		return r;
	}
	read_dir(s);
	*ret = s;
	return 0;
}

struct static_pods *static_pods_free(struct static_pods *s)
{
	if (!s)
		return NULL;
	while (s->list) {
		struct static_pod *p = s->list;

		s->list = p->next;
		static_pod_free(p);
	}
	loop_fd_free(s->watch);
	fd_close(s->fd);
	loop_defer_free(s->sync);
	free(s->dir);
	free(s);
	return NULL;
}
