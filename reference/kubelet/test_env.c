/*
 * Environment, expansion, names and resources of a pod.
 */
#include "kubelet/env.h"

#include <signal.h>

#include "base/str.h"
#include "base/test.h"
#include "kubelet/ctr_plan.h"
#include "kubelet/expand.h"
#include "kubelet/hosts.h"
#include "kubelet/images.h"
#include "kubelet/resources.h"

static struct pod pod = { .name = "p",
			  .ns = "n",
			  .uid = "u",
			  .node_name = "node",
			  .fs_group = -1,
			  .dns_policy = "ClusterFirst" };

static int lookup(void *ctx, bool secret _unused_, const char *name, json_t **ret)
{
	if (!streq(name, "there"))
		return 1;
	*ret = json_incref(ctx);
	return 0;
}

static struct env_source source(json_t *config)
{
	return (struct env_source){ .fields = { .pod = &pod, .pod_ip = "10.0.0.2" },
				    .lookup = lookup,
				    .ctx = config };
}

static void test_expansion_is_that_of_the_field(void)
{
	char a[] = "A=1", b[] = "B=$(A)", *env[] = { a, b, NULL };
	static const char *const rows[][2] = {
		{ "x$(A)y", "x1y" }, { "$$(A)", "$(A)" }, { "$(NO)", "$(NO)" }, { "$$", "$" },
		{ "$A", "$A" },	     { "$(A", "$(A" },	  { "$(B)", "$(A)" },	{ "$$$$x", "$$x" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		_cleanup_free_ char *got = expand(rows[i][0], env, NULL);

		CHECK_STR(got, rows[i][1]);
	}
}

static void test_later_sources_win_and_values_see_what_stands_before(void)
{
	_cleanup_json_ json_t *config = json_pack("{s:s,s:s,s:{s:s,s:s}}", "apiVersion", "v1",
						  "kind", "ConfigMap", "data", "K", "config",
						  "ONLY", "here");
	struct pod_env_from from = { .prefix = "P_", .source = ENV_CONFIG_MAP, .ref = "there" };
	struct pod_env_var vars[] = {
		{ .name = "P_K", .source = ENV_LITERAL, .value = "mine" },
		{ .name = "X", .source = ENV_LITERAL, .value = "$(P_K) $(P_ONLY) $(LATER)" },
		{ .name = "LATER", .source = ENV_LITERAL, .value = "l" },
		{ .name = "IP", .source = ENV_FIELD, .key = "status.podIP" },
	};
	struct pod_container c = { .env = vars, .n_env = 4, .env_from = &from, .n_env_from = 1 };
	struct env_source s = source(config);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_strv_ char **env = NULL;

	CHECK_OK(env_make(&s, &c, &env, &err), &err);
	CHECK_STR(strv_get_env(env, "P_K"), "mine");
	CHECK_STR(strv_get_env(env, "X"), "mine here $(LATER)");
	CHECK_STR(strv_get_env(env, "IP"), "10.0.0.2");
}

static void test_a_missing_config_map_is_a_config_error_unless_optional(void)
{
	struct pod_env_var var = {
		.name = "A", .source = ENV_CONFIG_MAP, .ref = "gone", .key = "k"
	};
	struct pod_container c = { .env = &var, .n_env = 1 };
	struct env_source s = source(NULL);
	_cleanup_error_ struct error err = ERROR_INIT;
	_cleanup_strv_ char **env = NULL;

	CHECK(env_make(&s, &c, &env, &err) < 0);
	CHECK_STR(err.reason, "CreateContainerConfigError");
	CHECK_STR(error_text(&err), "configmap \"gone\" not found");
	var.optional = true;
	CHECK_OK(env_make(&s, &c, &env, &err), &err);
	CHECK(!strv_get_env(env, "A"));
}

static void test_a_resource_field_is_rounded_up_to_its_divisor(void)
{
	struct pod_container c = { .name = "c",
				   .resources = { .cpu_limit_milli = 1500,
						  .cpu_request_milli = -1,
						  .memory_limit = -1 } };
	struct field_source s = { .pod = &pod, .node_memory = 4096 };
	_cleanup_free_ char *cores = NULL, *milli = NULL, *memory = NULL;

	CHECK_OK(field_resource(&s, &c, NULL, "limits.cpu", NULL, &cores, NULL), NULL);
	CHECK_OK(field_resource(&s, &c, NULL, "limits.cpu", "1m", &milli, NULL), NULL);
	CHECK_OK(field_resource(&s, &c, NULL, "limits.memory", "1Ki", &memory, NULL), NULL);
	CHECK_STR(cores, "2");
	CHECK_STR(milli, "1500");
	CHECK_STR(memory, "4");
}

static void test_a_long_name_is_cut_for_the_kernel(void)
{
	struct pod p = { .name = "a23456789012345678901234567890123456789012345678901234567890"
				 "12-4567" };
	_cleanup_free_ char *name = hosts_name(&p);

	CHECK_INT(strlen(name), 62);
}

static void test_the_hosts_file_names_the_pod_and_its_aliases(void)
{
	char foo[] = "foo", bar[] = "bar", *names[] = { foo, bar, NULL };
	struct pod_host_alias alias = { .ip = "1.2.3.4", .hostnames = names };
	struct pod p = { .name = "p", .ns = "n", .subdomain = "sub" };
	_cleanup_free_ char *text = NULL;

	p.host_aliases = &alias;
	p.n_host_aliases = 1;
	text = hosts_file(&p, "10.0.0.2", NULL);
	CHECK_CONTAINS(text, "10.0.0.2\tp.sub.n.svc.cluster.local\tp\n");
	CHECK_CONTAINS(text, "1.2.3.4\tfoo\tbar\n");
}

static void test_labels_as_a_field_are_sorted_lines(void)
{
	_cleanup_json_ json_t *labels = json_pack("{s:s,s:s}", "b", "two", "a", "one");
	struct pod p = { .name = "p", .labels = labels };
	struct field_source s = { .pod = &p };
	_cleanup_free_ char *all = NULL, *one = NULL, *none = NULL;

	CHECK_OK(field_value(&s, "metadata.labels", &all, NULL), NULL);
	CHECK_OK(field_value(&s, "metadata.labels['a']", &one, NULL), NULL);
	CHECK_OK(field_value(&s, "metadata.labels['c']", &none, NULL), NULL);
	CHECK_STR(all, "a=\"one\"\nb=\"two\"");
	CHECK_STR(one, "one");
	CHECK_STR(none, "");
	CHECK(field_value(&s, "status.podIP", &none, NULL) < 0);
}

static void test_signals_have_names_and_numbers(void)
{
	CHECK_INT(signal_number("SIGUSR1", SIGTERM), SIGUSR1);
	CHECK_INT(signal_number("QUIT", SIGTERM), SIGQUIT);
	CHECK_INT(signal_number("9", SIGTERM), SIGKILL);
	CHECK_INT(signal_number("RTMIN+1", SIGTERM), SIGRTMIN + 1);
	CHECK_INT(signal_number("NOPE", SIGTERM), SIGTERM);
	CHECK_INT(signal_number(NULL, SIGTERM), SIGTERM);
}

static void test_resolv_conf_of_cluster_first(void)
{
	_cleanup_free_ char *text =
		hosts_resolv_conf(&pod, "10.0.0.1", "nameserver 9.9.9.9\nsearch corp\n");

	CHECK_STR(text, "search n.svc.cluster.local svc.cluster.local cluster.local corp\n"
			"nameserver 10.0.0.1\noptions ndots:5\n");
}

static void test_cpu_becomes_shares_and_quota(void)
{
	struct pod_container c = { .resources = { .cpu_request_milli = 250,
						  .cpu_limit_milli = 500,
						  .memory_limit = 64 << 20 } };
	struct resource_limits l = resources_container(&c);

	CHECK_INT(l.cpu_shares, 256);
	CHECK_INT(l.cpu_quota_us, 50000);
	CHECK_INT(l.memory_bytes, 64 << 20);
}

static void test_image_names(void)
{
	CHECK(images_name_valid("busybox"));
	CHECK(images_name_valid("localhost/podtest/guest:v1"));
	CHECK(images_name_valid("Registry.example:5000/a/b:Tag"));
	CHECK(!images_name_valid("Busybox"));
	CHECK(!images_name_valid("a//b"));
	CHECK(!images_name_valid("a:"));
	CHECK(!images_name_valid("a@sha256:12"));
}

int main(void)
{
	TEST(test_expansion_is_that_of_the_field);
	TEST(test_later_sources_win_and_values_see_what_stands_before);
	TEST(test_a_missing_config_map_is_a_config_error_unless_optional);
	TEST(test_a_resource_field_is_rounded_up_to_its_divisor);
	TEST(test_a_long_name_is_cut_for_the_kernel);
	TEST(test_the_hosts_file_names_the_pod_and_its_aliases);
	TEST(test_labels_as_a_field_are_sorted_lines);
	TEST(test_signals_have_names_and_numbers);
	TEST(test_resolv_conf_of_cluster_first);
	TEST(test_cpu_becomes_shares_and_quota);
	TEST(test_image_names);
	return test_end();
}
