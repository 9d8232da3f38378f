/*
 * The remote store against a real API server, which runs in a child: it may be killed and started again on the same file.
 *
 * Each verb is the same as the embedded store's; watches live through a server that goes, one that comes back after the
 * history was trimmed, and callbacks that end them.
 */
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "api/cluster.h"
#include "api/config.h"
#include "api/meta.h"
#include "api/pod.h"
#include "api/selector.h"
#include "apiserver/apiserver.h"
#include "base/fsutil.h"
#include "base/json.h"
#include "base/str.h"
#include "base/strbuf.h"
#include "base/test.h"
#include "client/remote_store.h"
#include "store/sqlite.h"

#define PATIENCE (20 * NSEC_PER_SEC)
#define HISTORY 10 /* changes that the server keeps, so that few are enough to fall out of it */
#define TRIMMED 400 /* it trims in steps of 256 */

static char dir[] = "/tmp/test_remote.XXXXXX";
static char *socket_path, *file;
static pid_t server_pid;
static struct loop *loop;
static struct clock nominal;
static struct store *store;
static bool reached;

/* ---- the server ---- */

static void serve(void)
{
	struct loop *l = NULL;
	struct clock clock;
	struct store *s = NULL;
	struct apiserver *a = NULL;
	struct sqlite_store_config cfg = {
		.path = file, .clock = &clock, .rate = 20, .history = HISTORY
	};
	struct node_ops none = { 0 };
	struct apiserver_config acfg = { .clock = &clock, .node = &none, .version = "1" };

	memset(&clock, 0, sizeof(clock));
	if (loop_new(&l, NULL) < 0)
		_exit(1);
	cfg.loop = acfg.loop = l;
	if (sqlite_store_open(&cfg, &s, NULL) < 0)
		_exit(2);
	acfg.store = s;
	acfg.info = json_pack("{sf}", "clockRate", 20.0);
	if (apiserver_new(&acfg, &a, NULL) < 0 || apiserver_listen_unix(a, socket_path, NULL) < 0)
		_exit(3);
	_exit(loop_run(l));
}

static void start_server(void)
{
	fflush(stdout);
	server_pid = fork();
	if (server_pid == 0)
		serve();
}

static void kill_server(void)
{
	kill(server_pid, SIGKILL);
	waitpid(server_pid, NULL, 0);
	server_pid = 0;
}

/* ---- the client ---- */

static void on_reached(void *userdata _unused_)
{
	reached = true;
}

static void wait_for(const bool *flag)
{
	CHECK(loop_run_until(loop, flag, PATIENCE));
}

static void turn(int64_t ns)
{
	static const bool never;

	loop_run_until(loop, &never, ns);
}

static void open_store(void)
{
	struct remote_store_config cfg = { .loop = loop, .clock = &nominal, .reached = on_reached };

	cfg.endpoint = endpoint_new_socket(socket_path);
	reached = false;
	if (remote_store_new(&cfg, &store, NULL) < 0)
		abort();
	wait_for(&reached);
}

static json_t *map_value(const char *name, const char *value)
{
	return json_pack("{ss, ss, s{ss, s{ss}}, s{ss}}", "apiVersion", "v1", "kind", "ConfigMap",
			 "metadata", "name", name, "labels", "k", value, "data", "v", value);
}

static void create(const char *name, const char *value)
{
	_cleanup_json_ json_t *obj = map_value(name, value);
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK_OK(store_create(store, &kind_configmap, "default", obj, NULL, &err), &err);
}

static json_t *get(const char *name)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *obj = NULL;

	CHECK_OK(store_get(store, &kind_configmap, "default", name, &obj, &err), &err);
	return obj;
}

static void change(const char *name, const char *value)
{
	_cleanup_json_ json_t *obj = get(name);
	_cleanup_error_ struct error err = ERROR_INIT;

	json_set_str(obj, "data.v", value);
	json_set_str(obj, "metadata.labels.k", value);
	CHECK_OK(store_update(store, &kind_configmap, STORE_SPEC, obj, NULL, &err), &err);
}

