/*
 * chronicle: versions of objects, each compared with the one before it.
 *
 * Answers to our own requests overtake the watch: they are known at once, and told when the watch has come to them, as having been
 * there when the answer came. A version that was seen already (a list after a watch) changes nothing and makes no event. Another object of the same name begins a
 * life of its own. The versions of a life that have the same spec share it: a pod is told twenty times, and its spec once.
 * The versions of those who own pods are kept as well, apart from the pods'.
 */
#include "chronicle.h"

#include "util/json.h"

void chronicle_init(struct chronicle *c, struct history *history)
{
	*c = (struct chronicle){ .history = history,
				 .objects = json_object(),
				 .told = json_object(),
				 .answered = json_object(),
				 .pods = json_object() };
}

static void life_clear(struct life *l)
{
	for (size_t i = 0; i < l->n; i++)
		json_decref(l->versions[i].object);
	free(l->versions);
	free(l->name);
	free(l->uid);
}

void chronicle_clear(struct chronicle *c)
{
	for (size_t i = 0; i < c->n_lives; i++)
		life_clear(&c->lives[i]);
	free(c->lives);
	for (size_t i = 0; i < c->n_owners; i++)
		life_clear(&c->owners[i]);
	free(c->owners);
	json_decref(c->objects);
	json_decref(c->told);
	json_decref(c->answered);
	json_decref(c->pods);
	*c = (struct chronicle){ 0 };
}

json_t *chronicle_object(const struct chronicle *c, const char *kind, const char *name)
{
	_cleanup_free_ char *key = xasprintf("%s/%s", kind, name);

	return json_object_get(c->objects, key);
}

/* ---- lives ---- */

/* The kinds whose versions are kept; NULL: not this one's. */
static const char *kept_kind(const char *kind)
{
	static const char *const kinds[] = { "Pod",	   "Deployment",
					     "ReplicaSet", "ReplicationController",
					     "DaemonSet",  "StatefulSet",
					     "Job" };

	for (size_t i = 0; i < ARRAY_SIZE(kinds); i++)
		if (streq(kinds[i], kind))
			return kinds[i];
	return NULL;
}

static struct life *find_life(struct chronicle *c, const char *kind, const char *name,
			      const char *uid)
{
	struct life **all = streq(kind, "Pod") ? &c->lives : &c->owners;
	size_t *n = streq(kind, "Pod") ? &c->n_lives : &c->n_owners;

	for (size_t i = *n; i-- > 0;)
		if (streq((*all)[i].name, name) && streq((*all)[i].uid, uid))
			return &(*all)[i];
	*all = xrealloc(*all, (*n + 1) * sizeof(**all));
	(*all)[*n] = (struct life){ .kind = kind, .name = xstrdup(name), .uid = xstrdup(uid) };
	return &(*all)[(*n)++];
}

static void share_spec(const struct version *before, json_t *object)
{
	json_t *old = json_object_get(before->object, "spec");

	if (old && json_equal(old, json_object_get(object, "spec")))
		json_object_set(object, "spec", old);
}

static void keep_version(struct chronicle *c, const struct change *ch, const char *kind,
			 const char *name, bool gone)
{
	const char *uid = json_str(ch->after, "metadata.uid");
	struct life *l = find_life(c, kind, name, uid ? uid : "");
	struct version v = { .object = json_incref((json_t *)ch->after),
			     .earliest = ch->earliest,
			     .latest = ch->latest,
			     .revision = object_revision(ch->after),
			     .sampled = ch->sampled,
			     .gone = gone };
	size_t at = l->n;

	l->versions = xrealloc(l->versions, (l->n + 1) * sizeof(*l->versions));
	while (at > 0 && v.revision < l->versions[at - 1].revision)
		at--;
	if (at > 0)
		share_spec(&l->versions[at - 1], v.object);
	memmove(l->versions + at + 1, l->versions + at, (l->n - at) * sizeof(*l->versions));
	l->versions[at] = v;
	l->n++;
}

static bool same_object(const json_t *a, const json_t *b)
{
	return a && b && streq(json_str(a, "metadata.uid"), json_str(b, "metadata.uid"));
}

/* An answer has shown this object in this version or a later one. */
static bool was_answered(const json_t *known, const json_t *object)
{
	return same_object(known, object) && object_revision(object) &&
	       object_revision(known) >= object_revision(object);
}

/* What is known after the watch has shown this version. */
static void update_known(struct chronicle *c, char type, const char *key, json_t *object)
{
	const json_t *known = json_object_get(c->objects, key);

	if (type == 'D') {
		json_object_del(c->told, key);
		if (!known || same_object(known, object))
			json_object_del(c->objects, key);
		return;
	}
	json_object_set(c->told, key, object);
	if (!was_answered(known, object))
		json_object_set(c->objects, key, object);
}

bool chronicle_take(struct chronicle *c, char type, json_t *object, int64_t earliest,
		    int64_t latest, bool sampled)
{
	const char *kind = json_str(object, "kind"), *name = json_str(object, "metadata.name");
	_cleanup_free_ char *key = xasprintf("%s/%s", kind, name);
	_cleanup_json_ json_t *before = json_incref(json_object_get(c->told, key));
	const json_t *answered = json_object_get(c->answered, key);
	struct change ch = { .history = c->history,
			     .after = object,
			     .earliest = MAX(earliest, c->history->began),
			     .latest = latest,
			     .sampled = sampled };
	bool same = before && streq(json_str(before, "metadata.resourceVersion"),
				    json_str(object, "metadata.resourceVersion"));

	if (same && type != 'D')
		return false;
	if (answered && type != 'D' && was_answered(json_object_get(c->objects, key), object))
		ch.latest = MAX(MIN(latest, json_integer_value(answered)), ch.earliest);
	/* Another object of the same name is a new one. */
	if (same_object(before, object))
		ch.before = before;
	update_known(c, type, key, object);
	change_tell(&ch, kind, name, type == 'D');
	if (streq(kind, "Pod"))
		json_object_set(c->pods, name, object);
	if (kept_kind(kind) && !streq(name, WITNESS_POD))
		keep_version(c, &ch, kept_kind(kind), name, type == 'D');
	return true;
}

bool chronicle_know(struct chronicle *c, json_t *object, int64_t received)
{
	const char *kind = json_str(object, "kind"), *name = json_str(object, "metadata.name");
	_cleanup_free_ char *key = xasprintf("%s/%s", kind, name);
	const json_t *known = json_object_get(c->objects, key);

	if (known ? object_revision(known) >= object_revision(object) :
		    streq(kind, "Pod") && same_object(json_object_get(c->pods, name), object))
		return false; /* or the watch has shown that it is gone */
	json_object_set(c->objects, key, object);
	json_object_set_new(c->answered, key, json_integer(received));
	if (streq(kind, "Pod"))
		json_object_set(c->pods, name, object);
	return true;
}
