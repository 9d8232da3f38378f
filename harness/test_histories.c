/*
 * test_histories: the rules for every history against the histories of real pods (fixtures/histories).
 *
 * Each pod's stream goes the way of a case's watch. A rule that one of them breaks is wrong, however right it looks; a rule of
 * versions that none of them gives anything to judge would hold of anything, and is told as well. Of the pods whose node was a simulation
 * only the API server's part can be believed.
 */
#include "doc.h"
#include "invariants/invariants.h"
#include "test/packed.h"
#include "test/test.h"
#include "util/json.h"
#include "util/paths.h"

struct stream {
	char *pod; /* NAMESPACE/NAME */
	struct history history;
	struct chronicle seen;
};

static struct {
	const char *name; /* of the file */
	struct stream *streams;
	size_t n_streams, n_pods, n_versions;
	const struct stream *current;
	bool api_only;
	char broken[4000];
} file;

static size_t judged[MAX_INVARIANTS]; /* pods, over all files */
static json_t *by_hand;

/* ---- reading ---- */

/* What a person did goes before everything: a rule that must know of it looks at the whole history. */
static void add_what_was_done(struct stream *s)
{
	json_t *entry;
	size_t i;

	json_array_foreach(json_path(by_hand, "0.did"), i, entry) {
		const char *did = json_str(entry, "did"), *name = strrchr(did, '/');
		_cleanup_free_ char *pod =
			xasprintf("%s%s", json_str(entry, "namespace"), name ? name : "");

		if (streq(json_str(entry, "history"), file.name) && streq(pod, s->pod))
			history_add(&s->history, SOURCE_DID, "", did, NULL, s->history.began,
				    s->history.began);
	}
}

static struct stream *stream_of(const json_t *object, int64_t t)
{
	_cleanup_free_ char *pod = xasprintf("%s/%s", json_str(object, "metadata.namespace"),
					     json_str(object, "metadata.name"));
	struct stream *s;

	for (size_t i = 0; i < file.n_streams; i++)
		if (streq(file.streams[i].pod, pod))
			return &file.streams[i];
	s = &file.streams[file.n_streams++];
	s->pod = xstrdup(pod);
	history_init(&s->history, t);
	chronicle_init(&s->seen, &s->history);
	add_what_was_done(s);
	return s;
}

static void take_line(const char *line, size_t len)
{
	_cleanup_json_ json_t *l = json_read(line, len);
	json_t *object = json_object_get(l, "object");
	const char *type = json_str(l, "type");
	int64_t t = (int64_t)(json_num(l, "t", 0) * 1e9);
	struct stream *s;

	if (!type || !streq(json_str(object, "kind"), "Pod"))
		return;
	s = stream_of(object, t);
	file.n_versions += chronicle_take(&s->seen, *type, object, t, t, false);
}

static void load(const char *name)
{
	_cleanup_free_ char *dir = paths_data("fixtures"),
			    *path = xasprintf("%s/histories/%s.jsonl.xz", dir, name),
			    *hand = xasprintf("%s/histories/by-hand.yaml", dir),
			    *text = read_packed(path);

	CHECK(text != NULL);
	CHECK_INT(doc_load(hand, &by_hand, NULL, NULL), 0);
	file.name = name;
	file.streams = xcalloc(1000, sizeof(*file.streams));
	for (char *line = text; *line;) {
		size_t len = strcspn(line, "\n");

		take_line(line, len);
		line += len + (line[len] == '\n');
	}
}

static void unload(void)
{
	for (size_t i = 0; i < file.n_streams; i++) {
		chronicle_clear(&file.streams[i].seen);
		history_clear(&file.streams[i].history);
		free(file.streams[i].pod);
	}
	free(file.streams);
	json_decref(take_ptr(by_hand));
	memset(&file, 0, sizeof(file));
}

/* ---- judging ---- */

