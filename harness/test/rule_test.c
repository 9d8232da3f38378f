/*
 * rule_test: a pod by hand, its edits, and what the rules say of them.
 */
#include "test/rule_test.h"

#include "util/json.h"

#define ORDERLY                                                                                    \
	"{'kind':'Pod','metadata':{'name':'a','uid':'u1','generation':1},'spec':{'nodeName':'n1'," \
	"'restartPolicy':'Always','terminationGracePeriodSeconds':30,'initContainers':["           \
	"{'name':'i','image':'g'},{'name':'s','image':'g','restartPolicy':'Always'},"              \
	"{'name':'t','image':'g','restartPolicy':'Always'}],"                                      \
	"'containers':[{'name':'c','image':'g'},{'name':'d','image':'g'}]},'status':{"             \
	"'phase':'Running','qosClass':'BestEffort','observedGeneration':1,'startTime':"            \
	"'2026-01-01T00:00:00Z','hostIP':'10.0.0.1','podIP':'10.1.0.2','podIPs':[{'ip':"           \
	"'10.1.0.2'}],'conditions':["                                                              \
	"{'type':'PodReadyToStartContainers','status':'True','lastTransitionTime':'x'},"           \
	"{'type':'Initialized','status':'True','lastTransitionTime':'x'},"                         \
	"{'type':'Ready','status':'True','lastTransitionTime':'x','lastProbeTime':null},"          \
	"{'type':'ContainersReady','status':'True','lastTransitionTime':'x'},"                     \
	"{'type':'PodScheduled','status':'True','lastTransitionTime':'x'}],"                       \
	"'initContainerStatuses':[{'name':'i','image':'g','imageID':'g','ready':true,"             \
	"'started':false,'restartCount':0,'containerID':'x://i0','lastState':{},'state':{"         \
	"'terminated':{'exitCode':0,'reason':'Completed','startedAt':'2026-01-01T00:00:01Z',"      \
	"'finishedAt':'2026-01-01T00:00:02Z','containerID':'x://i0'}}},"                           \
	"{'name':'s','image':'g','imageID':'g','ready':true,'started':true,'restartCount':0,"      \
	"'containerID':'x://s0','lastState':{},'state':{'running':{'startedAt':"                   \
	"'2026-01-01T00:00:03Z'}}},{'name':'t','image':'g','imageID':'g','ready':true,"            \
	"'started':true,'restartCount':0,'containerID':'x://t0','lastState':{},'state':{"          \
	"'running':{'startedAt':'2026-01-01T00:00:03Z'}}}],"                                       \
	"'containerStatuses':[{'name':'c','image':'g','imageID':'g','ready':true,'started':true,"  \
	"'restartCount':0,'containerID':'x://c0','lastState':{},'state':{'running':{"              \
	"'startedAt':'2026-01-01T00:00:04Z'}}},{'name':'d','image':'g','imageID':'g',"             \
	"'ready':true,'started':true,'restartCount':0,'containerID':'x://d0','lastState':{},"      \
	"'state':{'running':{'startedAt':'2026-01-01T00:00:04Z'}}}]}}"

static json_t *read_quoted(const char *text)
{
	_cleanup_free_ char *copy = xstrdup(text);

	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	return json_read(copy, strlen(copy));
}

/* ---- edits ---- */

/* '@N': a text of N bytes. */
static json_t *value_of(const char *text)
{
	json_t *v = read_quoted(text);
	const char *s = json_string_value(v);

	if (s && *s == '@') {
		size_t n = strtoul(s + 1, NULL, 10);
		_cleanup_free_ char *filled = xcalloc(n + 1, 1);

		memset(filled, 'm', n);
		json_decref(v);
		v = json_string(filled);
	}
	return v;
}

