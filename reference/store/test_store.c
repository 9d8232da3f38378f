/*
 * The verbs of the store on a database in memory and a hand-driven clock: what a client of any layer sees.
 */
#include "api/meta.h"
#include "api/scheme.h"
#include "base/json.h"
#include "base/loop.h"
#include "base/test.h"
#include "store/dry.h"
#include "store/sqlite.h"

static struct loop *loop;
static struct clock hand;
static struct store *store;

static const struct kind *pods(void)
{
	return scheme_kind("v1", "Pod");
}

static void open_store(void)
{
	struct sqlite_store_config cfg = { .loop = loop, .clock = &hand };

	clock_hand_init(&hand, 1);
	store = store_free(store);
	CHECK_OK(sqlite_store_open(&cfg, &store, NULL), NULL);
}

static json_t *pod_value(const char *name)
{
	return json_pack("{ss, ss, s{ss, s{ss}}, s{s[{ss, ss}]}}", "apiVersion", "v1", "kind",
			 "Pod", "metadata", "name", name, "labels", "app", "x", "spec",
			 "containers", "name", "c", "image", "i");
}

static json_t *make_pod(const char *name)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *given = pod_value(name);
	json_t *pod = NULL;

	CHECK_OK(store_create(store, pods(), "default", given, &pod, &err), &err);
	return pod;
}

static json_t *make_bound_pod(const char *name)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *pod = make_pod(name);
	json_t *bound = NULL;

	json_set_str(pod, "spec.nodeName", "n1");
	CHECK_OK(store_update(store, pods(), STORE_BINDING, pod, &bound, &err), &err);
	return bound;
}

static json_t *get_pod(const char *name)
{
	json_t *pod = NULL;

	return store_get(store, pods(), "default", name, &pod, NULL) ? NULL : pod;
}

/* Returns whether it is gone. */
static bool delete_pod(const char *name, int64_t grace)
{
	struct store_delete_opts opts = { .grace_seconds = grace };
	_cleanup_error_ struct error err = ERROR_INIT;
	bool gone = false;

	CHECK_OK(store_delete(store, pods(), "default", name, &opts, NULL, &gone, &err), &err);
	return gone;
}

/* ---- create ---- */

static void test_create_sets_the_servers_metadata(void)
{
	_cleanup_json_ json_t *pod = NULL;

	open_store();
	pod = make_pod("a");
	CHECK_INT(strlen(meta_uid(pod)), 36);
	CHECK_STR(meta_creation_timestamp(pod), "2026-01-02T00:00:00Z");
	CHECK_INT(meta_generation(pod), 1);
	CHECK_INT(meta_rv(pod), (int64_t)store_revision(store));
	CHECK_STR(json_str(pod, "status.phase"), "Pending");
	CHECK_STR(json_str(pod, "spec.restartPolicy"), "Always");
}

static void test_create_ignores_a_status_and_a_uid_of_the_client(void)
{
	_cleanup_json_ json_t *given = pod_value("a"), *pod = NULL;

	open_store();
	json_set_str(given, "status.phase", "Running");
	json_set_str(given, "metadata.uid", "mine");
	json_set_str(given, "metadata.deletionTimestamp", "2020-01-01T00:00:00Z");
	CHECK_OK(store_create(store, pods(), "default", given, &pod, NULL), NULL);
	CHECK_STR(json_str(pod, "status.phase"), "Pending");
	CHECK(!streq(meta_uid(pod), "mine"));
	CHECK(!meta_deletion_timestamp(pod));
}

static void test_a_name_exists_once(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *given = pod_value("a"), *first = NULL;

	open_store();
	first = make_pod("a");
	CHECK_INT(store_create(store, pods(), "default", given, NULL, &err), STORE_EXISTS);
	CHECK_STR(error_text(&err), "pods \"a\" already exists");
}

static void test_generate_name_makes_one(void)
{
	_cleanup_json_ json_t *given = pod_value("a"), *pod = NULL;

	open_store();
	json_del_path(given, "metadata.name");
	json_set_str(given, "metadata.generateName", "web-");
	CHECK_OK(store_create(store, pods(), "default", given, &pod, NULL), NULL);
	CHECK_INT(strlen(meta_name(pod)), 9);
	CHECK(strncmp(meta_name(pod), "web-", 4) == 0);
}

