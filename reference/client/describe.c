/*
 * describe: the frame that all kinds share, and an outline for those without a page of their own.
 *
 * Labels stand at the left, values in a column at WIDTH; deeper levels are moved by two blanks with their
 * column. Every page begins with who the object is and ends with its events.
 */
#include "client/describe.h"

#include <ctype.h>

#include "api/cluster.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/workload.h"
#include "base/json.h"
#include "base/str.h"
#include "client/human.h"
#include "client/table_printer.h"

#define WIDTH 20

static void add_label(struct describer *d, const char *label)
{
	strbuf_addf(d->out, "%*s%s:", 2 * d->level, "", label);
}

void describe_field(struct describer *d, const char *label, const char *value)
{
	int gap = WIDTH - (int)strlen(label) - 1;

	add_label(d, label);
	strbuf_addf(d->out, "%*s%s\n", MAX(gap, 1), "", value ? value : "<none>");
}

void describe_fieldf(struct describer *d, const char *label, const char *fmt, ...)
{
	_cleanup_strbuf_ struct strbuf b = STRBUF_INIT;
	va_list ap;

	va_start(ap, fmt);
	strbuf_addv(&b, fmt, ap);
	va_end(ap);
	describe_field(d, label, strbuf_str(&b));
}

void describe_head(struct describer *d, const char *label)
{
	add_label(d, label);
	strbuf_addc(d->out, '\n');
}

void describe_map(struct describer *d, const char *label, const json_t *map, const char *sep)
{
	bool first = true;
	json_t *value;
	const char *key;

	json_object_foreach((json_t *)map, key, value) {
		const char *text = json_string_value(value) ?: "";

		if (streq(key, "kubectl.kubernetes.io/last-applied-configuration"))
			continue;
		if (first)
			describe_fieldf(d, label, "%s%s%s", key, sep, text);
		else
			strbuf_addf(d->out, "%*s%s%s%s\n", 2 * d->level + WIDTH, "", key, sep, text);
		first = false;
	}
	if (first)
		describe_field(d, label, NULL);
}

static char *titled(const char *key)
{
	struct strbuf b = STRBUF_INIT;

	for (const char *c = key; *c; c++) {
		bool lower_before = c > key && islower((unsigned char)c[-1]);

		if (isupper((unsigned char)*c) && lower_before)
			strbuf_addc(&b, ' ');
		strbuf_addc(&b, c == key ? (char)toupper((unsigned char)*c) : *c);
	}
	return strbuf_take(&b);
}

static void describe_list(struct describer *d, const json_t *list)
{
	json_t *e;
	size_t i;

	json_array_foreach((json_t *)list, i, e) {
		_cleanup_free_ char *label = str_printf("%zu", i + 1);

		describe_value(d, json_str_or(e, "name", json_str_or(e, "type", label)), e);
	}
}

void describe_value(struct describer *d, const char *label, const json_t *value)
{
	_cleanup_free_ char *text = NULL;
	json_t *member;
	const char *key;

	if (json_is_string(value)) {
		describe_field(d, label, json_string_value(value));
		return;
	}
	if (!json_is_object(value) && !json_is_array(value)) {
		text = json_text(value);
		describe_field(d, label, text);
		return;
	}
	describe_head(d, label);
	d->level++;
	if (json_is_array(value))
		describe_list(d, value);
	json_object_foreach((json_t *)value, key, member) {
		_cleanup_free_ char *title = titled(key);

		describe_value(d, title, member);
	}
	d->level--;
}

static void describe_meta(struct describer *d, const struct kind *k, const json_t *obj)
{
	describe_field(d, "Name", meta_name(obj));
	if (k->namespaced)
		describe_field(d, "Namespace", meta_namespace(obj));
}

static void describe_labels(struct describer *d, const json_t *obj)
{
	describe_map(d, "Labels", meta_labels(obj), "=");
	describe_map(d, "Annotations", meta_annotations(obj), ": ");
}

static void describe_any(struct describer *d, const json_t *obj)
{
	static const char *const shown_above[] = { "apiVersion", "kind", "metadata" };
	char time[HUMAN_MAX];
	json_t *value;
	const char *key;

	describe_labels(d, obj);
	describe_field(d, "CreationTimestamp", human_time(meta_creation_timestamp(obj), time));
	json_object_foreach((json_t *)obj, key, value) {
		_cleanup_free_ char *title = titled(key);
		bool above = false;

		for (size_t i = 0; i < ARRAY_SIZE(shown_above); i++)
			above |= streq(key, shown_above[i]);
		if (!above)
			describe_value(d, title, value);
	}
}

/* Secrets show how much they hold, not what. */
static void describe_secret(struct describer *d, const json_t *obj)
{
	json_t *value;
	const char *key;

	describe_labels(d, obj);
	describe_field(d, "Type", json_str_or(obj, "type", "Opaque"));
	describe_head(d, "Data");
	d->level++;
	json_object_foreach(json_obj(obj, "data"), key, value)
		describe_fieldf(d, key, "%zu bytes", json_string_length(value) / 4 * 3);
	d->level--;
}

