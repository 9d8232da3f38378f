/*
 * podctl get: lists, single objects and watches.
 *
 * Tables come from the server, which knows the ages; the other formats come from the objects. A watch starts where
 * the list ended, so no change is missed between the two; when the server has forgotten that point,
 * it is an error, not a silent gap.
 */
#include "api/meta.h"
#include "api/scheme.h"
#include "base/json.h"
#include "client/table_printer.h"
#include "cmd/podctl.h"
#include "cmd/podctl_print.h"
#include "cmd/podctl_targets.h"

static const struct option_row rows[] = {
	OPTION("output", 'o', OPT_STRING, output, "FORMAT",
	       "wide, json, yaml, name, jsonpath=TEMPLATE"),
	OPTION("selector", 'l', OPT_STRING, selector, "QUERY", "labels: a=b,c!=d,e in (f,g)"),
	OPTION("field-selector", 0, OPT_STRING, field_selector, "QUERY",
	       "fields: status.phase=Running"),
	OPTION("all-namespaces", 'A', OPT_FLAG, all_namespaces, NULL, "of all namespaces"),
	OPTION("watch", 'w', OPT_FLAG, watch, NULL, "go on printing changes"),
	OPTION("watch-only", 0, OPT_FLAG, watch_only, NULL, "print changes alone"),
	OPTION("filename", 'f', OPT_LIST, files, "FILE", "the objects of these manifests"),
	OPTION("no-headers", 0, OPT_FLAG, no_headers, NULL, "no line of headers"),
	OPTION("show-labels", 0, OPT_FLAG, show_labels, NULL, "a column of labels"),
	OPTION("show-kind", 0, OPT_FLAG, show_kind, NULL, "the type before each name"),
	OPTION("ignore-not-found", 0, OPT_FLAG, ignore_not_found, NULL, "absent is no error"),
	{ 0 },
};

/* One kind's table, and the line-up of the watch behind it. */
struct view {
	struct podctl *p;
	struct table_printer *printer;
	struct error *err;
	int r;
};

static struct table_printer *printer_for(struct podctl *p, const struct kind *k, bool mixed)
{
	_cleanup_free_ char *word = kind_word(k), *prefix = str_printf("%s/", word);
	struct table_options options = {
		.wide = streq(p->o.output, "wide"),
		.no_headers = p->o.no_headers,
		.show_namespace = p->o.all_namespaces && k->namespaced,
		.show_labels = p->o.show_labels,
		.name_prefix = mixed || p->o.show_kind ? prefix : NULL,
	};

	return table_printer_new(&options);
}

static void print_table(struct table_printer *printer, const json_t *table)
{
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;

	table_print(printer, table, &out);
	fwrite(strbuf_str(&out), 1, out.len, stdout);
	fflush(stdout);
}

static int fetch(struct podctl *p, const struct target *t, bool table, json_t **ret,
		 struct error *err)
{
	_cleanup_free_ char *path = target_path(p, t);
	struct rest_request req = { .path = path, .accept = table ? REST_TABLE : NULL };

	return rest_call(p->client, &req, ret, err);
}

static bool on_change(void *userdata, json_t *event)
{
	struct view *v = userdata;
	json_t *obj = json_obj(event, "object");

	if (streq(json_str(event, "type"), "BOOKMARK"))
		return true;
	if (v->printer)
		print_table(v->printer, obj);
	else
		v->r = print_object(v->p, obj, v->err);
	fflush(stdout);
	return v->r == 0;
}

static int watch(struct podctl *p, const struct target *t, struct table_printer *printer,
		 const char *from, struct error *err)
{
	struct view v = { .p = p, .printer = printer, .err = err };
	struct target list = { .kind = t->kind, .ns = t->ns };
	_cleanup_free_ char *base = target_path(p, &list);
	_cleanup_free_ char *only = t->name ? str_printf("metadata.name=%s", t->name) : NULL;
	_cleanup_strbuf_ struct strbuf path = STRBUF_INIT;
	int r;

	strbuf_adds(&path, base);
	rest_query(&path, "fieldSelector", only);
	rest_query(&path, "watch", "true");
	rest_query(&path, "resourceVersion", from);
	r = rest_watch(p->client, strbuf_str(&path), printer ? REST_TABLE : NULL, 0, on_change, &v,
		       err);
	return v.r < 0 ? v.r : r;
}

static void say_empty(const struct podctl *p)
{
	if (p->o.all_namespaces)
		fprintf(stderr, "No resources found\n");
	else
		fprintf(stderr, "No resources found in %s namespace.\n", p->ns);
}