/* What the API server alone answers for, whatever stands in for the node. */
static bool is_of_the_api(const char *rule)
{
	static const char *const rules[] = { "uid-is-kept",
					     "spec-stays",
					     "node-stays",
					     "qos-stays",
					     "generation-follows-spec",
					     "deletion-raises-generation",
					     "deletion-stays",
					     "grace-never-grows",
					     "probe-time-is-null" };

	for (size_t i = 0; i < ARRAY_SIZE(rules); i++)
		if (streq(rules[i], rule))
			return true;
	return false;
}

static void on_violation(void *userdata, const char *req, const struct hist_event *focus,
			 const char *message)
{
	size_t len = strlen(file.broken);

	(void)userdata;
	(void)focus;
	if (file.api_only)
		return;
	printf("# %s %s: %s %s\n", file.name, file.current->pod, req, message);
	snprintf(file.broken + len, sizeof(file.broken) - len, "%s of %s; ", req, file.current->pod);
}

static void note_judged(const struct invariant_marks *marks)
{
	struct invariant rule;

	for (size_t i = 0; invariant_at(i, &rule); i++)
		judged[i] += marks->judged[i] && !file.api_only;
}

static bool broken(const struct invariant_marks *marks)
{
	struct invariant rule;

	for (size_t i = 0; invariant_at(i, &rule); i++)
		if (marks->broken[i] && (!file.api_only || is_of_the_api(rule.name)))
			return true;
	return false;
}

static void judge_file(const char *name, bool api_only)
{
	size_t bad = 0;

	load(name);
	file.api_only = api_only;
	for (size_t i = 0; i < file.n_streams; i++) {
		struct invariant_marks marks = { 0 };

		file.current = &file.streams[i];
		file.n_pods += file.current->seen.n_lives;
		invariants_check(&file.current->seen, NULL, on_violation, NULL, &marks);
		note_judged(&marks);
		bad += broken(&marks);
	}
	printf("# %s: %zu pods, %zu versions, %zu break a rule\n", name, file.n_pods,
	       file.n_versions, bad);
	CHECK(file.n_pods > 50);
	CHECK_INT(bad, 0);
}

static void test_pods_of_a_real_node_break_no_rule(void)
{
	judge_file("pods-a", false);
}

static void test_more_pods_of_a_real_node_break_no_rule(void)
{
	judge_file("pods-b", false);
}

static void test_pods_of_controllers_break_no_rule(void)
{
	judge_file("controllers", false);
}

static void test_pods_of_simulated_nodes_break_no_rule_of_the_api(void)
{
	judge_file("controllers-simulated-nodes", true);
}

static void test_every_rule_of_versions_had_something_to_judge(void)
{
	struct invariant rule;
	size_t silent = 0;

	for (size_t i = 0; invariant_at(i, &rule); i++) {
		printf("# %-12s %-32s %zu pods\n", rule.req, rule.name, judged[i]);
		silent += !rule.needs_guest && !rule.needs_owner && !judged[i];
	}
	CHECK_INT(silent, 0);
}

/* Without a line of a guest a rule about guests is silent. */
static void test_a_watch_alone_decides_nothing_about_guests(void)
{
	struct invariant rule;

	for (size_t i = 0; invariant_at(i, &rule); i++)
		if (rule.needs_guest)
			CHECK_INT(judged[i], 0);
}

#define TEST_FILE(fn)     \
	do {              \
		TEST(fn); \
		unload(); \
	} while (0)

int main(void)
{
	TEST_FILE(test_pods_of_a_real_node_break_no_rule);
	TEST_FILE(test_more_pods_of_a_real_node_break_no_rule);
	TEST_FILE(test_pods_of_controllers_break_no_rule);
	TEST_FILE(test_pods_of_simulated_nodes_break_no_rule_of_the_api);
	TEST(test_every_rule_of_versions_had_something_to_judge);
	TEST(test_a_watch_alone_decides_nothing_about_guests);
	return test_end();
}
