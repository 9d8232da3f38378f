/*
 * case_watch: versions of the objects of a case, from its watch and from replies to its own requests.
 *
 * Only what is seen while the case runs counts. What a version changes is the chronicle's business.
 */
#include "case_watch.h"

#include "case_follow.h"
#include "kinds.h"
#include "util/json.h"

void case_take_object(struct case_run *c, char type, json_t *object, int64_t earliest,
		      int64_t latest, bool sampled)
{
	if (c->state < CASE_NAMESPACE || c->state >= CASE_CLEANUP)
		return;
	recorder_object(c->tape, type, object, earliest, latest, sampled);
	if (!chronicle_take(&c->seen, type, object, earliest, latest, sampled))
		return;
	if (streq(json_str(object, "kind"), "Pod"))
		case_follow_pod(c, object);
	case_poke(c);
}

/*
 * What we wrote is what we must see from then on. Only of watched kinds, in the version in which they are watched: of others
 * nobody says when they are gone.
 */
void case_take_reply(struct case_run *c, const struct reply *reply)
{
	const char *kind = json_str(reply->body, "kind"),
		   *name = json_str(reply->body, "metadata.name");
	const struct kind *k = kind_find(kind);

	if (!k || !k->watched || !name || !object_revision(reply->body) ||
	    !streq(json_str(reply->body, "apiVersion"), k->api_version) ||
	    c->state < CASE_NAMESPACE || c->state >= CASE_CLEANUP)
		return;
	if (!chronicle_know(&c->seen, reply->body, reply->received))
		return;
	if (streq(kind, "Pod"))
		case_follow_pod(c, reply->body);
	case_poke(c);
}
