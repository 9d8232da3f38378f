/*
 * Paths: /api/VERSION/… for the core group, /apis/GROUP/VERSION/… for the others, then
 *
 *	RESOURCE [NAME [SUB]]                     cluster-wide, or a list over all namespaces
 *	namespaces NS RESOURCE [NAME [SUB]]       one namespace
 *
 * "namespaces NS SUB" for the subresources of a namespace itself is told apart by its word. Everything else is a plain
 * path, looked up by the dispatcher. Segments are percent-decoded after the split, so a name may hold
 * no slash.
 */
#include "apiserver/route.h"

#include <event2/http.h>

#include "api/retired.h"
#include "apiserver/server.h"
#include "base/str.h"

static char **split_path(const char *path)
{
	_cleanup_strv_ char **raw = strv_split(path, '/');
	char **out = NULL;

	for (char **w = raw; w && *w; w++) {
		if (**w)
			strv_take(&out, evhttp_uridecode(*w, 0, NULL));
	}
	return out;
}

static bool is_namespace_subresource(const char *word)
{
	return streq(word, "status") || streq(word, "finalize");
}

static int not_served(struct error *err)
{
	return error_set(err, ERR_NOT_FOUND, NULL,
			 "the server could not find the requested resource");
}

static int no_resource(const char *group, const char *version, const char *plural, struct error *err)
{
	_cleanup_free_ char *gv = str_printf("%s/%s", group, version);
	_cleanup_free_ char *advice = retired_advice(gv, plural);

	if (!advice)
		return not_served(err);
	return error_set(err, ERR_NOT_FOUND, NULL,
			 "the server could not find the requested resource (%s of %s: %s)", plural,
			 gv, advice);
}

/* words: what follows the group and version. */
static int parse_resource(char **words, const char *group, const char *version, struct route *r,
			  struct error *err)
{
	size_t n = strv_len(words);

	if (n >= 3 && streq(words[0], "namespaces") && !is_namespace_subresource(words[2])) {
		r->ns = xstrdup(words[1]);
		words += 2;
		n -= 2;
	}
	if (n > 3)
		return not_served(err);
	r->kind = scheme_resource(group, version, words[0]);
	if (!r->kind)
		return no_resource(group, version, words[0], err);
	if (r->ns && !r->kind->namespaced)
		return not_served(err);
	r->type = n > 1 ? ROUTE_OBJECT : ROUTE_COLLECTION;
	r->name = n > 1 ? xstrdup(words[1]) : NULL;
	r->sub = n > 2 ? xstrdup(words[2]) : NULL;
	if (r->name && r->kind->namespaced && !r->ns)
		return not_served(err);
	return 0;
}

int route_parse(const char *path, struct route *ret, struct error *err)
{
	struct route r = { .type = ROUTE_PLAIN, .words = split_path(path) };
	size_t n = strv_len(r.words);
	int res = 0;

	if (n >= 3 && streq(r.words[0], "api"))
		res = parse_resource(r.words + 2, "", r.words[1], &r, err);
	else if (n >= 4 && streq(r.words[0], "apis") && !streq(r.words[1], "podd.podtest") &&
		 !review_has_group(r.words[1]))
		res = parse_resource(r.words + 3, r.words[1], r.words[2], &r, err);
	if (res < 0)
		route_deinit(&r);
	else
		*ret = r;
	return res;
}

void route_deinit(struct route *r)
{
	free(r->ns);
	free(r->name);
	free(r->sub);
	strv_free(r->words);
	*r = (struct route){ 0 };
}