static void drop(const char *name)
{
	_cleanup_error_ struct error err = ERROR_INIT;

	CHECK_OK(store_delete(store, &kind_configmap, "default", name, NULL, NULL, NULL, &err),
		 &err);
}

/* ---- the verbs ---- */

static void test_an_object_is_made_read_changed_and_gone(void)
{
	_cleanup_json_ json_t *obj = NULL, *items = NULL, *left = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct store_list_opts opts = { .ns = "default" };
	uint64_t revision = 0;
	bool gone = false;

	create("a", "1");
	obj = get("a");
	CHECK_STR(json_str(obj, "kind"), "ConfigMap");
	CHECK_STR(json_str(obj, "data.v"), "1");
	change("a", "2");
	CHECK_OK(store_list(store, &kind_configmap, &opts, &items, &revision, &err), &err);
	CHECK_INT(json_array_size(items), 1);
	CHECK_STR(json_str(json_array_get(items, 0), "data.v"), "2");
	CHECK(revision > meta_rv(obj));
	CHECK(store_revision(store) >= revision);
	CHECK_OK(store_delete(store, &kind_configmap, "default", "a", NULL, &left, &gone, &err),
		 &err);
	CHECK(gone);
	CHECK_INT(store_get(store, &kind_configmap, "default", "a", &left, &err), STORE_NOT_FOUND);
}

static void test_outcomes_are_the_embedded_stores(void)
{
	_cleanup_json_ json_t *obj = map_value("a", "1"), *bad = map_value("-", "1"), *old = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct store_delete_opts other = { .grace_seconds = -1, .uid = "another" };

	create("a", "1");
	CHECK_INT(store_create(store, &kind_configmap, "default", obj, NULL, &err), STORE_EXISTS);
	CHECK_INT(store_create(store, &kind_configmap, "default", bad, NULL, &err), STORE_REFUSED);
	CHECK_STR(err.causes[0].field, "metadata.name");
	old = get("a");
	change("a", "2");
	json_set_str(old, "data.v", "3");
	CHECK_INT(store_update(store, &kind_configmap, STORE_SPEC, old, NULL, &err), STORE_CONFLICT);
	CHECK_INT(store_delete(store, &kind_configmap, "default", "a", &other, NULL, NULL, &err),
		  STORE_CONFLICT);
	CHECK_INT(store_delete(store, &kind_configmap, "default", "b", NULL, NULL, NULL, &err),
		  STORE_NOT_FOUND);
	drop("a");
}

static json_t *make_pod(void)
{
	_cleanup_json_ json_t *pod = json_pack("{ss, ss, s{ss}, s{s[{ss, ss}]}}", "apiVersion",
					       "v1", "kind", "Pod", "metadata", "name", "p", "spec",
					       "containers", "name", "c", "image", "i");
	_cleanup_error_ struct error err = ERROR_INIT;
	json_t *stored = NULL;

	CHECK_OK(store_create(store, &kind_pod, "default", pod, &stored, &err), &err);
	return stored;
}

static void test_the_parts_of_an_object_are_written_apart(void)
{
	_cleanup_json_ json_t *pod = make_pod(), *bound = NULL, *shown = NULL, *marked = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;
	struct store_delete_opts now = { .grace_seconds = 0 };
	bool gone = true;

	json_set_str(pod, "spec.nodeName", "n");
	CHECK_OK(store_update(store, &kind_pod, STORE_BINDING, pod, &bound, &err), &err);
	CHECK_STR(json_str(bound, "spec.nodeName"), "n");
	json_set_str(bound, "status.phase", "Running");
	CHECK_OK(store_update(store, &kind_pod, STORE_STATUS, bound, &shown, &err), &err);
	CHECK_STR(json_str(shown, "status.phase"), "Running");
	json_set_str(shown, "metadata.labels.k", "v");
	json_set_str(shown, "status.phase", "Failed");
	CHECK_OK(store_update(store, &kind_pod, STORE_META, shown, &marked, &err), &err);
	CHECK_STR(json_str(marked, "metadata.labels.k"), "v");
	CHECK_STR(json_str(marked, "status.phase"), "Running");
	/* bound: it is only marked, until it is deleted with grace 0 */
	CHECK_OK(store_delete(store, &kind_pod, "default", "p", NULL, NULL, &gone, &err), &err);
	CHECK(!gone);
	CHECK_OK(store_delete(store, &kind_pod, "default", "p", &now, NULL, &gone, &err), &err);
	CHECK(gone);
}

