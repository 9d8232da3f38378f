/*
 * podctl_print: -o, for all subcommands.
 */
#include "cmd/podctl_print.h"

#include "api/meta.h"
#include "api/scheme.h"
#include "base/json.h"
#include "base/yaml.h"
#include "client/jsonpath.h"
#include "cmd/podctl.h"
#include "cmd/podctl_targets.h"

#define JSONPATH "jsonpath="

bool print_is_structured(const struct podctl *p)
{
	return p->o.output && !streq(p->o.output, "wide") && *p->o.output;
}

int print_check(const struct podctl *p, struct error *err)
{
	const char *o = p->o.output;

	if (!print_is_structured(p) || streq(o, "json") || streq(o, "yaml") || streq(o, "name") ||
	    str_starts(o, JSONPATH))
		return 0;
	return error_set(err, ERR_BAD_REQUEST, NULL,
			 "unable to match a printer suitable for the output format \"%s\", allowed "
			 "formats are: json,jsonpath,name,wide,yaml",
			 o);
}

static void print_name(const json_t *obj)
{
	const struct kind *k = scheme_kind_of(obj);
	_cleanup_free_ char *word = k ? kind_word(k) : xstrdup(meta_kind(obj) ?: "object");

	printf("%s/%s\n", word, meta_name(obj) ?: "");
}

static void print_names(const json_t *obj)
{
	json_t *item;
	size_t i;

	if (!json_arr(obj, "items")) {
		print_name(obj);
		return;
	}
	json_each(obj, "items", i, item)
		print_name(item);
}

static int print_jsonpath(const char *tmpl, const json_t *obj, struct error *err)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	int r = jsonpath_print(tmpl, obj, &out, err);

	if (r == 0)
		fwrite(strbuf_str(&out), 1, out.len, stdout);
	return r;
}

int print_object(const struct podctl *p, json_t *obj, struct error *err)
{
	_cleanup_free_ char *text = NULL;

	if (streq(p->o.output, "name")) {
		print_names(obj);
		return 0;
	}
	if (str_starts(p->o.output, JSONPATH))
		return print_jsonpath(p->o.output + strlen(JSONPATH), obj, err);
	if (streq(p->o.output, "yaml")) {
		text = yaml_dump(obj);
		printf("%s%s", text, str_ends(text, "\n") ? "" : "\n");
		return 0;
	}
	text = json_text_pretty(obj);
	printf("%s%s", text, str_ends(text, "\n") ? "" : "\n");
	return 0;
}

int print_done(const struct podctl *p, json_t *obj, const char *done, struct error *err)
{
	const struct kind *k = scheme_kind_of(obj);
	_cleanup_free_ char *word = k ? kind_word(k) : xstrdup("object");

	if (print_is_structured(p))
		return print_object(p, obj, err);
	printf("%s/%s %s\n", word, meta_name(obj), done);
	return 0;
}
