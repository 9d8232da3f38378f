/*
 * Watches: what they see, in which order, from which revision; and what outlives the process.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/meta.h"
#include "api/scheme.h"
#include "api/selector.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"
#include "store/engine.h"
#include "store/sqlite.h"

static struct loop *loop;
static struct clock hand;
static struct store *store;
static struct strbuf seen;
static char dir[] = "/tmp/test_watch.XXXXXX";

static const struct kind *maps(void)
{
	return scheme_kind("v1", "ConfigMap");
}

static void open_at(const char *path, uint64_t history)
{
	struct sqlite_store_config cfg = {
		.path = path, .loop = loop, .clock = &hand, .history = history
	};
	_cleanup_error_ struct error err = ERROR_INIT;

	clock_hand_init(&hand, 1);
	store = store_free(store);
	strbuf_reset(&seen);
	CHECK_OK(sqlite_store_open(&cfg, &store, &err), &err);
}

static json_t *map_value(const char *name, const char *label)
{
	return json_pack("{ss, ss, s{ss, s{ss}}}", "apiVersion", "v1", "kind", "ConfigMap",
			 "metadata", "name", name, "labels", "app", label);
}

static void create(const char *name, const char *label)
{
	_cleanup_json_ json_t *obj = map_value(name, label);

	CHECK_OK(store_create(store, maps(), "default", obj, NULL, NULL), NULL);
}

static void relabel(const char *name, const char *label)
{
	_cleanup_json_ json_t *obj = map_value(name, label);

	json_set_str(obj, "metadata.namespace", "default");
	CHECK_OK(store_update(store, maps(), STORE_SPEC, obj, NULL, NULL), NULL);
}

static void drop(const char *name)
{
	CHECK_OK(store_delete(store, maps(), "default", name, NULL, NULL, NULL, NULL), NULL);
}

/* "+a/x " for an addition with the label x, ~ and - for the others. */
static void note(void *userdata, const struct store_event *ev)
{
	(void)userdata;
	strbuf_addf(&seen, "%c%s/%s ", "+~-"[ev->type], meta_name(ev->object),
		    meta_label(ev->object, "app"));
}

static struct store_watch *watch(const char *selector, uint64_t from)
{
	struct store_list_opts opts = { .ns = "default" };
	struct selector *sel = NULL;
	struct store_watch *w = NULL;

	CHECK_OK(selector_parse(selector, &sel, NULL), NULL);
	opts.labels = sel;
	CHECK_OK(store_watch(store, maps(), &opts, from, note, NULL, &w, NULL), NULL);
	selector_free(sel);
	return w;
}

static void test_a_watch_begins_with_what_is_there_then_follows(void)
{
	open_at(NULL, 0);
	create("a", "x");
	watch("", 0);
	create("b", "x");
	CHECK_STR(strbuf_str(&seen), "");
	loop_turn(loop);
	relabel("a", "y");
	drop("b");
	loop_turn(loop);
	CHECK_STR(strbuf_str(&seen), "+a/x +b/x ~a/y -b/x ");
}

static void test_a_watch_replays_from_a_revision(void)
{
	uint64_t from;

	open_at(NULL, 0);
	create("a", "x");
	from = store_revision(store);
	relabel("a", "y");
	create("b", "x");
	drop("a");
	watch("", from);
	loop_turn(loop);
	CHECK_STR(strbuf_str(&seen), "~a/y +b/x -a/y ");
}

static void test_a_selector_turns_changes_into_additions_and_deletions(void)
{
	open_at(NULL, 0);
	watch("app=x", 0);
	create("a", "x");
	relabel("a", "y");
	relabel("a", "z");
	relabel("a", "x");
	drop("a");
	loop_turn(loop);
	CHECK_STR(strbuf_str(&seen), "+a/x -a/x +a/x -a/x ");
}

static void test_a_replay_knows_the_old_labels(void)
{
	uint64_t from;

	open_at(NULL, 0);
	create("a", "x");
	create("b", "y");
	from = store_revision(store);
	relabel("a", "y");
	relabel("b", "z");
	watch("app=x", from);
	loop_turn(loop);
	CHECK_STR(strbuf_str(&seen), "-a/x ");
}

static void test_transitions(void)
{
	CHECK_INT(watch_transition(STORE_ADDED, false, true), STORE_ADDED);
	CHECK_INT(watch_transition(STORE_ADDED, false, false), -1);
	CHECK_INT(watch_transition(STORE_MODIFIED, true, true), STORE_MODIFIED);
	CHECK_INT(watch_transition(STORE_MODIFIED, false, true), STORE_ADDED);
	CHECK_INT(watch_transition(STORE_MODIFIED, true, false), STORE_DELETED);
	CHECK_INT(watch_transition(STORE_MODIFIED, false, false), -1);
	CHECK_INT(watch_transition(STORE_DELETED, true, true), STORE_DELETED);
	CHECK_INT(watch_transition(STORE_DELETED, false, false), -1);
}

static void test_a_revision_that_was_trimmed_is_gone(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	struct store_watch *w = NULL;

	open_at(NULL, 10);
	for (int i = 0; i < 600; i++) {
		_cleanup_free_ char *name = str_printf("m%d", i);

		create(name, "x");
	}
	CHECK_INT(store_watch(store, maps(), NULL, 1, note, NULL, &w, &err), STORE_GONE);
	CHECK_INT(err.code, ERR_GONE);
	CHECK_CONTAINS(error_text(&err), "too old resource version: 1 (");
	CHECK_OK(store_watch(store, maps(), NULL, store_revision(store) - 5, note, NULL, &w, NULL),
		 NULL);
}

