/*
 * The embedded engine: opens the file, loads what is present, keeps the cluster's birth, and commits.
 *
 * One commit is one revision. The order is: number it, write it to disk, then show it (memory, watches). So
 * whatever a reader or a watch has seen survives kill -9, and a disk that is full refuses the write
 * and changes nothing. The history is trimmed in steps, not at each write.
 */
#include "store/sqlite.h"

#include <math.h>

#include "api/meta.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/log.h"
#include "base/str.h"
#include "store/engine.h"
#include "store/verbs.h"

#define HISTORY_DEFAULT 5000
#define SERVICE_CIDR "10.96.0.0/16"
#define HISTORY_STEP 256

static const char *const first_namespaces[] = { "default", "kube-system", "kube-public" };

/* ---- the nominal clock ---- */

struct birth {
	int64_t wall_ns, boot_ns;
	double rate;
	char boot_id[64];
};

static int read_boot_id(char *ret, size_t size, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = fs_read_file(AT_FDCWD, "/proc/sys/kernel/random/boot_id", size - 1, &text, NULL,
			     err);

	if (r)
		return r < 0 ? r : -ERR_INTERNAL;
	text[strcspn(text, "\n")] = '\0';
	snprintf(ret, size, "%s", text);
	return 0;
}

static int load_birth(struct db *db, struct birth *ret, struct error *err)
{
	_cleanup_free_ char *text = NULL;
	int r = db_meta_get(db, "birth", &text, err);
	struct birth b;
	long long wall, boot;

	if (r)
		return r;
	if (sscanf(text, "%lld %lld %lf %63s", &wall, &boot, &b.rate, b.boot_id) != 4)
		return error_set(err, ERR_INTERNAL, NULL, "the birth of the store is damaged: %s",
				 text);
	b.wall_ns = wall;
	b.boot_ns = boot;
	*ret = b;
	return 0;
}

static int save_birth(struct db *db, const struct birth *b, struct error *err)
{
	_cleanup_free_ char *text = str_printf("%lld %lld %.6f %s", (long long)b->wall_ns,
					       (long long)b->boot_ns, b->rate, b->boot_id);

	return db_meta_set(db, "birth", text, err);
}

/* Where nominal time stands now, from an earlier birth: it goes on, and never back. */
static int64_t resume_at(const struct birth *old, const struct birth *now, int64_t last_stamp_ns)
{
	struct clock c;

	if (streq(old->boot_id, now->boot_id)) {
		clock_init(&c, old->wall_ns, old->boot_ns, old->rate);
		return clock_nominal_at(&c, now->boot_ns);
	}
	return MAX(now->wall_ns, last_stamp_ns + NSEC_PER_SEC);
}

static int start_clock(struct engine *s, double rate, int64_t last_stamp_ns, struct error *err)
{
	struct birth old, now = { .wall_ns = clock_now_wall_ns(), .boot_ns = clock_now_boot_ns() };
	int r = read_boot_id(now.boot_id, sizeof(now.boot_id), err);

	if (r < 0 || s->clock->hand)
		return r;
	r = load_birth(s->db, &old, err);
	if (r < 0)
		return r;
	now.rate = rate > 0 ? rate : r == 0 ? old.rate : 1;
	if (r == 0 && streq(old.boot_id, now.boot_id) && fabs(old.rate - now.rate) < 1e-6) {
		clock_init(s->clock, old.wall_ns, old.boot_ns, old.rate);
		return 0;
	}
	if (r == 0)
		now.wall_ns = resume_at(&old, &now, last_stamp_ns);
	clock_init(s->clock, now.wall_ns, now.boot_ns, now.rate);
	return save_birth(s->db, &now, err);
}

int64_t engine_now_ns(struct engine *s)
{
	return clock_nominal_ns(s->clock);
}

char *engine_stamp(struct engine *s, char *buf)
{
	return clock_format(engine_now_ns(s), buf);
}

/* ---- commits ---- */

static void trim_history(struct engine *s)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	if (s->revision < s->oldest + s->history + HISTORY_STEP)
		return;
	/* A disk that cannot trim now is asked again at the next commit. */
	if (db_trim(s->db, s->revision - s->history, &err) < 0)
		log_debug("store", "trim: %s", error_text(&err));
	else
		s->oldest = s->revision - s->history + 1;
}