static void test_an_invalid_object_is_refused_with_causes(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *given = pod_value("a");

	open_store();
	json_set_str(given, "spec.restartPolicy", "Sometimes");
	CHECK_INT(store_create(store, pods(), "default", given, NULL, &err), STORE_REFUSED);
	CHECK_INT(err.code, ERR_INVALID);
	CHECK_STR(err.causes[0].field, "spec.restartPolicy");
	CHECK_INT(store_revision(store), 3);
}

static void test_the_namespace_must_exist_and_live(void)
{
	const struct kind *namespaces = scheme_kind("v1", "Namespace");
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *given = pod_value("a"), *ns = NULL;

	open_store();
	CHECK_INT(store_create(store, pods(), "zz", given, NULL, &err), STORE_NOT_FOUND);
	CHECK_STR(error_text(&err), "namespaces \"zz\" not found");
	ns = json_pack("{ss, ss, s{ss}}", "apiVersion", "v1", "kind", "Namespace", "metadata",
		       "name", "zz");
	CHECK_OK(store_create(store, namespaces, NULL, ns, NULL, NULL), NULL);
	CHECK_OK(store_create(store, pods(), "zz", given, NULL, NULL), NULL);
	CHECK_OK(store_delete(store, namespaces, NULL, "zz", NULL, NULL, NULL, NULL), NULL);
	json_set_str(given, "metadata.name", "b");
	CHECK_INT(store_create(store, pods(), "zz", given, NULL, &err), STORE_REFUSED);
	CHECK_INT(err.code, ERR_FORBIDDEN);
}

static void test_dry_create_leaves_nothing(void)
{
	_cleanup_json_ json_t *given = pod_value("a"), *pod = NULL, *found = NULL;

	open_store();
	CHECK_OK(store_dry_create(store, pods(), "default", given, &pod, NULL), NULL);
	CHECK(meta_uid(pod));
	CHECK_INT(store_get(store, pods(), "default", "a", &found, NULL), STORE_NOT_FOUND);
	CHECK_INT(store_revision(store), 3);
}

/* ---- update ---- */

static void test_an_old_version_is_a_conflict(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *pod = NULL;

	open_store();
	pod = make_pod("a");
	json_set_str(pod, "metadata.labels.app", "y");
	CHECK_OK(store_update(store, pods(), STORE_SPEC, pod, NULL, NULL), NULL);
	CHECK_INT(store_update(store, pods(), STORE_SPEC, pod, NULL, &err), STORE_CONFLICT);
	CHECK_CONTAINS(error_text(&err), "the object has been modified; please apply your changes");
	json_del_path(pod, "metadata.resourceVersion");
	CHECK_OK(store_update(store, pods(), STORE_SPEC, pod, NULL, NULL), NULL);
}

static void test_an_update_without_a_change_makes_no_revision(void)
{
	_cleanup_json_ json_t *pod = NULL;
	uint64_t before;

	open_store();
	pod = make_pod("a");
	before = store_revision(store);
	CHECK_OK(store_update(store, pods(), STORE_SPEC, pod, NULL, NULL), NULL);
	CHECK_INT(store_revision(store), before);
}

static void test_generation_follows_the_spec_alone(void)
{
	_cleanup_json_ json_t *pod = NULL, *labelled = NULL, *changed = NULL;

	open_store();
	pod = make_pod("a");
	json_set_str(pod, "metadata.labels.app", "y");
	CHECK_OK(store_update(store, pods(), STORE_SPEC, pod, &labelled, NULL), NULL);
	CHECK_INT(meta_generation(labelled), 1);
	json_set_str(json_at(labelled, "spec.containers[0]"), "image", "other");
	CHECK_OK(store_update(store, pods(), STORE_SPEC, labelled, &changed, NULL), NULL);
	CHECK_INT(meta_generation(changed), 2);
}

