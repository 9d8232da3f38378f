/*
 * subject: which driver, and what all of them share.
 *
 * A driver is chosen by the first word of the specification. It fills in the public facts before it says that it is open;
 * the runner reads them and never asks which driver it has. subject_free() ends every stream and call of it without
 * a callback.
 */
#include "subject/subject.h"

#include "subject/drivers.h"
#include "util/clock.h"
#include "util/json.h"

static const struct {
	const char *prefix;
	int (*open)(struct loop *loop, const char *where, double patience, opened_fn opened,
		    void *userdata, struct subject **ret, struct error *err);
} drivers[] = {
	{ "unix:", kube_open_unix },
	{ "kubeconfig:", kube_open_kubeconfig },
	{ "driver:", program_open },
};

int subject_open(struct loop *loop, const char *spec, double patience, opened_fn opened,
		 void *userdata, struct subject **ret, struct error *err)
{
	for (size_t i = 0; i < ARRAY_SIZE(drivers); i++) {
		const char *prefix = drivers[i].prefix;

		if (!has_prefix(spec, prefix))
			continue;
		if (drivers[i].open(loop, spec + strlen(prefix), patience, opened, userdata, ret,
				    err))
			return -1;
		(*ret)->spec = xstrdup(spec);
		return 0;
	}
	return error_set(err,
			 "subject \"%s\": must be unix:SOCKET, kubeconfig:FILE or driver:PROGRAM",
			 spec);
}

struct subject *subject_free(struct subject *s)
{
	if (!s)
		return NULL;
	free(s->name);
	free(s->version);
	free(s->spec);
	free(s->boot_id);
	free(s->node);
	strv_free(s->features);
	s->ops->free(s);
	return NULL;
}

/*
 * Somebody's cluster declares nothing: it has all that an API alone can show, Nodes of our own only where they may be, metrics only
 * where they are served (no cluster has them by itself).
 */
bool subject_has(const struct subject *s, const char *feature)
{
	if (s->control.restart && streq(feature, "disrupt.restart-agent"))
		return true;
	if (s->features)
		return strv_has(s->features, feature);
	if (streq(feature, "metrics"))
		return !s->no_metrics;
	if (streq(feature, "nodes"))
		return s->spares >= 2;
	return !has_prefix(feature, "disrupt.") && (s->disruptive || !streq(feature, "nodes.made"));
}

bool subject_is_here(const struct subject *s)
{
	return s->boot_id && *clock_boot_id() && streq(s->boot_id, clock_boot_id());
}

struct call *subject_request(struct subject *s, const struct request *req, reply_fn done,
			     void *userdata)
{
	return s->ops->request(s, req, done, userdata);
}

struct call *subject_follow(struct subject *s, const struct follow *f, void *userdata)
{
	return s->ops->follow(s, f, userdata);
}

struct call *subject_watch(struct subject *s, const char *ns, reply_fn ready, void *userdata)
{
	return s->ops->watch(s, ns, ready, userdata);
}

void subject_cancel(struct call *c)
{
	if (c)
		c->subject->ops->cancel(c);
}

const char *reply_code_name(enum reply_code c)
{
	static const char *const names[] = { "ok",	 "unsupported", "invalid",    "not-found",
					     "conflict", "internal",	"unreachable" };

	return names[c];
}
