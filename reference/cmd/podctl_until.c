/*
 * podctl_until: get, judge, watch from there, judge every change.
 *
 * The first look and the watch meet at the resourceVersion of a list of one, so nothing happens unseen between.
 * A server that ends the watch (its own limit, a restart) is asked again from the start.
 */
#include "cmd/podctl_until.h"

#include "api/meta.h"
#include "api/scheme.h"
#include "base/clock.h"
#include "base/json.h"
#include "cmd/podctl.h"
#include "cmd/podctl_targets.h"

struct wait {
	const struct until *until;
	struct error *err;
	int r; /* what holds() said last */
};

static int judge(struct wait *w, const json_t *obj)
{
	const struct until *u = w->until;

	if (obj && u->uid && !streq(meta_uid(obj), u->uid))
		obj = NULL;
	w->r = u->holds(u->userdata, obj, w->err);
	return w->r;
}

static bool on_event(void *userdata, json_t *event)
{
	const char *type = json_str_or(event, "type", "");

	if (streq(type, "BOOKMARK"))
		return true;
	return judge(userdata, streq(type, "DELETED") ? NULL : json_obj(event, "object")) == 0;
}

static char *list_path(const struct until *u, const char *from)
{
	_cleanup_free_ char *base = rest_path(u->target->kind, u->target->ns, NULL, NULL);
	_cleanup_free_ char *only = str_printf("metadata.name=%s", u->target->name);
	_cleanup_strbuf_ struct strbuf path = STRBUF_INIT;

	strbuf_adds(&path, base);
	rest_query(&path, "fieldSelector", only);
	rest_query(&path, "watch", from ? "true" : NULL);
	rest_query(&path, "resourceVersion", from);
	return strbuf_take(&path);
}

static int watch_from(struct podctl *p, struct wait *w, const char *from, int64_t deadline)
{
	_cleanup_free_ char *path = list_path(w->until, from);
	long limit_ms = 0;

	if (deadline != INT64_MAX)
		limit_ms = (long)MAX((deadline - clock_now_mono_ns()) / NSEC_PER_MSEC, INT64_C(1));
	return rest_watch(p->client, path, NULL, limit_ms, on_event, w, w->err);
}

/* One look and one watch. 0: not yet; the caller begins anew. */
static int round_of(struct podctl *p, struct wait *w, int64_t deadline, bool absent_counts)
{
	_cleanup_free_ char *path = list_path(w->until, NULL);
	struct rest_request req = { .path = path };
	_cleanup_json_ json_t *list = NULL;
	const json_t *obj;
	int r;

	r = rest_call(p->client, &req, &list, w->err);
	if (r < 0)
		return r;
	obj = json_at(list, "items[0]");
	if (judge(w, obj) != 0)
		return w->r;
	if (!obj && absent_counts)
		return -ERR_NOT_FOUND;
	r = watch_from(p, w, json_str(list, "metadata.resourceVersion"), deadline);
	return w->r ? w->r : r;
}

int until_holds(struct podctl *p, const struct until *u, int64_t deadline, struct error *err)
{
	struct wait w = { .until = u, .err = err };

	for (;;) {
		int r = round_of(p, &w, deadline, true);

		if (r == -ERR_NOT_FOUND)
			return UNTIL_ABSENT;
		if (r > 0)
			return 0;
		if (r == -ERR_GONE)
			continue;
		if (r < 0 && r != -ERR_TIMEOUT)
			return r;
		if (deadline != INT64_MAX && clock_now_mono_ns() >= deadline) {
			error_clear(err);
			return UNTIL_TIMEOUT;
		}
	}
}

static int is_gone(void *userdata _unused_, const json_t *obj, struct error *err _unused_)
{
	return !obj;
}

int until_gone(struct podctl *p, const struct until *u, int64_t deadline, struct error *err)
{
	struct until gone = *u;
	int r;

	gone.holds = is_gone;
	r = until_holds(p, &gone, deadline, err);
	if (r != UNTIL_TIMEOUT)
		return r;
	return error_set(err, ERR_TIMEOUT, NULL, "timed out waiting for the condition on %s/%s",
			 u->target->kind->plural, u->target->name);
}