static void test_status_and_spec_keep_apart(void)
{
	_cleanup_json_ json_t *pod = NULL, *spec = NULL, *status = NULL;

	open_store();
	pod = make_pod("a");
	json_del_path(pod, "metadata.resourceVersion");
	json_set_str(pod, "status.phase", "Running");
	CHECK_OK(store_update(store, pods(), STORE_SPEC, pod, &spec, NULL), NULL);
	CHECK_STR(json_str(spec, "status.phase"), "Pending");
	json_set_str(pod, "spec.nodeName", "elsewhere");
	json_set_str(pod, "metadata.labels.app", "y");
	CHECK_OK(store_update(store, pods(), STORE_STATUS, pod, &status, NULL), NULL);
	CHECK_STR(json_str(status, "status.phase"), "Running");
	CHECK_STR(json_str(status, "spec.nodeName"), NULL);
	CHECK_STR(meta_label(status, "app"), "x");
}

static void test_a_pod_is_bound_once(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *pod = NULL;

	open_store();
	pod = make_bound_pod("a");
	CHECK(condition_is_true(pod, "PodScheduled"));
	CHECK_INT(meta_generation(pod), 1);
	json_set_str(pod, "spec.nodeName", "n2");
	CHECK_INT(store_update(store, pods(), STORE_BINDING, pod, NULL, &err), STORE_CONFLICT);
	CHECK_CONTAINS(error_text(&err), "already assigned to node \"n1\"");
}

/* ---- delete ---- */

static void test_a_bound_pod_is_deleted_gracefully(void)
{
	_cleanup_json_ json_t *pod = NULL, *marked = NULL;

	open_store();
	pod = make_bound_pod("a");
	CHECK(!delete_pod("a", -1));
	marked = get_pod("a");
	CHECK_STR(meta_deletion_timestamp(marked), "2026-01-02T00:00:30Z");
	CHECK_INT(meta_deletion_grace(marked), 30);
	CHECK_INT(meta_generation(marked), 2);
	CHECK(delete_pod("a", 0));
	CHECK(!get_pod("a"));
}

static void test_an_unbound_pod_goes_at_once(void)
{
	_cleanup_json_ json_t *pod = NULL;

	open_store();
	pod = make_pod("a");
	CHECK(delete_pod("a", -1));
}

static void test_a_finished_pod_goes_at_once(void)
{
	_cleanup_json_ json_t *pod = NULL;

	open_store();
	pod = make_bound_pod("a");
	json_set_str(pod, "status.phase", "Failed");
	CHECK_OK(store_update(store, pods(), STORE_STATUS, pod, NULL, NULL), NULL);
	CHECK(delete_pod("a", -1));
}

static void test_a_second_delete_may_only_shorten(void)
{
	_cleanup_json_ json_t *pod = NULL, *longer = NULL, *shorter = NULL, *past = NULL;

	open_store();
	pod = make_bound_pod("a");
	delete_pod("a", 60);
	clock_hand_advance(&hand, 2 * NSEC_PER_SEC);
	delete_pod("a", 90);
	longer = get_pod("a");
	CHECK_INT(meta_deletion_grace(longer), 60);
	delete_pod("a", 10);
	shorter = get_pod("a");
	CHECK_INT(meta_deletion_grace(shorter), 10);
	CHECK_STR(meta_deletion_timestamp(shorter), "2026-01-02T00:00:10Z");
	CHECK_INT(meta_generation(shorter), 2);
	clock_hand_advance(&hand, 5 * NSEC_PER_SEC);
	delete_pod("a", 3);
	past = get_pod("a");
	CHECK_INT(meta_deletion_grace(past), 1);
	CHECK_STR(meta_deletion_timestamp(past), "2026-01-02T00:00:07Z");
}

static void test_a_finalizer_holds_a_pod_until_it_is_removed(void)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *given = pod_value("a"), *held = NULL;

	open_store();
	json_object_set_new(json_object_get(given, "metadata"), "finalizers",
			    json_pack("[s]", "example.org/hold"));
	CHECK_OK(store_create(store, pods(), "default", given, NULL, NULL), NULL);
	CHECK(!delete_pod("a", 0));
	held = get_pod("a");
	CHECK_INT(meta_deletion_grace(held), 0);
	json_array_append_new(json_arr(held, "metadata.finalizers"), json_string("example.org/b"));
	CHECK_INT(store_update(store, pods(), STORE_SPEC, held, NULL, &err), STORE_REFUSED);
	json_object_del(json_object_get(held, "metadata"), "finalizers");
	CHECK_OK(store_update(store, pods(), STORE_SPEC, held, NULL, &err), &err);
	CHECK(!get_pod("a"));
}

