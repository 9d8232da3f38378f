#!/usr/bin/env bats
# kubectl events, and get events: what happened.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

prepare() {
	pod a
	pod b
}

setup() {
	shared_namespace
}

@test "kubectl events lists what happened" {
	run -0 k events
	[[ ${lines[0]} =~ ^LAST\ SEEN\ +TYPE\ +REASON\ +OBJECT\ +MESSAGE$ ]]
	[[ $output =~ Normal\ +Scheduled\ +Pod/a\ +Successfully\ assigned ]]
	[[ $output =~ Normal\ +Started\ +Pod/a ]]
}

@test "kubectl events --for chooses an object, --types a type" {
	run -0 k events --for pod/a
	[[ $output == *Pod/a* && $output != *Pod/b* ]]
	run -0 k events --types=Warning
	[ "$output" = "No events found in shared namespace." ]
}

@test "kubectl events --watch shows what comes" {
	k events --watch >"$BATS_TEST_TMPDIR/seen" 3>&- &
	local watch=$!
	eventually grep -q Pod/b "$BATS_TEST_TMPDIR/seen"
	pod c
	eventually grep -q Pod/c "$BATS_TEST_TMPDIR/seen"
	kill "$watch"
}

@test "kubectl get events chooses by field" {
	run -0 k get events --field-selector involvedObject.name=a,reason=Started --no-headers
	[ "${#lines[@]}" -eq 1 ]
	[[ $output == *Normal*Started*pod/a* ]]
}

@test "kubectl 1.20 gets events, too" {
	run -0 old get events --sort-by=.metadata.creationTimestamp
	[[ $output == *Scheduled*pod/a* ]]
}
