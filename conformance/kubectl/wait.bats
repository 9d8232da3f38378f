#!/usr/bin/env bats
# kubectl wait: for conditions, fields, and the end.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

@test "kubectl wait sees a condition become true" {
	p apply -f - >/dev/null <<<"{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {terminationGracePeriodSeconds: 1, containers: [{name: a, image: '$IMAGE', command: [sleep, '1000']}]}}"
	run -0 k wait pod/a --for=condition=Ready --timeout=30s
	[ "$output" = "pod/a condition met" ]
}

@test "kubectl wait sees a condition be false" {
	pod a
	k patch pod a --subresource=status -p '{"status":{"conditions":[{"type":"podtest/x","status":"False"}]}}'
	run -0 k wait pod/a --for=condition=podtest/x=false --timeout=10s
	[ "$output" = "pod/a condition met" ]
}

@test "kubectl wait sees a field become what it should" {
	deployment web 0
	k wait deployment/web --for=jsonpath='{.status.readyReplicas}'=1 --timeout=30s >"$BATS_TEST_TMPDIR/out" 3>&- &
	p scale deployment/web --replicas=1
	wait $!
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = "deployment.apps/web condition met" ]
}

@test "kubectl wait --for=delete returns when all are gone" {
	pod a 'trap "" TERM; while :; do sleep 1; done'
	p delete pod a --grace-period=3 --wait=false
	run -0 k wait pod -l app=a --for=delete --timeout=30s
	[ "$output" = "pod/a condition met" ]
	run -1 p get pod a
}

@test "kubectl wait --for=create waits for what is not there yet" {
	k wait configmap/late --for=create --timeout=30s >"$BATS_TEST_TMPDIR/out" 3>&- &
	configmap late
	wait $!
	[ "$(cat "$BATS_TEST_TMPDIR/out")" = "configmap/late condition met" ]
}

@test "kubectl wait gives up when its time is over" {
	pod a
	run -1 k wait pod/a --for=condition=Never --timeout=1s
	[[ $output == *"timed out waiting for the condition on pods/a"* ]]
}

@test "kubectl wait of nothing is a fault" {
	run -1 k wait pod/none --for=condition=Ready --timeout=1s
	[[ $output == *'pods "none" not found'* ]]
	run -1 k wait pod -l app=none --for=condition=Ready --timeout=1s
	[[ $output == *"no matching resources found"* ]]
}

@test "kubectl 1.20 waits, too" {
	pod a
	run -0 old wait pod/a --for=condition=Ready --timeout=30s
	[ "$output" = "pod/a condition met" ]
}
