/*
 * Tests of the StatefulSet kind and of volumes and claims: defaults, what is refused, what may change.
 */
#include "api/statefulset.h"

#include "api/meta.h"
#include "api/persistent_volume.h"
#include "api/test_kind.h"
#include "base/json.h"
#include "base/str.h"

#define SET(spec)                                                                               \
	"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec:\n"                  \
	"  selector: {matchLabels: {a: b}}\n"                                                   \
	"  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i}]}}\n" \
	"  " spec "\n"
#define PV(spec) "apiVersion: v1\nkind: PersistentVolume\nmetadata: {name: v}\nspec: {" spec "}\n"
#define PVC(spec)                                                                                 \
	"apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: {name: c, namespace: ns}\nspec: " \
	"{" spec "}\n"
#define ONCE "accessModes: [ReadWriteOnce]"
#define SIZE "capacity: {storage: 1Gi}"
#define ASKS(size) "resources: {requests: {storage: " size "}}"

static void test_defaults(void)
{
	_cleanup_json_ json_t *s =
		decoded(SET("volumeClaimTemplates: [{metadata: {name: d}, spec: {" ONCE "}}]"));
	_cleanup_json_ json_t *again = json_deep_copy(s);

	CHECK_INT(json_int(s, "spec.replicas", -1), 1);
	CHECK_STR(json_str(s, "spec.podManagementPolicy"), "OrderedReady");
	CHECK_STR(json_str(s, "spec.updateStrategy.type"), "RollingUpdate");
	CHECK_INT(json_int(s, "spec.updateStrategy.rollingUpdate.partition", -1), 0);
	CHECK_INT(json_int(s, "spec.revisionHistoryLimit", -1), 10);
	CHECK_STR(json_str(s, "spec.persistentVolumeClaimRetentionPolicy.whenDeleted"), "Retain");
	CHECK_STR(json_str(s, "spec.volumeClaimTemplates[0].spec.volumeMode"), "Filesystem");
	CHECK_STR(json_str(s, "spec.volumeClaimTemplates[0].status.phase"), "Pending");
	scheme_default(again);
	CHECK(json_same(s, again));
	CHECK_STR(verdict(SET("replicas: 0")), "");
}

static void test_max_unavailable_is_taken_and_dropped(void)
{
	_cleanup_json_ json_t *s =
		decoded(SET("updateStrategy: {rollingUpdate: {maxUnavailable: 2}}"));

	CHECK(!json_has(s, "spec.updateStrategy.rollingUpdate.maxUnavailable"));
}

static void test_what_a_set_cannot_be(void)
{
	CHECK_CONTAINS(verdict(SET("updateStrategy: {type: Recreate}")),
		       "must be 'RollingUpdate' or 'OnDelete'");
	CHECK_CONTAINS(verdict(SET("updateStrategy: {type: OnDelete, rollingUpdate: {}}")),
		       "spec.updateStrategy.rollingUpdate");
	CHECK_CONTAINS(verdict(SET("podManagementPolicy: Both")), "spec.podManagementPolicy");
	CHECK_CONTAINS(verdict(SET("ordinals: {start: -1}")), "spec.ordinals.start");
	CHECK_CONTAINS(verdict(SET("minReadySeconds: -1")), "spec.minReadySeconds");
	CHECK_CONTAINS(verdict(SET("updateStrategy: {rollingUpdate: {partition: -1}}")),
		       "spec.updateStrategy.rollingUpdate.partition");
}

static void test_containers_mount_what_claims_are_for(void)
{
	static const char text[] =
		"apiVersion: apps/v1\nkind: StatefulSet\nmetadata: {name: s}\nspec:\n"
		"  selector: {matchLabels: {a: b}}\n"
		"  volumeClaimTemplates: [{metadata: {name: %s}, spec: {}}]\n"
		"  template: {metadata: {labels: {a: b}}, spec: {containers: [{name: c, image: i, "
		"volumeMounts: [{name: d, mountPath: /d}]}]}}\n";
	_cleanup_free_ char *good = str_printf(text, "d"), *bad = str_printf(text, "e");

	CHECK_STR(verdict(good), "");
	CHECK_CONTAINS(verdict(bad), "volumeMounts[0].name: Not found: \"d\"");
}