void describe_workload(struct describer *d, const json_t *obj)
{
	struct selector *sel = NULL;
	_cleanup_free_ char *text = NULL;

	if (workload_selector(obj, &sel, NULL) == 0)
		text = selector_format(sel);
	selector_free(sel);
	describe_field(d, "Selector", text);
	describe_labels(d, obj);
	describe_fieldf(d, "Replicas", "%lld current / %lld desired",
			(long long)json_int(obj, "status.replicas", 0),
			(long long)workload_replicas(obj));
	describe_fieldf(d, "Ready", "%lld ready / %lld available",
			(long long)json_int(obj, "status.readyReplicas", 0),
			(long long)json_int(obj, "status.availableReplicas", 0));
	describe_pod_template(d, json_obj(obj, "spec.template"));
	if (json_len(obj, "status.conditions"))
		describe_value(d, "Conditions", json_arr(obj, "status.conditions"));
}

static size_t column_of(const json_t *table, const char *name)
{
	json_t *column;
	size_t i;

	json_each(table, "columnDefinitions", i, column)
		if (strcasecmp(json_str_or(column, "name", ""), name) == 0)
			return i;
	return SIZE_MAX;
}

static const char *cell_of(const json_t *table, const json_t *row, const char *name)
{
	return json_string_value(json_array_get(json_arr(row, "cells"), column_of(table, name))) ?:
												   "";
}

/* The columns have no headers of their own: two rows stand for them, in kubectl's case. */
static json_t *event_columns(void)
{
	return json_pack("[{s:s},{s:s},{s:s},{s:s},{s:s}]", "name", "type", "name", "reason",
			 "name", "age", "name", "from", "name", "message");
}

static void add_event_header(json_t *rows)
{
	json_array_append_new(rows, json_pack("{s:[s,s,s,s,s]}", "cells", "  Type", "Reason", "Age",
					      "From", "Message"));
	json_array_append_new(rows, json_pack("{s:[s,s,s,s,s]}", "cells", "  ----", "------",
					      "----", "----", "-------"));
}

static json_t *event_row(const json_t *table, const json_t *row)
{
	const json_t *event = json_obj(row, "object");
	const char *age = cell_of(table, row, "Last Seen");
	int64_t count = json_int(event, "count", 1);
	_cleanup_free_ char *type = str_printf("  %s", cell_of(table, row, "Type"));
	_cleanup_free_ char *times = count > 1 ? str_printf("%s (x%lld)", age, (long long)count) :
						 xstrdup(age);

	return json_pack("{s:[s,s,s,s,s]}", "cells", type, cell_of(table, row, "Reason"), times,
			 json_str_or(event, "source.component",
				     json_str_or(event, "reportingComponent", "")),
			 cell_of(table, row, "Message"));
}

static const char *seen_last(const json_t *row)
{
	return json_str_or(row, "object.lastTimestamp", json_str_or(row, "object.eventTime", ""));
}

static int by_time(const void *a, const void *b)
{
	return strcmp(seen_last(*(json_t *const *)a), seen_last(*(json_t *const *)b));
}

/* The rows of the events for our table, the oldest first. */
static void add_event_rows(json_t *rows, const json_t *events)
{
	size_t n = json_len(events, "rows");
	_cleanup_free_ json_t **sorted = xcalloc(n + 1, sizeof(*sorted));
	json_t *row;
	size_t i;

	json_each(events, "rows", i, row)
		sorted[i] = row;
	qsort(sorted, n, sizeof(*sorted), by_time);
	for (i = 0; i < n; i++)
		json_array_append_new(rows, event_row(events, sorted[i]));
}

static void describe_events(struct describer *d, const json_t *events)
{
	struct table_options options = { .no_headers = true };
	_cleanup_(table_printer_freep) struct table_printer *printer = table_printer_new(&options);
	_cleanup_json_ json_t *table = NULL;
	json_t *rows = json_array();

	add_event_header(rows);
	add_event_rows(rows, events);
	table = json_pack("{s:o,s:o}", "columnDefinitions", event_columns(), "rows", rows);
	if (!json_len(events, "rows")) {
		describe_field(d, "Events", NULL);
		return;
	}
	describe_head(d, "Events");
	table_print(printer, table, d->out);
}

void describe_object(const struct kind *k, const json_t *obj, const json_t *related,
		     const json_t *events, struct strbuf *out)
{
	struct describer d = { .out = out };

	describe_meta(&d, k, obj);
	if (k == &kind_pod)
		describe_pod(&d, obj);
	else if (k == &kind_node)
		describe_node(&d, obj, related);
	else if (k == &kind_replicaset || k == &kind_replicationcontroller)
		describe_workload(&d, obj);
	else if (streq(k->kind, "Secret"))
		describe_secret(&d, obj);
	else
		describe_any(&d, obj);
	describe_events(&d, events);
}
