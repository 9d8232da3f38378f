/*
 * runtime: opening and closing a root, and finding again what runs in it.
 *
 * Each shim that still listens is asked for the state of its containers; one that does not is dead, and its
 * sandbox is shown as not alive. A container that no shim knows and that left no exit record never
 * started: it is dropped. When all have answered, the owner is called, once, from the loop.
 */
#include "runtime/objects.h"

#include <errno.h>
#include <limits.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "base/fsutil.h"
#include "base/log.h"
#include "base/str.h"
#include "runtime/growth.h"
#include "runtime/leftovers.h"
#include "runtime/records.h"
#include "runtime/root.h"

/* ---- adoption ---- */

static void adopted_one(struct runtime *rt)
{
	if (--rt->adopting == 0)
		loop_defer_schedule(rt->adopted);
}

static void on_adopted(void *userdata)
{
	struct runtime *rt = userdata;
	runtime_done_fn done = rt->done;

	rt->done = NULL;
	if (done)
		done(rt->userdata, NULL);
}

static void drop_unstarted(struct sandbox *sb)
{
	struct container *next;

	for (struct container *c = sb->containers; c; c = next) {
		next = c->next;
		if (c->status.state != CONTAINER_CREATED)
			continue;
		log_debug("runtime", "%s/%s never started", sb->id, c->id);
		(void)cgroup_remove(&sb->rt->cgroups, c->cgroup, NULL);
		(void)container_remove_files(c, NULL);
		container_free(c);
	}
}

static void on_state(void *userdata, struct shim_msg *m, const struct error *err)
{
	struct sandbox *sb = userdata;

	for (uint64_t n = err ? 0 : shim_get_u64(m); n > 0 && !m->bad; n--) {
		struct shim_status st = { 0 };

		shim_get_status(m, &st);
		if (!m->bad)
			sandbox_take_status(sb, &st);
		shim_status_clear(&st);
	}
	if (!err)
		drop_unstarted(sb);
	adopted_one(sb->rt);
}

static void adopt(struct sandbox *sb)
{
	struct shim_msg m;

	if (shim_client_new(sb->rt->loop, sb->dir_fd, &sandbox_shim_events, sb, &sb->client, NULL) <
	    0) {
		sb->removing = true; /* nobody is to be told before the lists are complete */
		sandbox_lost(sb);
		sb->removing = false;
		return;
	}
	sb->alive = true;
	sb->rt->adopting++;
	shim_msg_init(&m, SHIM_STATE, shim_client_tag(sb->client));
	shim_client_send(sb->client, &m, on_state, sb);
}

/* ---- opening ---- */

void root_tag(const char *root, char tag[TAG_LEN + 1])
{
	unsigned char digest[EVP_MAX_MD_SIZE];
	_cleanup_free_ char *hex = NULL;
	unsigned len = 0;

	EVP_Digest(root, strlen(root), digest, &len, EVP_sha256(), NULL);
	hex = str_hex(digest, len);
	snprintf(tag, TAG_LEN + 1, "%s", hex);
}

int root_lock(const char *root, int *ret_fd, struct error *err)
{
	_cleanup_free_ char *path = fs_join(root, "runtime.lock");
	_cleanup_close_ int fd = -1;
	int r = fs_open(AT_FDCWD, path, O_RDWR | O_CREAT, 0600, &fd, err);

	if (r < 0)
		return r;
	if (flock(fd, LOCK_EX | LOCK_NB) < 0)
		return error_set(err, ERR_CONFLICT, NULL, "another podd runs on %s", root);
	*ret_fd = take_fd(fd);
	return 0;
}

static bool is_mount_point(const char *path, const char *parent)
{
	struct stat a, b;

	return stat(path, &a) == 0 && stat(parent, &b) == 0 && a.st_dev != b.st_dev;
}

static int mount_run(const struct runtime *rt, struct error *err)
{
	int r = fs_mkdir_p(AT_FDCWD, rt->run_dir, 0700, err);

	if (r < 0 || is_mount_point(rt->run_dir, rt->root))
		return r;
	if (mount("podd", rt->run_dir, "tmpfs", MS_NOSUID | MS_NODEV | MS_NOEXEC,
		  "mode=700,size=25%") < 0)
		return error_set_errno(err, errno, "tmpfs on %s", rt->run_dir);
	return 0;
}

static int make_directories(const struct runtime *rt, struct error *err)
{
	static const char *const names[] = { "disk", "root" };
	int r = 0;

	for (size_t i = 0; i < ARRAY_SIZE(names) && r == 0; i++) {
		_cleanup_free_ char *path = fs_join(rt->root, names[i]);

		r = fs_mkdir_p(AT_FDCWD, path, 0700, err);
	}
	return r;
}

static int open_directories(struct runtime *rt, const char *root, struct error *err)
{
	char real[PATH_MAX];
	int r = fs_mkdir_p(AT_FDCWD, root, 0700, err);

	if (r < 0)
		return r;
	if (!realpath(root, real))
		return error_set_errno(err, errno, "%s", root);
	rt->root = xstrdup(real);
	rt->run_dir = fs_join(real, "run");
	root_tag(real, rt->tag);
	r = root_lock(real, &rt->lock_fd, err);
	if (r == 0)
		r = mount_run(rt, err);
	return r < 0 ? r : make_directories(rt, err);
}

