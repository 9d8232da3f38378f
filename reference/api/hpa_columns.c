/*
 * hpa_columns: what `get hpa` shows. A target is "current/wanted": "cpu: 12%/80%", "memory: 20Mi/64Mi", with <unknown>
 * before anything was measured; two of them are shown, the others counted.
 */
#include "api/hpa_columns.h"

#include "api/columns.h"
#include "api/hpa.h"
#include "api/meta.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"

#define SHOWN 2

static json_t *cell_reference(const json_t *hpa, int64_t now_ns)
{
	(void)now_ns;
	return json_sprintf("%s/%s", json_str_or(hpa, "spec.scaleTargetRef.kind", ""),
			    json_str_or(hpa, "spec.scaleTargetRef.name", ""));
}

/* A value, an average or a percentage, whichever the target is about; the caller frees. */
static char *value_words(const json_t *target, const json_t *value)
{
	const char *key = json_has(target, "averageValue") ? "averageValue" : "value";
	const char *text = json_str(value, key);

	if (json_has(target, "averageUtilization"))
		return json_has(value, "averageUtilization") ?
			       str_printf("%lld%%",
					  (long long)json_int(value, "averageUtilization", 0)) :
			       xstrdup("<unknown>");
	return xstrdup(text ? text : "<unknown>");
}

static void add_metric(struct strbuf *out, const json_t *metric, const json_t *status)
{
	const char *source = hpa_metric_source(metric);
	const json_t *spec = source ? json_obj(metric, source) : NULL;
	const json_t *target = json_obj(spec, "target");
	const json_t *current =
		source && streq(json_str(status, "type"), json_str(metric, "type")) ?
			json_obj(json_obj(status, source), "current") :
			NULL;
	_cleanup_free_ char *now = value_words(target, current),
			    *want = value_words(target, target);
	bool averaged = json_has(target, "averageValue") &&
			(streq(source, "object") || streq(source, "external"));

	if (json_has(spec, "name"))
		strbuf_addf(out, "%s: ", json_str(spec, "name"));
	strbuf_addf(out, "%s/%s%s", now, want, averaged ? " (avg)" : "");
}

/* The older version keeps most metrics in annotations. */
static json_t *cell_targets(const json_t *obj, int64_t now_ns)
{
	bool is_v1 = streq(meta_api_version(obj), kind_hpa_v1.api_version);
	_cleanup_json_ json_t *hpa = is_v1 ? kind_hpa_v1.to_stored(obj) :
					     json_incref((json_t *)obj);
	_cleanup_strbuf_ struct strbuf out = STRBUF_INIT;
	size_t n = json_len(hpa, "spec.metrics");

	(void)now_ns;
	for (size_t i = 0; i < MIN(n, (size_t)SHOWN); i++) {
		strbuf_adds(&out, i ? ", " : "");
		add_metric(&out, json_array_get(json_arr(hpa, "spec.metrics"), i),
			   json_array_get(json_arr(hpa, "status.currentMetrics"), i));
	}
	if (n > SHOWN)
		strbuf_addf(&out, " + %zu more...", n - SHOWN);
	return column_text(strbuf_str(&out));
}

static json_t *cell_min(const json_t *hpa, int64_t now_ns)
{
	(void)now_ns;
	return json_has(hpa, "spec.minReplicas") ?
		       json_sprintf("%lld", (long long)hpa_min_replicas(hpa)) :
		       json_string("<unset>");
}

static json_t *cell_max(const json_t *hpa, int64_t now_ns)
{
	(void)now_ns;
	return json_integer(hpa_max_replicas(hpa));
}

static json_t *cell_replicas(const json_t *hpa, int64_t now_ns)
{
	(void)now_ns;
	return json_integer(json_int(hpa, "status.currentReplicas", 0));
}

const struct printer_column hpa_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Reference", "string", "", 0, cell_reference },
	{ "Targets", "string", "", 0, cell_targets },
	{ "MinPods", "string", "", 0, cell_min },
	{ "MaxPods", "string", "", 0, cell_max },
	{ "Replicas", "string", "", 0, cell_replicas },
	{ "Age", "string", "", 0, column_age },
	{ 0 },
};
