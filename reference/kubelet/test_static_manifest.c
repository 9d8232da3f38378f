/*
 * Tests of static pods' manifests: what they become, and what they may not say.
 */
#include "kubelet/static_manifest.h"

#include "api/meta.h"
#include "base/json.h"
#include "base/test.h"

#define HEAD "apiVersion: v1\nkind: Pod\nmetadata: {name: web, labels: {app: x}}\nspec:\n"
#define GOOD HEAD "  containers: [{name: a, image: i}]\n"

static json_t *pod_of(const char *text, const char *file, const char *node)
{
	json_t *pod = NULL;
	_cleanup_error_ struct error err = ERROR_INIT;

	if (static_manifest_read(text, file, node, &pod, &err) != 0)
		printf("# %s\n", error_text(&err));
	return pod;
}

static void test_a_pod_of_the_node(void)
{
	_cleanup_json_ json_t *pod = pod_of(GOOD, "web.yaml", "n1");

	CHECK_STR(meta_name(pod), "web-n1");
	CHECK_STR(meta_namespace(pod), "default");
	CHECK_STR(json_str(pod, "spec.nodeName"), "n1");
	CHECK_STR(json_str(pod, "spec.restartPolicy"), "Always");
	CHECK_STR(meta_annotation(pod, STATIC_HASH), meta_uid(pod));
	CHECK(json_str(pod, "spec.serviceAccountName") == NULL);
	CHECK(static_manifest_mirrored(pod) == NULL);
}

static void test_the_uid_follows_from_what_it_is(void)
{
	static const struct {
		const char *text, *file, *node;
		bool same;
	} rows[] = {
		{ GOOD, "web.yaml", "n1", true },
		{ GOOD, "web.yaml", "n2", false },
		{ GOOD, "other.yaml", "n1", false },
		{ GOOD "# changed\n", "web.yaml", "n1", false },
	};
	_cleanup_json_ json_t *first = pod_of(GOOD, "web.yaml", "n1");

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_json_ json_t *pod = pod_of(rows[i].text, rows[i].file, rows[i].node);

		CHECK(streq(meta_uid(pod), meta_uid(first)) == rows[i].same);
	}
}

static void test_the_mirror(void)
{
	_cleanup_json_ json_t *pod = pod_of(GOOD, "web.yaml", "n1"),
			      *mirror = static_manifest_mirror(pod);

	CHECK_STR(static_manifest_mirrored(mirror), meta_uid(pod));
	CHECK(meta_uid(mirror) == NULL);
	CHECK_STR(meta_name(mirror), "web-n1");
	CHECK_STR(meta_label(mirror, "app"), "x");
}

static void check_refused(const char *text, const char *why)
{
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_json_ json_t *pod = NULL;

	CHECK(static_manifest_read(text, "a.yaml", "n", &pod, &err) < 0);
	CHECK_CONTAINS(error_text(&err), why);
}

static void test_nothing_of_the_api_is_referred_to(void)
{
	check_refused(GOOD "  serviceAccountName: a\n", "serviceAccountName");
	check_refused(GOOD "  volumes: [{name: v, secret: {secretName: s}}]\n", "secret");
	check_refused(GOOD "  volumes: [{name: v, configMap: {name: s}}]\n", "configMap");
	check_refused(GOOD
		      "  volumes: [{name: v, projected: {sources: [{configMap: {name: s}}]}}]\n",
		      "configMap");
	check_refused(GOOD "  imagePullSecrets: [{name: s}]\n", "imagePullSecrets");
	check_refused(HEAD "  containers: [{name: a, image: i, env: [{name: E, valueFrom: "
			   "{secretKeyRef: {name: s, key: k}}}]}]\n",
		      "secretKeyRef");
	check_refused(HEAD
		      "  containers: [{name: a, image: i, envFrom: [{configMapRef: {name: s}}]}]\n",
		      "configMapRef");
}

static void test_what_is_no_pod(void)
{
	check_refused("apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\n", "");
	check_refused("apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n",
		      "Required value");
	check_refused("apiVersion: v1\nkind: Pod\nmetadata: {}\n"
		      "spec: {containers: [{name: a, image: i}]}\n",
		      "needs metadata.name");
	check_refused("{", "");
}

int main(void)
{
	TEST(test_a_pod_of_the_node);
	TEST(test_the_uid_follows_from_what_it_is);
	TEST(test_the_mirror);
	TEST(test_nothing_of_the_api_is_referred_to);
	TEST(test_what_is_no_pod);
	return test_end();
}
