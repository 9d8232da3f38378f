/*
 * expand: see the header. The rules are those of the field: no nesting, "$(" without ")" is text, a
 * reference that cannot be resolved is left as it was written.
 */
#include "kubelet/expand.h"

#include <string.h>

#include "base/defs.h"
#include "base/str.h"
#include "base/strbuf.h"

/* Behind "$("; returns where to go on. */
static const char *reference(struct strbuf *out, const char *p, char *const *env, char **missing)
{
	const char *end = strchr(p, ')'), *value;
	_cleanup_free_ char *name = NULL;

	if (!end) {
		strbuf_adds(out, "$(");
		return p;
	}
	name = xstrndup(p, end - p);
	value = strv_get_env(env, name);
	if ((!value || !*value) && !*missing)
		*missing = xstrdup(name);
	if (value)
		strbuf_adds(out, value);
	else
		strbuf_addf(out, "$(%s)", name);
	return end + 1;
}

char *expand(const char *text, char *const *env, char **ret_missing)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	_cleanup_free_ char *missing = NULL;

	while (*text) {
		if (text[0] == '$' && text[1] == '$') {
			strbuf_addc(&out, '$');
			text += 2;
		} else if (text[0] == '$' && text[1] == '(') {
			text = reference(&out, text + 2, env, &missing);
		} else {
			strbuf_addc(&out, *text++);
		}
	}
	if (ret_missing)
		*ret_missing = take_ptr(missing);
	return strbuf_take(&out);
}

char **expand_all(char *const *texts, char *const *env)
{
	char **out = NULL;

	for (; texts && *texts; texts++)
		strv_take(&out, expand(*texts, env, NULL));
	return out;
}