static void stop_and_write(void *userdata, const struct store_event *ev)
{
	struct store_watch **w = userdata;

	note(NULL, ev);
	*w = store_watch_free(*w);
	create("late", "x");
}

static void test_a_watch_may_end_itself_and_write_inside_its_callback(void)
{
	struct store_watch *w = NULL;

	open_at(NULL, 0);
	CHECK_OK(store_watch(store, maps(), NULL, 0, stop_and_write, &w, &w, NULL), NULL);
	create("a", "x");
	create("b", "x");
	loop_turn(loop);
	loop_turn(loop);
	CHECK_STR(strbuf_str(&seen), "+a/x ");
}

static void test_a_watch_knows_how_far_it_has_seen(void)
{
	struct store_watch *w;
	uint64_t before;

	open_at(NULL, 0);
	w = watch("", store_revision(store));
	before = store_revision(store);
	create("a", "x");
	CHECK_INT(store_watch_revision(w), before);
	loop_turn(loop);
	CHECK_INT(store_watch_revision(w), before + 1);
}

/* ---- the file ---- */

static void test_history_outlives_the_store(void)
{
	_cleanup_free_ char *path = fs_join(dir, "history.db");
	uint64_t from;

	open_at(path, 0);
	create("a", "x");
	from = store_revision(store);
	relabel("a", "y");
	open_at(path, 0);
	CHECK_INT(store_revision(store), from + 1);
	watch("", from);
	loop_turn(loop);
	CHECK_STR(strbuf_str(&seen), "~a/y ");
}

static void write_until_killed(const char *path, int out)
{
	open_at(path, 0);
	for (int i = 0;; i++) {
		_cleanup_free_ char *name = str_printf("m%d", i);

		create(name, "x");
		if (write(out, &i, sizeof(i)) != sizeof(i))
			_exit(1);
	}
}

static void test_what_was_acknowledged_survives_kill_9(void)
{
	_cleanup_free_ char *path = fs_join(dir, "killed.db");
	int fds[2], last = -1, i;
	_cleanup_json_ json_t *obj = NULL;
	_cleanup_free_ char *name = NULL;
	pid_t pid;

	store = store_free(store);
	CHECK_INT(pipe(fds), 0);
	pid = fork();
	if (pid == 0)
		write_until_killed(path, fds[1]);
	close(fds[1]);
	while (last < 200 && read(fds[0], &i, sizeof(i)) == sizeof(i))
		last = i;
	kill(pid, SIGKILL);
	while (read(fds[0], &i, sizeof(i)) == sizeof(i))
		last = i;
	waitpid(pid, NULL, 0);
	close(fds[0]);
	open_at(path, 0);
	name = str_printf("m%d", last);
	CHECK_OK(store_get(store, maps(), "default", name, &obj, NULL), NULL);
	CHECK_INT(meta_rv(obj), last + 4);
	CHECK(store_revision(store) >= meta_rv(obj));
}

static void test_nominal_time_never_goes_back(void)
{
	_cleanup_free_ char *path = fs_join(dir, "clock.db");
	struct clock clock = { 0 };
	struct sqlite_store_config cfg = {
		.path = path, .loop = loop, .clock = &clock, .rate = 1000
	};
	int64_t before;

	store = store_free(store);
	CHECK_OK(sqlite_store_open(&cfg, &store, NULL), NULL);
	loop_run_until(loop, &(bool){ false }, 20 * NSEC_PER_MSEC);
	before = store_now_ns(store);
	CHECK(before > clock_now_wall_ns() + 10 * NSEC_PER_SEC);
	store = store_free(store);
	cfg.rate = 1;
	CHECK_OK(sqlite_store_open(&cfg, &store, NULL), NULL);
	CHECK(store_now_ns(store) >= before);
	CHECK(store_now_ns(store) < before + 600 * NSEC_PER_SEC); /* 0.6 s at this rate */
}

static void test_a_second_opener_is_kept_out(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_free_ char *path = fs_join(dir, "locked.db");
	struct sqlite_store_config cfg = { .path = path, .loop = loop, .clock = &hand };
	struct store *second = NULL;

	open_at(path, 0);
	CHECK_INT(sqlite_store_open(&cfg, &second, &err), -ERR_UNAVAILABLE);
	CHECK_CONTAINS(error_text(&err), "in use by another process");
}

int main(void)
{
	if (!mkdtemp(dir) || loop_new(&loop, NULL) < 0)
		return 1;
	TEST(test_a_watch_begins_with_what_is_there_then_follows);
	TEST(test_a_watch_replays_from_a_revision);
	TEST(test_a_selector_turns_changes_into_additions_and_deletions);
	TEST(test_a_replay_knows_the_old_labels);
	TEST(test_transitions);
	TEST(test_a_revision_that_was_trimmed_is_gone);
	TEST(test_a_watch_may_end_itself_and_write_inside_its_callback);
	TEST(test_a_watch_knows_how_far_it_has_seen);
	TEST(test_history_outlives_the_store);
	TEST(test_what_was_acknowledged_survives_kill_9);
	TEST(test_nominal_time_never_goes_back);
	TEST(test_a_second_opener_is_kept_out);
	store_free(store);
	loop_free(loop);
	strbuf_deinit(&seen);
	fs_remove_tree(AT_FDCWD, dir, NULL);
	return test_end();
}
