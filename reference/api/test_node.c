/*
 * Tests of the kind Node: its rules, what is set for it, and how it is shown.
 */
#include "api/cluster.h"
#include "api/columns.h"
#include "api/test_kind.h"

#define NODE(rest) "apiVersion: v1\nkind: Node\nmetadata: {name: n1}\n" rest
#define TAINTS(list) NODE("spec: {taints: [" list "]}\n")
#define TAINT(key, effect) "{key: " key ", value: v, effect: " effect "}"

static void test_taints(void)
{
	CHECK_STR(verdict(TAINTS(TAINT("a", "NoSchedule"))), "");
	CHECK_STR(verdict(TAINTS(TAINT("a", "NoSchedule") ", " TAINT("a", "NoExecute"))), "");
	CHECK_STR(verdict(TAINTS(TAINT("a", "NoSchedule") ", " TAINT("a", "NoSchedule"))),
		  "Node \"n1\" is invalid: spec.taints[1]: Duplicate value: \"a\"");
	CHECK_CONTAINS(verdict(TAINTS("{key: a}")), "spec.taints[0].effect: ");
	CHECK_CONTAINS(verdict(TAINTS("{effect: NoExecute}")), "spec.taints[0].key: ");
	CHECK_CONTAINS(verdict(TAINTS("{key: a, effect: Never}")),
		       "spec.taints[0].effect: Unsupported value: \"Never\"");
	CHECK_CONTAINS(verdict(TAINTS("{key: a b, effect: NoExecute}")),
		       "spec.taints[0].key: Invalid value: \"a b\"");
	CHECK_CONTAINS(verdict(TAINTS("{key: a, value: b c, effect: NoExecute}")),
		       "spec.taints[0].value: Invalid value: \"b c\"");
}

static void test_what_is_given_once_stays(void)
{
	CHECK_STR(verdict_of_change(NODE("spec: {}\n"),
				    NODE("spec: {podCIDR: 10.0.0.0/24, providerID: a}\n")),
		  "");
	CHECK_STR(verdict_of_change(NODE("spec: {unschedulable: true}\n"), NODE("spec: {}\n")), "");
	CHECK_CONTAINS(verdict_of_change(NODE("spec: {podCIDR: 10.0.0.0/24}\n"),
					 NODE("spec: {podCIDR: 10.0.1.0/24}\n")),
		       "spec.podCIDR: Forbidden: node updates may not change podCIDR");
	CHECK_CONTAINS(verdict_of_change(NODE("spec: {providerID: a}\n"), NODE("spec: {}\n")),
		       "spec.providerID: Forbidden: node updates may not change providerID");
}

static void test_what_it_has_may_be_taken(void)
{
	_cleanup_json_ json_t *all = decoded(NODE("status: {capacity: {cpu: '4', pods: '9'}}\n")),
			      *part = decoded(NODE(
				      "status: {capacity: {cpu: '4'}, allocatable: {cpu: '3'}}\n"));

	CHECK_STR(json_str(all, "status.allocatable.cpu"), "4");
	CHECK_STR(json_str(all, "status.allocatable.pods"), "9");
	CHECK_STR(json_str(part, "status.allocatable.cpu"), "3");
}

static const char *cell(const json_t *node, const char *name)
{
	static char text[128];
	const struct printer_column *c = kind_node.columns;
	_cleanup_json_ json_t *value = NULL;

	while (c->name && !streq(c->name, name))
		c++;
	value = c->name ? c->cell(node, 0) : NULL;
	snprintf(text, sizeof text, "%s", value ? json_string_value(value) : "(no column)");
	return text;
}

static void test_columns(void)
{
	_cleanup_json_ json_t *node =
		decoded(NODE("spec: {unschedulable: true}\n"
			     "status:\n"
			     "  conditions: [{type: Ready, status: 'True'}]\n"
			     "  addresses: [{type: InternalIP, address: 10.0.0.1}]\n"
			     "  nodeInfo: {osImage: Debian, kernelVersion: '6.1', "
			     "containerRuntimeVersion: 'podd://1',\n"
			     "             kubeletVersion: v1}\n"));
	static const char *const rows[][2] = {
		{ "Status", "Ready,SchedulingDisabled" },
		{ "Roles", "<none>" },
		{ "Version", "v1" },
		{ "Internal-IP", "10.0.0.1" },
		{ "External-IP", "<none>" },
		{ "OS-Image", "Debian" },
		{ "Kernel-Version", "6.1" },
		{ "Container-Runtime", "podd://1" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++)
		CHECK_STR(cell(node, rows[i][0]), rows[i][1]);
}

int main(void)
{
	TEST(test_taints);
	TEST(test_what_is_given_once_stays);
	TEST(test_what_it_has_may_be_taken);
	TEST(test_columns);
	return test_end();
}