static void test_the_clock_is_the_servers(void)
{
	CHECK_INT(clock_rate(&nominal), 20);
}

/* ---- watches ---- */

static struct {
	struct strbuf text; /* "+a=1 ~a=1>2 -a=2 " */
	size_t n;
	bool enough;
	size_t want;
} seen;

static void note(void *userdata _unused_, const struct store_event *ev)
{
	static const char marks[] = {
		[STORE_ADDED] = '+', [STORE_MODIFIED] = '~', [STORE_DELETED] = '-'
	};

	if (ev->type == STORE_ERROR || !str_starts(meta_name(ev->object), "w"))
		return;
	strbuf_addf(&seen.text, "%c%s=", marks[ev->type], meta_name(ev->object));
	if (ev->old && ev->type == STORE_MODIFIED)
		strbuf_addf(&seen.text, "%s>", json_str_or(ev->old, "data.v", ""));
	strbuf_addf(&seen.text, "%s ", json_str_or(ev->object, "data.v", ""));
	seen.enough = ++seen.n >= seen.want;
}

static struct store_watch *watch(const char *labels, uint64_t from)
{
	struct selector *sel = NULL;
	struct store_list_opts opts = { .ns = "default" };
	struct store_watch *w = NULL;

	CHECK_INT(selector_parse(labels, &sel, NULL), 0);
	opts.labels = sel;
	strbuf_reset(&seen.text);
	seen.n = 0;
	CHECK_INT(store_watch(store, &kind_configmap, &opts, from, note, NULL, &w, NULL), 0);
	selector_free(sel);
	return w;
}

/* What has been seen when there are n events. */
static const char *events(size_t n)
{
	seen.want = n;
	seen.enough = seen.n >= n;
	loop_run_until(loop, &seen.enough, PATIENCE);
	return strbuf_str(&seen.text);
}

static void test_a_watch_begins_with_what_is_there_then_follows(void)
{
	struct store_watch *w;

	create("w1", "1");
	w = watch("", 0);
	CHECK_STR(events(1), "+w1=1 ");
	change("w1", "2");
	create("w2", "1");
	drop("w1");
	CHECK_STR(events(4), "+w1=1 ~w1=1>2 +w2=1 -w1=2 ");
	CHECK(store_watch_revision(w) > 0);
	store_watch_free(w);
	drop("w2");
	turn(50 * NSEC_PER_MSEC);
	CHECK_INT(seen.n, 4);
}

static void test_what_stops_to_match_is_gone(void)
{
	struct store_watch *w;

	create("w1", "1");
	w = watch("k=1", 0);
	events(1);
	change("w1", "2");
	CHECK_STR(events(2), "+w1=1 -w1=1 ");
	store_watch_free(w);
	drop("w1");
}

static void test_a_watch_from_a_revision_tells_what_came_after_it(void)
{
	struct store_watch *w;
	uint64_t from;

	create("w1", "1");
	from = store_revision(store);
	change("w1", "2");
	w = watch("", from);
	CHECK_STR(events(1), "~w1=2 ");
	store_watch_free(w);
	drop("w1");
}

static void test_calls_fail_at_once_while_nobody_is_there(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *obj = NULL;
	int64_t began;

	kill_server();
	CHECK_INT(store_get(store, &kind_namespace, NULL, "default", &obj, &err), -ERR_UNAVAILABLE);
	began = clock_now_mono_ns();
	for (int i = 0; i < 1000; i++)
		store_get(store, &kind_namespace, NULL, "default", &obj, NULL);
	CHECK(clock_now_mono_ns() - began < NSEC_PER_SEC);
	reached = false;
	start_server();
	wait_for(&reached);
	CHECK_OK(store_get(store, &kind_namespace, NULL, "default", &obj, &err), &err);
}