static void set(json_t *pod, const char *path, json_t *value)
{
	_cleanup_free_ char *parent = xstrdup(path);
	char *dot = strrchr(parent, '.');
	json_t *in;

	*dot = '\0';
	in = json_path(pod, parent);
	if (!in || (!value && !json_path(pod, path)))
		fprintf(stderr, "# no such path: %s\n", path), abort();
	if (json_is_array(in) && value)
		json_array_set_new(in, strtoul(dot + 1, NULL, 10), value);
	else if (json_is_array(in))
		json_array_remove(in, strtoul(dot + 1, NULL, 10));
	else if (value)
		json_object_set_new(in, dot + 1, value);
	else
		json_object_del(in, dot + 1);
}

static void edit(json_t *pod, char *text)
{
	char *equals = strchr(text, '=');
	json_t *value;

	if (*text == '-') {
		set(pod, text + 1, NULL);
		return;
	}
	value = equals ? value_of(equals + 1) : NULL;
	if (!value)
		fprintf(stderr, "# no edit: %s\n", text), abort();
	*equals = '\0';
	set(pod, text, value);
}

/* The next part of *s up to the separator, which is overwritten; NULL at the end. */
static char *next_part(char **s, const char *separator)
{
	char *part = *s, *end = part ? strstr(part, separator) : NULL;

	*s = end ? end + strlen(separator) : NULL;
	if (end)
		*end = '\0';
	return part;
}

static void tell_version(struct rule_world *w, char *edits)
{
	bool gone = false;
	char *one;

	while ((one = next_part(&edits, " & "))) {
		gone = gone || streq(one, "GONE");
		if (*one && !streq(one, "GONE"))
			edit(w->pod, one);
	}
	char revision[20];

	snprintf(revision, sizeof(revision), "%d", ++w->revision);
	json_object_set_new(json_path(w->pod, "metadata"), "resourceVersion", json_string(revision));
	_cleanup_json_ json_t *version = json_deep_copy(w->pod);
	int64_t t = (100 + w->revision) * NSEC_PER_SEC;

	chronicle_take(&w->seen, gone ? 'D' : 'M', version, t - NSEC_PER_SEC / 2, t, false);
}

void world_edit(struct rule_world *w, const char *edits)
{
	_cleanup_free_ char *copy = xstrdup(edits);
	char *rest = copy, *one;

	while ((one = next_part(&rest, " ; ")))
		tell_version(w, one);
}

void world_begin(struct rule_world *w, const char *edits, bool bare)
{
	*w = (struct rule_world){ .pod = read_quoted(ORDERLY) };
	if (bare)
		json_object_set_new(w->pod, "status", json_object());
	history_init(&w->history, 100 * NSEC_PER_SEC);
	chronicle_init(&w->seen, &w->history);
	world_edit(w, edits);
}

void world_end(struct rule_world *w)
{
	chronicle_clear(&w->seen);
	history_clear(&w->history);
	json_decref(w->pod);
}

/* ---- the rules ---- */

static void on_violation(void *userdata, const char *req, const struct hist_event *focus,
			 const char *message)
{
	(void)userdata;
	(void)req;
	(void)focus;
	(void)message;
}

void world_judge(struct rule_world *w)
{
	struct invariant rule;

	memset(&w->marks, 0, sizeof(w->marks));
	w->broken[0] = '\0';
	invariants_check(&w->seen, NULL, on_violation, NULL, &w->marks);
	for (size_t i = 0; invariant_at(i, &rule); i++)
		if (w->marks.broken[i])
			snprintf(w->broken + strlen(w->broken),
				 sizeof(w->broken) - strlen(w->broken), "%s ", rule.name);
}

int rule_number(const char *name)
{
	struct invariant rule;

	for (size_t i = 0; invariant_at(i, &rule); i++)
		if (streq(rule.name, name))
			return (int)i;
	return -1;
}

const char *rule_without_row(const struct rule_row *rows, size_t n, bool needs_guest)
{
	struct invariant rule;

	for (size_t i = 0; invariant_at(i, &rule); i++) {
		bool found = rule.needs_guest != needs_guest || rule.needs_owner;

		for (size_t k = 0; k < n; k++)
			found = found || streq(rows[k].rule, rule.name);
		if (!found)
			return rule.name;
	}
	return NULL;
}
