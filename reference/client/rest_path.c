/*
 * rest_path: where things are in the API: /api/v1 for the core group, /apis/GROUP/VERSION for the others.
 *
 * Every part that comes from a person is escaped, so that a name cannot leave its segment.
 */
#include <ctype.h>

#include "api/scheme.h"
#include "client/rest_client.h"

static void add_escaped(struct strbuf *b, const char *text)
{
	for (; *text; text++) {
		if (isalnum((unsigned char)*text) || strchr("-._~", *text))
			strbuf_addc(b, *text);
		else
			strbuf_addf(b, "%%%02X", (unsigned char)*text);
	}
}

static void add_segment(struct strbuf *b, const char *text)
{
	if (!text)
		return;
	strbuf_addc(b, '/');
	add_escaped(b, text);
}

char *rest_path(const struct kind *k, const char *ns, const char *name, const char *sub)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;

	if (*k->group)
		strbuf_addf(&b, "/apis/%s/%s", k->group, k->version);
	else
		strbuf_addf(&b, "/api/%s", k->version);
	if (k->namespaced && ns && *ns) {
		strbuf_adds(&b, "/namespaces");
		add_segment(&b, ns);
	}
	add_segment(&b, k->plural);
	add_segment(&b, name);
	add_segment(&b, sub);
	return strbuf_take(&b);
}

void rest_query(struct strbuf *path, const char *key, const char *value)
{
	if (!value)
		return;
	strbuf_addc(path, strchr(strbuf_str(path), '?') ? '&' : '?');
	add_escaped(path, key);
	strbuf_addc(path, '=');
	add_escaped(path, value);
}