static void test_what_may_change_in_a_set(void)
{
	CHECK_STR(verdict_of_change(
			  SET("replicas: 1"),
			  SET("replicas: 2\n  ordinals: {start: 3}\n  minReadySeconds: 1\n"
			      "  revisionHistoryLimit: 1\n  updateStrategy: {type: OnDelete}\n"
			      "  persistentVolumeClaimRetentionPolicy: {whenScaled: Delete}")),
		  "");
	CHECK_CONTAINS(verdict_of_change(SET("serviceName: a"), SET("serviceName: b")),
		       "updates to statefulset spec for fields other than 'replicas', 'ordinals'");
	CHECK_CONTAINS(verdict_of_change(SET("replicas: 1"), SET("podManagementPolicy: Parallel")),
		       "spec: Forbidden");
}

/* ---- volumes and claims ---- */

static void test_volumes(void)
{
	CHECK_STR(verdict(PV(SIZE ", " ONCE ", hostPath: {path: /x}")), "");
	CHECK_CONTAINS(verdict(PV(ONCE ", hostPath: {path: /x}")), "spec.capacity: Required");
	CHECK_CONTAINS(verdict(PV(SIZE ", hostPath: {path: /x}")), "spec.accessModes: Required");
	CHECK_CONTAINS(verdict(PV(SIZE ", " ONCE)), "must specify a volume type");
	CHECK_CONTAINS(verdict(PV(SIZE ", " ONCE ", hostPath: {path: /x}, nfs: {}")),
		       "may not specify more than 1 volume type");
	CHECK_CONTAINS(verdict(PV(SIZE ", " ONCE ", hostPath: {path: /x/../y}")),
		       "must not contain '..'");
	CHECK_CONTAINS(verdict(PV(SIZE ", " ONCE ", local: {path: /x}")),
		       "Local volume requires node affinity");
	CHECK_CONTAINS(verdict(PV(SIZE ", accessModes: [Once], hostPath: {path: /x}")),
		       "Unsupported value: \"Once\"");
	CHECK_CONTAINS(verdict_of_change(PV(SIZE ", " ONCE ", hostPath: {path: /x}"),
					 PV(SIZE ", " ONCE ", hostPath: {path: /y}")),
		       "is immutable after creation");
}

static void test_claims(void)
{
	CHECK_STR(verdict(PVC(ONCE ", " ASKS("1Gi") ", storageClassName: ''")), "");
	CHECK_CONTAINS(verdict(PVC(ASKS("1Gi"))), "at least 1 access mode is required");
	CHECK_CONTAINS(verdict(PVC(ONCE)), "spec.resources[storage]: Required");
	CHECK_CONTAINS(verdict(PVC(ONCE ", " ASKS("0"))), "must be greater than zero");
	CHECK_CONTAINS(verdict(PVC("accessModes: [ReadWriteOncePod, ReadWriteOnce], " ASKS("1"))),
		       "may not use ReadWriteOncePod with other access modes");
	CHECK_STR(verdict_of_change(PVC(ONCE ", " ASKS("1Gi")),
				    PVC(ONCE ", volumeName: v, " ASKS("1Gi"))),
		  "");
	CHECK_CONTAINS(verdict_of_change(PVC(ONCE ", " ASKS("1Gi")), PVC(ONCE ", " ASKS("2Gi"))),
		       "spec is immutable after creation");
	CHECK_CONTAINS(verdict_of_change(PVC(ONCE ", volumeName: v, " ASKS("1Gi")),
					 PVC(ONCE ", volumeName: w, " ASKS("1Gi"))),
		       "spec is immutable after creation");
}

int main(void)
{
	TEST(test_defaults);
	TEST(test_max_unavailable_is_taken_and_dropped);
	TEST(test_what_a_set_cannot_be);
	TEST(test_containers_mount_what_claims_are_for);
	TEST(test_what_may_change_in_a_set);
	TEST(test_volumes);
	TEST(test_claims);
	return test_end();
}
