#!/usr/bin/env bats
# kubectl top: what pods and nodes use, from metrics.k8s.io.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# measured POD: it was found in the metrics.
measured() {
	p top pod "$1" >/dev/null 2>&1
}

@test "kubectl top pod shows CPU and memory of pods" {
	pod web
	eventually measured web
	run -0 k top pod
	[[ ${lines[0]} =~ ^NAME\ +CPU\(cores\)\ +MEMORY\(bytes\) ]]
	[[ ${lines[1]} =~ ^web\ +[0-9]+m\ +[0-9]+Mi ]]
	run -0 old top pod web
	[[ ${lines[1]} =~ ^web\ +[0-9]+m\ +[0-9]+Mi ]]
}

@test "kubectl top pod of some labels, by container" {
	pod web
	pod other
	eventually measured web
	eventually measured other
	run -0 k top pod -l app=web --containers
	[[ ${lines[0]} =~ ^POD\ +NAME\ +CPU ]]
	[[ ${lines[1]} =~ ^web\ +main\  ]]
	[ "${#lines[@]}" = 2 ]
}

@test "kubectl top pod of a pod that is not there" {
	run -1 k top pod nope
	[[ $output == *"not found"* ]]
}

@test "kubectl top node shows shares of what the node has" {
	run -0 k top node
	[[ ${lines[0]} =~ ^NAME\ +CPU\(cores\)\ +CPU ]]
	[[ ${lines[1]} =~ [0-9]+m\ +[0-9]+%\ +[0-9]+Mi\ +[0-9]+% ]]
	run -0 old top node
	[[ ${lines[1]} =~ [0-9]+m\ +[0-9]+% ]]
}

@test "kubectl api-resources lists metrics" {
	run -0 k api-resources --api-group=metrics.k8s.io
	[[ $output == *"PodMetrics"* && $output == *"NodeMetrics"* ]]
}