static void restart_server(void)
{
	_cleanup_json_ json_t *obj = NULL;

	kill_server();
	CHECK(store_get(store, &kind_namespace, NULL, "default", &obj, NULL) < 0);
	reached = false;
	start_server();
	wait_for(&reached);
}

static void test_a_watch_goes_on_where_it_was(void)
{
	struct store_watch *w;

	create("w1", "1");
	w = watch("", 0);
	events(1);
	restart_server();
	change("w1", "2");
	CHECK_STR(events(2), "+w1=1 ~w1=1>2 ");
	store_watch_free(w);
	drop("w1");
}

/* Another client of the server, which lives while ours is looking away. */
static void write_much(void)
{
	for (int i = 0; i < TRIMMED / 2; i++) {
		create("x", "1");
		drop("x");
	}
}

static void test_what_the_history_has_lost_is_found_by_comparing(void)
{
	struct store *watching;
	struct store_watch *w;
	struct loop *own = loop;

	create("w1", "1");
	create("w2", "1");
	create("w3", "1");
	w = watch("", 0);
	CHECK_STR(events(3), "+w1=1 +w2=1 +w3=1 ");
	/* A second store on a second loop writes, while the first one's loop stands still. */
	watching = store;
	kill_server();
	CHECK_INT(loop_new(&loop, NULL), 0);
	start_server();
	open_store();
	change("w1", "2");
	drop("w2");
	create("w4", "1");
	write_much();
	store_free(store);
	loop_free(loop);
	loop = own;
	store = watching;
	CHECK_STR(events(6), "+w1=1 +w2=1 +w3=1 ~w1=1>2 +w4=1 -w2=1 ");
	create("w5", "1");
	CHECK_STR(events(7), "+w1=1 +w2=1 +w3=1 ~w1=1>2 +w4=1 -w2=1 +w5=1 ");
	store_watch_free(w);
}

static struct store_watch *suicidal;

static void end_itself(void *userdata, const struct store_event *ev)
{
	note(userdata, ev);
	suicidal = store_watch_free(suicidal);
}

static void test_a_callback_may_end_its_watch(void)
{
	strbuf_reset(&seen.text);
	seen.n = 0;
	CHECK_INT(store_watch(store, &kind_configmap, NULL, 0, end_itself, NULL, &suicidal, NULL),
		  0);
	events(1);
	turn(50 * NSEC_PER_MSEC);
	CHECK_INT(seen.n, 1);
}

static void test_an_open_watch_ends_with_the_store(void)
{
	watch("", 0);
	store = store_free(store);
	turn(10 * NSEC_PER_MSEC);
	CHECK_INT(seen.n, 0);
}

int main(void)
{
	if (!mkdtemp(dir) || loop_new(&loop, NULL) < 0)
		abort();
	socket_path = fs_join(dir, "sock");
	file = fs_join(dir, "store.db");
	start_server();
	TEST(open_store);
	TEST(test_an_object_is_made_read_changed_and_gone);
	TEST(test_outcomes_are_the_embedded_stores);
	TEST(test_the_parts_of_an_object_are_written_apart);
	TEST(test_the_clock_is_the_servers);
	TEST(test_a_watch_begins_with_what_is_there_then_follows);
	TEST(test_what_stops_to_match_is_gone);
	TEST(test_a_watch_from_a_revision_tells_what_came_after_it);
	TEST(test_calls_fail_at_once_while_nobody_is_there);
	TEST(test_a_watch_goes_on_where_it_was);
	TEST(test_what_the_history_has_lost_is_found_by_comparing);
	TEST(test_a_callback_may_end_its_watch);
	TEST(test_an_open_watch_ends_with_the_store);
	kill_server();
	store_free(store);
	loop_free(loop);
	strbuf_deinit(&seen.text);
	free(socket_path);
	free(file);
	(void)fs_remove_tree(AT_FDCWD, dir, NULL);
	return test_end();
}
