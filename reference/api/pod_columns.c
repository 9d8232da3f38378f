/*
 * pod_columns: READY, STATUS, RESTARTS and the wide columns of `get pods`, as the field prints them.
 */
#include "api/pod_columns.h"

#include "api/columns.h"
#include "api/meta.h"
#include "api/pod_status.h"
#include "base/clock.h"
#include "base/defs.h"
#include "base/json.h"
#include "base/str.h"

static bool is_sidecar(const json_t *pod, const char *name)
{
	const json_t *c = json_find(json_arr(pod, "spec.initContainers"), "name", name);

	return streq(json_str(c, "restartPolicy"), "Always");
}

/* Calls fn for each status that counts: app containers and started sidecars. */
static void each_counted(const json_t *pod, void (*fn)(const json_t *status, void *ctx), void *ctx)
{
	json_t *s;
	size_t i;

	json_each(pod, "status.initContainerStatuses", i, s) {
		if (is_sidecar(pod, json_str_or(s, "name", "")))
			fn(s, ctx);
	}
	json_each(pod, "status.containerStatuses", i, s)
		fn(s, ctx);
}

static void count_ready(const json_t *status, void *ctx)
{
	*(long *)ctx += json_bool(status, "ready", false) && json_has(status, "state.running");
}

static json_t *cell_ready(const json_t *pod, int64_t now_ns)
{
	long ready = 0, total = (long)json_len(pod, "spec.containers");
	json_t *c;
	size_t i;

	(void)now_ns;
	json_each(pod, "spec.initContainers", i, c)
		total += streq(json_str(c, "restartPolicy"), "Always");
	each_counted(pod, count_ready, &ready);
	return json_sprintf("%ld/%ld", ready, total);
}

static json_t *cell_status(const json_t *pod, int64_t now_ns)
{
	_cleanup_free_ char *word = pod_status_word(pod);

	(void)now_ns;
	return json_string(word);
}

struct restarts {
	long long count;
	int64_t last_ns; /* 0: never */
};

static void count_restarts(const json_t *status, void *ctx)
{
	struct restarts *r = ctx;
	const char *finished = json_str(status, "lastState.terminated.finishedAt");
	int64_t ns;

	r->count += json_int(status, "restartCount", 0);
	if (finished != NULL && clock_parse(finished, &ns) == 0)
		r->last_ns = MAX(r->last_ns, ns);
}

/* While init containers run their restarts count, afterwards those of the others. */
static json_t *cell_restarts(const json_t *pod, int64_t now_ns)
{
	struct restarts r = { 0 };
	_cleanup_free_ char *ago = NULL;
	json_t *s;
	size_t i;

	if (!condition_is_true(pod, "Initialized"))
		json_each(pod, "status.initContainerStatuses", i, s)
			count_restarts(s, &r);
	else
		each_counted(pod, count_restarts, &r);
	if (r.count == 0 || r.last_ns == 0)
		return json_sprintf("%lld", r.count);
	ago = duration_words(now_ns - r.last_ns);
	return json_sprintf("%lld (%s ago)", r.count, ago);
}

static json_t *cell_ip(const json_t *pod, int64_t now_ns)
{
	(void)now_ns;
	return column_text(json_str(pod, "status.podIP"));
}

static json_t *cell_node(const json_t *pod, int64_t now_ns)
{
	(void)now_ns;
	return column_text(pod_node_name(pod));
}

static json_t *cell_nominated(const json_t *pod, int64_t now_ns)
{
	(void)now_ns;
	return column_text(json_str(pod, "status.nominatedNodeName"));
}

static json_t *cell_gates(const json_t *pod, int64_t now_ns)
{
	size_t total = json_len(pod, "spec.readinessGates"), good = 0, i;
	json_t *gate;

	(void)now_ns;
	if (total == 0)
		return column_text(NULL);
	json_each(pod, "spec.readinessGates", i, gate)
		good += condition_is_true(pod, json_str_or(gate, "conditionType", ""));
	return json_sprintf("%zu/%zu", good, total);
}

const struct printer_column pod_columns[] = {
	{ "Name", "string", "name", 0, column_name },
	{ "Ready", "string", "", 0, cell_ready },
	{ "Status", "string", "", 0, cell_status },
	{ "Restarts", "string", "", 0, cell_restarts },
	{ "Age", "string", "", 0, column_age },
	{ "IP", "string", "", 1, cell_ip },
	{ "Node", "string", "", 1, cell_node },
	{ "Nominated Node", "string", "", 1, cell_nominated },
	{ "Readiness Gates", "string", "", 1, cell_gates },
	{ 0 },
};
