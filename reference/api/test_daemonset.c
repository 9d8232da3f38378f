/*
 * Tests of the kinds DaemonSet and ControllerRevision: defaults, what they refuse, columns.
 */
#include "api/controller_revision.h"
#include "api/daemonset.h"
#include "api/meta.h"
#include "api/test_kind.h"
#include "base/json.h"

#define OF(selector, labels, spec)                                                             \
	"apiVersion: apps/v1\nkind: DaemonSet\nmetadata: {name: d}\nspec:\n" selector          \
	"  template: {metadata: {labels: {" labels "}}, spec: {nodeSelector: {k: v, a: b}, co" \
	"ntainers: [{name: c, image: i}]}}\n" spec
#define DAEMONSET(spec) OF("  selector: {matchLabels: {a: b}}\n", "a: b", spec)
#define ROLLING(limits) DAEMONSET("  updateStrategy: {rollingUpdate: {" limits "}}\n")
#define REVISION(more) "apiVersion: apps/v1\nkind: ControllerRevision\nmetadata: {name: r}\n" more

static void test_defaults(void)
{
	_cleanup_json_ json_t *ds = decoded(DAEMONSET("")), *again = json_deep_copy(ds);
	_cleanup_json_ json_t *on_delete =
		decoded(DAEMONSET("  updateStrategy: {type: OnDelete}\n"));

	CHECK_STR(json_str(ds, "spec.updateStrategy.type"), "RollingUpdate");
	CHECK_INT(json_int(ds, "spec.updateStrategy.rollingUpdate.maxUnavailable", -1), 1);
	CHECK_INT(json_int(ds, "spec.updateStrategy.rollingUpdate.maxSurge", -1), 0);
	CHECK_INT(json_int(ds, "spec.revisionHistoryLimit", -1), 10);
	CHECK_INT(json_int(ds, "status.numberReady", -1), 0);
	CHECK(!json_has(on_delete, "spec.updateStrategy.rollingUpdate"));
	scheme_default(again);
	CHECK(json_same(ds, again));
	CHECK_STR(verdict(DAEMONSET("")), "");
}

static void test_exactly_one_limit_is_above_zero(void)
{
	CHECK_CONTAINS(
		verdict(ROLLING("maxUnavailable: 0, maxSurge: 0%")),
		"spec.updateStrategy.rollingUpdate.maxUnavailable: Required value: cannot be 0 "
		"when maxSurge is 0");
	CHECK_CONTAINS(
		verdict(ROLLING("maxSurge: 10%")),
		"spec.updateStrategy.rollingUpdate.maxSurge: Invalid value: \"10%\": may not "
		"be set when maxUnavailable is non-zero");
	CHECK_CONTAINS(verdict(ROLLING("maxUnavailable: 101%")), "must not be greater than 100%");
	CHECK_CONTAINS(verdict(ROLLING("maxUnavailable: -1")),
		       "must be greater than or equal to 0");
	CHECK_STR(verdict(ROLLING("maxUnavailable: 0, maxSurge: 10%")), "");
}

static void test_limits_are_rounded_up(void)
{
	_cleanup_json_ json_t *ds = decoded(ROLLING("maxUnavailable: 0, maxSurge: 10%"));
	_cleanup_json_ json_t *on_delete =
		decoded(DAEMONSET("  updateStrategy: {type: OnDelete}\n"));

	CHECK_INT(daemonset_max_surge(ds, 11), 2);
	CHECK_INT(daemonset_max_unavailable(ds, 11), 0);
	CHECK_INT(daemonset_max_unavailable(on_delete, 11), 0);
}

static void test_what_it_refuses(void)
{
	CHECK_CONTAINS(verdict(OF("", "a: b", "")), "spec.selector: Required value");
	CHECK_CONTAINS(verdict(OF("  selector: {}\n", "a: b", "")),
		       "empty selector is invalid for daemonset");
	CHECK_CONTAINS(verdict(OF("  selector: {matchLabels: {c: d}}\n", "a: b", "")),
		       "spec.template.metadata.labels: Invalid value");
	CHECK_CONTAINS(verdict(DAEMONSET("  updateStrategy: {type: Recreate}\n")),
		       "spec.updateStrategy: Unsupported value: \"Recreate\"");
	CHECK_CONTAINS(verdict(DAEMONSET("  minReadySeconds: -1\n")), "spec.minReadySeconds");
	CHECK_CONTAINS(verdict(DAEMONSET("  revisionHistoryLimit: -1\n")),
		       "spec.revisionHistoryLimit");
	CHECK_CONTAINS(verdict_of_change(DAEMONSET(""), OF("  selector: {matchLabels: {c: d}}\n",
							   "a: b, c: d", "")),
		       "spec.selector: Invalid value");
}

static json_t *cell(const struct kind *k, const json_t *obj, const char *column)
{
	for (const struct printer_column *c = k->columns; c->name; c++)
		if (streq(c->name, column))
			return c->cell(obj, 0);
	abort();
}

static void test_columns(void)
{
	_cleanup_json_ json_t *ds = decoded(DAEMONSET("")), *selector = NULL, *desired = NULL;

	json_set_int(ds, "status.desiredNumberScheduled", 3);
	selector = cell(&kind_daemonset, ds, "Node Selector");
	desired = cell(&kind_daemonset, ds, "Desired");
	CHECK_STR(json_string_value(selector), "a=b,k=v");
	CHECK_INT(json_integer_value(desired), 3);
	CHECK(scheme_word("ds") == &kind_daemonset);
}

static void test_a_revision_holds_data_that_stays(void)
{
	CHECK_STR(verdict(REVISION("revision: 2\ndata: {spec: {x: 1}}\n")), "");
	CHECK_CONTAINS(verdict(REVISION("revision: 2\n")),
		       "data: Required value: data is mandatory");
	CHECK_CONTAINS(verdict(REVISION("revision: -1\ndata: {}\n")),
		       "revision: Invalid value: -1: must be greater than or equal to 0");
	CHECK_CONTAINS(verdict_of_change(REVISION("data: {x: 1}\n"), REVISION("data: {x: 2}\n")),
		       "data: Invalid value");
	CHECK_STR(verdict_of_change(REVISION("data: {x: 1}\n"),
				    REVISION("revision: 3\ndata: {x: 1}\n")),
		  "");
}

static void test_a_revision_names_its_controller(void)
{
	_cleanup_json_ json_t *free_one = decoded(REVISION("data: {}\n")), *none = NULL, *of = NULL;
	_cleanup_json_ json_t *owned = json_dup(free_one);

	json_set_path(owned, "metadata.ownerReferences",
		      json_pack("[{s:s,s:s,s:s,s:s,s:b}]", "apiVersion", "apps/v1", "kind",
				"DaemonSet", "name", "d", "uid", "u", "controller", 1));
	none = cell(&kind_controller_revision, free_one, "Controller");
	of = cell(&kind_controller_revision, owned, "Controller");
	CHECK_STR(json_string_value(none), "<none>");
	CHECK_STR(json_string_value(of), "daemonset.apps/d");
}

int main(void)
{
	TEST(test_defaults);
	TEST(test_exactly_one_limit_is_above_zero);
	TEST(test_limits_are_rounded_up);
	TEST(test_what_it_refuses);
	TEST(test_columns);
	TEST(test_a_revision_holds_data_that_stays);
	TEST(test_a_revision_names_its_controller);
	return test_end();
}