int engine_commit(struct engine *s, const struct kind *k, enum store_event_type type, json_t *obj,
		  struct error *err)
{
	const char *ns = k->namespaced ? meta_namespace(obj) : "", *name = meta_name(obj);
	json_t *old = objects_get(s, k, ns, name);
	_cleanup_free_ char *text = NULL;
	_cleanup_json_ json_t *hold = NULL;
	struct store_event ev = { .type = type, .revision = s->revision + 1, .object = obj };
	struct db_change c = {
		.revision = ev.revision,
		.prev = old ? meta_rv(old) : 0,
		.type = type,
		.kind = kind_resource_name(k),
		.ns = ns,
		.name = name,
		.at_ns = engine_now_ns(s),
	};
	int r;

	meta_set_rv(obj, ev.revision);
	c.json = text = json_text(obj);
	r = db_write(s->db, &c, err);
	if (r < 0)
		return r;
	ev.old = hold = json_incref(old);
	s->revision = ev.revision;
	if (!s->oldest)
		s->oldest = s->revision;
	objects_set(s, k, ns, name, type == STORE_DELETED ? NULL : obj);
	watch_queue(s, k, &ev);
	trim_history(s);
	return 0;
}

/* ---- opening ---- */

static const struct kind *kind_by_resource(const char *resource)
{
	for (const struct kind *k = scheme_next_stored(NULL); k; k = scheme_next_stored(k))
		if (streq(kind_resource_name(k), resource))
			return k;
	return NULL;
}

static int load_object(void *userdata, const char *kind, const char *ns, const char *name,
		       const char *json, struct error *err)
{
	const struct kind *k = kind_by_resource(kind);
	_cleanup_json_ json_t *obj = NULL;
	int r;

	/* Made by a version with more kinds: kept on disk, not shown. */
	if (!k)
		return 0;
	r = json_parse(json, strlen(json), &obj, err);
	if (r < 0)
		return error_wrap(err, "%s %s/%s in the store", kind, ns, name);
	objects_set(userdata, k, ns, name, obj);
	return 0;
}

static int make_namespace(struct engine *s, const char *name, struct error *err)
{
	const struct kind *k = scheme_kind("v1", "Namespace");
	_cleanup_json_ json_t *obj = NULL;

	if (!k || objects_get(s, k, NULL, name))
		return 0;
	obj = json_pack("{ss, ss, s{ss}}", "apiVersion", "v1", "kind", "Namespace", "metadata",
			"name", name);
	return store_create(&s->base, k, NULL, obj, NULL, err);
}

static int load(struct engine *s, double rate, struct error *err)
{
	int64_t last_stamp_ns;
	int r = db_history(s->db, &s->oldest, &s->revision, &last_stamp_ns, err);

	if (r == 0)
		r = start_clock(s, rate, last_stamp_ns, err);
	if (r == 0)
		r = db_each_object(s->db, load_object, s, err);
	for (size_t i = 0; r == 0 && i < ARRAY_SIZE(first_namespaces); i++)
		r = make_namespace(s, first_namespaces[i], err);
	return r > 0 ? -ERR_INTERNAL : r;
}

/* ---- what the interface wants ---- */

static uint64_t engine_revision(struct store *store)
{
	return engine_of(store)->revision;
}

static int64_t engine_now(struct store *store)
{
	return engine_now_ns(engine_of(store));
}

static void engine_end(struct store *store)
{
	struct engine *s = engine_of(store);

	watch_drop_all(s);
	loop_defer_free(s->deliver);
	objects_clear(s);
	db_close(s->db);
	free(s);
}

static const struct store_ops ops = {
	.get = engine_get,
	.list = engine_list,
	.create = engine_create,
	.update = engine_update,
	.remove = engine_delete,
	.watch = engine_watch,
	.watch_end = engine_watch_end,
	.watch_revision = engine_watch_revision,
	.revision = engine_revision,
	.now_ns = engine_now,
	.end = engine_end,
};

int sqlite_store_open(const struct sqlite_store_config *cfg, struct store **ret, struct error *err)
{
	struct engine *s = xnew(s);
	int r;

	s->base.ops = &ops;
	s->loop = cfg->loop;
	s->clock = cfg->clock;
	s->history = cfg->history ? cfg->history : HISTORY_DEFAULT;
	s->deliver = loop_defer_new(cfg->loop, watch_deliver, s);
	r = service_range_parse(cfg->service_cidr ?: SERVICE_CIDR, &s->services, err);
	if (r == 0)
		r = db_open(cfg->path, &s->db, err);
	if (r == 0)
		r = load(s, cfg->rate, err);
	if (r < 0) {
		store_free(&s->base);
		return r;
	}
	*ret = &s->base;
	return 0;
}