/* A container's own layer is named from the images' directory, as options of a mount are short: it must be reached from there. */
static int borrow_images(struct runtime *rt, const char *images, char **ret_dir, struct error *err)
{
	_cleanup_free_ char *owner = NULL;
	char real[PATH_MAX];
	const char *rest;

	if (!realpath(images, real))
		return error_set_errno(err, errno, "%s", images);
	owner = xstrndup(real, (size_t)(strrchr(real, '/') + 1 - real));
	rest = str_after(rt->root, owner);
	if (!rest)
		return error_set(err, ERR_INVALID, NULL,
				 "%s: the root %s must lie below that of the images", real,
				 rt->root);
	rt->below = str_printf("%s/", rest);
	rt->images.borrowed = true;
	*ret_dir = xstrdup(real);
	return 0;
}

static int open_images(struct runtime *rt, const char *images, struct error *err)
{
	_cleanup_free_ char *dir = NULL;
	int r = 0;

	if (images) {
		r = borrow_images(rt, images, &dir, err);
	} else {
		rt->below = xstrdup("");
		dir = fs_join(rt->root, "images");
	}
	return r < 0 ? r : image_store_open(&rt->images, dir, err);
}

static int open_parts(struct runtime *rt, const struct runtime_config *cfg, struct error *err)
{
	int r;

	if (cfg->host_network)
		return error_set(err, ERR_UNSUPPORTED, NULL,
				 "a node in the host's network namespace is not built yet");
	r = open_directories(rt, cfg->root, err);
	if (r == 0)
		r = cgroups_init(&rt->cgroups, rt->tag, err);
	if (r == 0)
		r = cgroups_prepare(&rt->cgroups, err);
	if (r == 0)
		r = cgroup_make(&rt->cgroups, "shims", true, err);
	if (r == 0)
		r = net_open(&rt->net, rt->run_dir, cfg->pod_cidr, rt->tag, err);
	if (r < 0)
		return r;
	if (cfg->uplink)
		r = net_uplink(&rt->net, cfg->uplink, err);
	if (r == 0)
		r = open_images(rt, cfg->images, err);
	if (r == 0)
		r = records_load(rt, err);
	if (r == 0)
		leftovers_sweep(rt);
	return r;
}

static char *absolute(const char *path)
{
	char real[PATH_MAX];

	return xstrdup(realpath(path, real) ? real : path);
}

int runtime_new(const struct runtime_config *cfg, runtime_event_fn events, runtime_done_fn done,
		void *userdata, struct runtime **ret_rt, struct error *err)
{
	struct runtime *rt = xnew(rt);
	int r;

	rt->loop = cfg->loop;
	rt->clock = cfg->clock;
	rt->events = events;
	rt->done = done;
	rt->userdata = userdata;
	rt->lock_fd = -1;
	rt->net = (struct net){ .own_fd = -1, .node_fd = -1, .uts_fd = -1, .route_fd = -1 };
	rt->net.cursor_fd = -1;
	rt->shim_path = absolute(cfg->shim_path);
	rt->pause_path = absolute(cfg->pause_path);
	rt->growth = growth_new(rt->loop);
	rt->adopted = loop_defer_new(rt->loop, on_adopted, rt);
	r = open_parts(rt, cfg, err);
	if (r < 0) {
		runtime_free(rt);
		return r;
	}
	rt->adopting = 1;
	for (struct sandbox *sb = rt->sandboxes; sb; sb = sb->next)
		adopt(sb);
	adopted_one(rt);
	*ret_rt = rt;
	return 0;
}

struct runtime *runtime_free(struct runtime *rt)
{
	if (!rt)
		return NULL;
	while (rt->sandboxes) {
		exec_drop_all(rt->sandboxes);
		sandbox_free(rt->sandboxes);
	}
	leftovers_deinit(rt);
	loop_defer_free(rt->adopted);
	growth_free(rt->growth);
	shim_child_release_all(&rt->shims);
	image_store_close(&rt->images);
	net_close(&rt->net);
	cgroups_deinit(&rt->cgroups);
	fd_close(rt->lock_fd);
	free(rt->seccomp.data);
	free(rt->shim_path);
	free(rt->pause_path);
	free(rt->run_dir);
	free(rt->below);
	free(rt->root);
	free(rt);
	return NULL;
}

int runtime_socket(struct runtime *rt, int family, int type, int protocol, struct error *err)
{
	int fd = -1, r = net_socket(&rt->net, family, type, protocol, &fd, err);

	return r < 0 ? r : fd;
}

struct growth *runtime_growth(struct runtime *rt)
{
	return rt->growth;
}

const char *runtime_node_ip(const struct runtime *rt)
{
	return rt->net.node_ip;
}

int runtime_nft(struct runtime *rt, const char *commands, struct error *err)
{
	return net_nft(&rt->net, commands, err);
}

static int parse(const char *text, uint32_t *ret, struct error *err)
{
	if (net_parse_address(text, ret) < 0)
		return error_set(err, ERR_INVALID, NULL, "\"%s\" is no IPv4 address", text);
	return 0;
}

int runtime_own_address(struct runtime *rt, const char *address, struct error *err)
{
	uint32_t a = 0;
	int r = parse(address, &a, err);

	return r < 0 ? r : net_own_address(&rt->net, a, err);
}

int runtime_service_address(struct runtime *rt, bool add, const char *address, struct error *err)
{
	uint32_t a = 0;
	int r = parse(address, &a, err);

	return r < 0 ? r : net_service_address(&rt->net, add, a, err);
}
