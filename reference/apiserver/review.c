/*
 * Reviews: "may I?" and "who am I?" of whoever asks. There is one user: the owner of the socket or the bearer of the
 * token, and that one may do everything. So a review is answered, never stored.
 *
 *	POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews
 *	POST /apis/authentication.k8s.io/v1/selfsubjectreviews
 */
#include "apiserver/server.h"

#include "api/options.h"
#include "base/json.h"
#include "base/str.h"

static json_t *allowed(void)
{
	return json_pack("{sb, ss}", "allowed", 1, "reason", "the one user may do everything");
}

static json_t *who(void)
{
	return json_pack("{s{ss, s[s, s]}}", "userInfo", "username", "podd:admin", "groups",
			 "system:masters", "system:authenticated");
}

static const struct review {
	const char *group, *plural, *singular, *kind;
	const struct schema *schema;
	json_t *(*status)(void);
} reviews[] = {
	{ "authentication.k8s.io", "selfsubjectreviews", "selfsubjectreview", "SelfSubjectReview",
	  &schema_self_review, who },
	{ "authorization.k8s.io", "selfsubjectaccessreviews", "selfsubjectaccessreview",
	  "SelfSubjectAccessReview", &schema_access_review, allowed },
};

bool review_has_group(const char *group)
{
	for (size_t i = 0; i < ARRAY_SIZE(reviews); i++)
		if (streq(reviews[i].group, group))
			return true;
	return false;
}

const char *review_group(size_t i)
{
	return i < ARRAY_SIZE(reviews) ? reviews[i].group : NULL;
}

json_t *review_resources(const char *group, const char *version)
{
	_cleanup_free_ char *gv = str_printf("%s/%s", group, version);

	for (size_t i = 0; streq(version, "v1") && i < ARRAY_SIZE(reviews); i++)
		if (streq(reviews[i].group, group))
			return json_pack("{ss, ss, ss, s[{ss, ss, sb, ss, s[s]}]}", "kind",
					 "APIResourceList", "apiVersion", "v1", "groupVersion", gv,
					 "resources", "name", reviews[i].plural, "singularName",
					 reviews[i].singular, "namespaced", 0, "kind",
					 reviews[i].kind, "verbs", "create");
	return NULL;
}

static int answer(struct request *req, const struct review *review, struct error *err)
{
	_cleanup_json_ json_t *body = NULL;
	int r = request_body_value(req, review->schema, &body, err);

	if (r < 0)
		return r;
	if (!json_is_object(body))
		return error_set(err, ERR_BAD_REQUEST, NULL, "the body is no %s", review->kind);
	json_take_set(body, "status", review->status());
	return reply_json(req, 201, body);
}

int review_serve(struct request *req, struct error *err)
{
	char *const *w = req->route.words;

	if (strv_len(w) != 4 || !streq(w[0], "apis") || !streq(w[2], "v1") ||
	    req->method != EVHTTP_REQ_POST)
		return PLAIN_NOT_FOUND;
	for (size_t i = 0; i < ARRAY_SIZE(reviews); i++)
		if (streq(reviews[i].group, w[1]) && streq(reviews[i].plural, w[3]))
			return answer(req, &reviews[i], err);
	return PLAIN_NOT_FOUND;
}
