/*
 * case_watch: versions of the objects of a case, from its watch and from replies to its own requests.
 *
 * Only what is seen while the case runs counts. What a version changes is the chronicle's business.
 */
#include "case_parts.h"
#include "kinds.h"
#include "util/json.h"

json_t *case_object(const struct case_run *c, const char *kind, const char *name)
{
	return chronicle_object(&c->seen, kind, name);
}

void case_take_object(struct case_run *c, char type, json_t *object, int64_t earliest,
		      int64_t latest, bool sampled)
{
	if (c->state < CASE_NAMESPACE || c->state >= CASE_CLEANUP)
		return;
	if (!chronicle_take(&c->seen, type, object, earliest, latest, sampled))
		return;
	if (streq(json_str(object, "kind"), "Pod"))
		case_follow_pod(c, object);
	case_poke(c);
}

/*
 * What we wrote is what we must see from then on. Only a watched kind, only what is newer than the last version seen, and never
 * an object that the watch has already shown to be gone.
 */
void case_take_reply(struct case_run *c, const struct reply *reply)
{
	const char *kind = json_str(reply->body, "kind"),
		   *name = json_str(reply->body, "metadata.name");
	const struct kind *k = kind_find(kind);
	const json_t *known, *last;

	if (!k || !k->watched || !name || !object_revision(reply->body))
		return;
	known = case_object(c, k->kind, name);
	last = json_object_get(c->seen.pods, name);
	if (known ? object_revision(known) >= object_revision(reply->body) :
		    streq(json_str(last, "metadata.uid"), json_str(reply->body, "metadata.uid")))
		return;
	case_take_object(c, known ? 'M' : 'A', reply->body, reply->sent, reply->received, false);
}