static int get_tables(struct podctl *p, const struct targets *t, struct error *err)
{
	size_t printed = 0;
	int failed = 0;

	for (size_t i = 0; i < t->n; i++) {
		_cleanup_error_ struct error one = ERROR_INIT;
		_cleanup_(table_printer_freep) struct table_printer *printer =
			printer_for(p, t->items[i].kind,
				    t->n > 1 && t->items[0].kind != t->items[t->n - 1].kind);
		_cleanup_json_ json_t *table = NULL;
		int r = fetch(p, &t->items[i], true, &table, &one);

		if (r == -ERR_NOT_FOUND && p->o.ignore_not_found)
			continue;
		if (r < 0) {
			failed = podctl_print_error(&one);
			continue;
		}
		if (json_len(table, "rows") && !p->o.watch_only) {
			if (printed++ && t->items[i].kind != t->items[i - 1].kind)
				printf("\n");
			print_table(printer, table);
		}
		if (p->o.watch || p->o.watch_only)
			return watch(p, &t->items[i], printer,
				     json_str(table, "metadata.resourceVersion"), err);
	}
	if (!printed && !failed && !p->o.ignore_not_found)
		say_empty(p);
	return failed;
}

/* Names of one kind are one table: fetched one by one, printed together. */
static int get_named_table(struct podctl *p, const struct targets *t, struct error *err)
{
	_cleanup_(table_printer_freep) struct table_printer *printer =
		printer_for(p, t->items[0].kind, false);
	_cleanup_json_ json_t *all = NULL;
	int failed = 0;

	for (size_t i = 0; i < t->n; i++) {
		_cleanup_error_ struct error one = ERROR_INIT;
		_cleanup_json_ json_t *table = NULL;
		int r = fetch(p, &t->items[i], true, &table, &one);

		if (r == -ERR_NOT_FOUND && p->o.ignore_not_found)
			continue;
		if (r < 0)
			failed = podctl_print_error(&one);
		else if (!all)
			all = take_ptr(table);
		else
			json_array_extend(json_arr(all, "rows"), json_arr(table, "rows"));
	}
	if (all && !p->o.watch_only)
		print_table(printer, all);
	if (all && (p->o.watch || p->o.watch_only))
		return watch(p, &t->items[0], printer, json_str(all, "metadata.resourceVersion"),
			     err);
	return failed;
}

static void collect(json_t *items, json_t *got)
{
	if (json_arr(got, "items"))
		json_array_extend(items, json_arr(got, "items"));
	else
		json_array_append(items, got);
}

/* The items of a list carry no kind of their own on the wire. */
static void name_items(json_t *list, const struct kind *k)
{
	json_t *item;
	size_t i;

	json_each(list, "items", i, item) {
		json_object_set_new(item, "apiVersion", json_string(kind_api_version(k)));
		json_object_set_new(item, "kind", json_string(k->kind));
	}
}

static int get_structured(struct podctl *p, const struct targets *t, struct error *err)
{
	_cleanup_json_ json_t *items = json_array(), *list = NULL, *last = NULL;
	bool single = t->n == 1 && t->items[0].name;

	for (size_t i = 0; i < t->n; i++) {
		_cleanup_json_ json_t *got = NULL;
		int r = fetch(p, &t->items[i], false, &got, err);

		if (r == -ERR_NOT_FOUND && p->o.ignore_not_found) {
			error_clear(err);
			continue;
		}
		if (r < 0)
			return r;
		name_items(got, t->items[i].kind);
		collect(items, got);
		json_decref(last);
		last = take_ptr(got);
	}
	list = json_pack("{s:s,s:s,s:O,s:{s:s}}", "apiVersion", "v1", "kind", "List", "items",
			 items, "metadata", "resourceVersion", "");
	if (!p->o.watch_only && (!single || last)) {
		int r = print_object(p, single ? last : list, err);

		if (r < 0)
			return r;
	}
	if (last && (p->o.watch || p->o.watch_only))
		return watch(p, &t->items[0], NULL, json_str(last, "metadata.resourceVersion"), err);
	return 0;
}

static bool all_named_alike(const struct targets *t)
{
	for (size_t i = 0; i < t->n; i++)
		if (!t->items[i].name || t->items[i].kind != t->items[0].kind)
			return false;
	return t->n > 0;
}

static int run(struct podctl *p, struct error *err)
{
	_cleanup_(targets_deinit) struct targets t = { 0 };
	int r = print_check(p, err);

	if (r == 0)
		r = podctl_connect(p, err);
	if (r == 0)
		r = targets_read(p, &t, err);
	if (r < 0)
		return r;
	if ((p->o.watch || p->o.watch_only) && t.n != 1)
		return podctl_usage(p, err, "you may only specify a single resource type");
	if (print_is_structured(p))
		return get_structured(p, &t, err);
	return all_named_alike(&t) ? get_named_table(p, &t, err) : get_tables(p, &t, err);
}

const struct command command_get = {
	.name = "get",
	.usage = "get TYPE [NAME...] | get TYPE/NAME... [-o FORMAT] [-w] [-l QUERY] [-A]",
	.summary = "show objects",
	.text = "Shows one or many objects in a table, or as -o says. TYPE is a plural, singular\n"
		"or short name (pods, pod, po), or several with commas.",
	.examples = "podctl get pods\npodctl get pod web -o yaml\npodctl get rs,pods -l app=web\n"
		    "podctl get pods -A -o wide -w\n"
		    "podctl get pod web -o jsonpath='{.status.podIP}'",
	.options = rows,
	.run = run,
};