static void test_preconditions_of_a_delete_are_kept(void)
{
	struct store_delete_opts opts = STORE_DELETE_OPTS_INIT;
	_cleanup_json_ json_t *pod = NULL;

	open_store();
	pod = make_pod("a");
	opts.uid = "somebody-else";
	CHECK_INT(store_delete(store, pods(), "default", "a", &opts, NULL, NULL, NULL),
		  STORE_CONFLICT);
	opts.uid = meta_uid(pod);
	opts.resource_version = "1";
	CHECK_INT(store_delete(store, pods(), "default", "a", &opts, NULL, NULL, NULL),
		  STORE_CONFLICT);
	opts.resource_version = NULL;
	CHECK_OK(store_delete(store, pods(), "default", "a", &opts, NULL, NULL, NULL), NULL);
}

static void test_a_namespace_goes_when_it_is_empty(void)
{
	const struct kind *namespaces = scheme_kind("v1", "Namespace");
	struct store_delete_opts now = { .grace_seconds = 0 };
	_cleanup_json_ json_t *ns = json_pack("{ss, ss, s{ss}}", "apiVersion", "v1", "kind",
					      "Namespace", "metadata", "name", "zz");
	_cleanup_json_ json_t *given = pod_value("a"), *marked = NULL;
	bool gone = true;

	open_store();
	CHECK_OK(store_create(store, namespaces, NULL, ns, NULL, NULL), NULL);
	CHECK_OK(store_create(store, pods(), "zz", given, NULL, NULL), NULL);
	CHECK_OK(store_delete(store, namespaces, NULL, "zz", &now, &marked, &gone, NULL), NULL);
	CHECK(!gone);
	CHECK_STR(json_str(marked, "status.phase"), "Terminating");
	CHECK_OK(store_delete(store, namespaces, NULL, "zz", &now, NULL, &gone, NULL), NULL);
	CHECK(!gone);
	CHECK_OK(store_delete(store, pods(), "zz", "a", &now, NULL, NULL, NULL), NULL);
	CHECK_OK(store_delete(store, namespaces, NULL, "zz", &now, NULL, &gone, NULL), NULL);
	CHECK(gone);
}

static void test_the_default_namespace_cannot_be_deleted(void)
{
	open_store();
	CHECK_INT(store_delete(store, scheme_kind("v1", "Namespace"), NULL, "default", NULL, NULL,
			       NULL, NULL),
		  STORE_REFUSED);
}

int main(void)
{
	CHECK_OK(loop_new(&loop, NULL), NULL);
	TEST(test_create_sets_the_servers_metadata);
	TEST(test_create_ignores_a_status_and_a_uid_of_the_client);
	TEST(test_a_name_exists_once);
	TEST(test_generate_name_makes_one);
	TEST(test_an_invalid_object_is_refused_with_causes);
	TEST(test_the_namespace_must_exist_and_live);
	TEST(test_dry_create_leaves_nothing);
	TEST(test_an_old_version_is_a_conflict);
	TEST(test_an_update_without_a_change_makes_no_revision);
	TEST(test_generation_follows_the_spec_alone);
	TEST(test_status_and_spec_keep_apart);
	TEST(test_a_pod_is_bound_once);
	TEST(test_a_bound_pod_is_deleted_gracefully);
	TEST(test_an_unbound_pod_goes_at_once);
	TEST(test_a_finished_pod_goes_at_once);
	TEST(test_a_second_delete_may_only_shorten);
	TEST(test_a_finalizer_holds_a_pod_until_it_is_removed);
	TEST(test_preconditions_of_a_delete_are_kept);
	TEST(test_a_namespace_goes_when_it_is_empty);
	TEST(test_the_default_namespace_cannot_be_deleted);
	store_free(store);
	loop_free(loop);
	return test_end();
}
