/*
 * test_histories_owners: the rules about those who own pods against real histories (fixtures/histories).
 *
 * The watches of a real cluster's Deployments, ReplicaSets, ReplicationControllers, DaemonSets and Jobs, and of their pods, go together the
 * way of a case's watches, namespace by namespace. Who breaks a rule here shows that the rule is wrong; and a rule that none of them
 * gives anything to judge is told as well.
 */
#include "doc.h"
#include "invariants/invariants.h"
#include "test/packed.h"
#include "test/test.h"
#include "util/json.h"
#include "util/paths.h"

#define MAX_NAMESPACES 64

static struct stream {
	char *ns;
	struct history history;
	struct chronicle seen;
} streams[MAX_NAMESPACES];

static size_t n_streams, judged[MAX_INVARIANTS];

static struct stream *stream_of(const char *ns, int64_t t)
{
	struct stream *s;

	for (size_t i = 0; i < n_streams; i++)
		if (streq(streams[i].ns, ns))
			return &streams[i];
	if (n_streams == MAX_NAMESPACES)
		abort();
	s = &streams[n_streams++];
	s->ns = xstrdup(ns);
	history_init(&s->history, t);
	chronicle_init(&s->seen, &s->history);
	return s;
}

static void take_line(const char *line, size_t len)
{
	_cleanup_json_ json_t *l = json_read(line, len);
	json_t *object = json_object_get(l, "object");
	const char *type = json_str(l, "type"), *ns = json_str(object, "metadata.namespace");
	int64_t t = (int64_t)(json_num(l, "t", 0) * 1e9);

	if (type && ns)
		chronicle_take(&stream_of(ns, t)->seen, *type, object, t, t, false);
}

static void load(const char *name)
{
	_cleanup_free_ char *dir = paths_data("fixtures"),
			    *path = xasprintf("%s/histories/%s.jsonl.xz", dir, name),
			    *text = read_packed(path);

	CHECK(text != NULL);
	for (char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		take_line(line, len);
		line += len + (line[len] == '\n');
	}
}

static void on_violation(void *userdata, const char *req, const struct hist_event *focus,
			 const char *message)
{
	const struct stream *s = userdata;

	(void)focus;
	printf("# %s: %s %s\n", s->ns, req, message);
}

static void test_owners_of_a_real_cluster_break_no_rule(void)
{
	size_t bad = 0, owners = 0;
	struct invariant rule;

	load("owners");
	load("daemons");
	load("jobs");
	load("statefulsets");
	load("controllers");
	for (size_t i = 0; i < n_streams; i++) {
		struct invariant_marks marks = { 0 };

		owners += streams[i].seen.n_owners;
		invariants_check(&streams[i].seen, NULL, on_violation, &streams[i], &marks);
		for (size_t k = 0; invariant_at(k, &rule); k++) {
			judged[k] += marks.judged[k];
			bad += rule.needs_owner && marks.broken[k];
		}
	}
	printf("# %zu owners in %zu namespaces\n", owners, n_streams);
	CHECK(owners > 50);
	CHECK_INT(bad, 0);
}

static void test_every_rule_about_owners_had_something_to_judge(void)
{
	struct invariant rule;
	size_t silent = 0;

	for (size_t i = 0; invariant_at(i, &rule); i++) {
		if (!rule.needs_owner)
			continue;
		printf("# %-12s %-32s %zu namespaces\n", rule.req, rule.name, judged[i]);
		silent += !judged[i];
	}
	CHECK_INT(silent, 0);
}

int main(void)
{
	TEST(test_owners_of_a_real_cluster_break_no_rule);
	TEST(test_every_rule_about_owners_had_something_to_judge);
	for (size_t i = 0; i < n_streams; i++) {
		chronicle_clear(&streams[i].seen);
		history_clear(&streams[i].history);
		free(streams[i].ns);
	}
	return test_end();
}
