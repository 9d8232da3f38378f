#!/usr/bin/env bats
# kubectl and a StatefulSet: its claims, scaled, rolled out and back.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# statefulset: web, rolled out.
statefulset() {
	web_with_storage | k create -f -
	run -0 k rollout status statefulset/web --timeout=30s
}

@test "kubectl get statefulsets, pvc and pv show what there is" {
	statefulset
	run -0 k get statefulsets
	[[ ${lines[0]} =~ ^NAME\ +READY\ +AGE ]]
	[[ ${lines[1]} =~ ^web\ +1/1\  ]]
	run -0 k get pvc
	[[ ${lines[1]} =~ ^data-web-0\ +Bound\ +$ns\ +1Mi\ +RWO\ +$ns\  ]]
	run -0 k get pv "$ns"
	[[ ${lines[1]} =~ ^$ns\ +1Mi\ +RWO\ +Retain\ +Bound\ +$ns/data-web-0\ +$ns\  ]]
}

@test "kubectl scale takes the pod away, and its claim stays" {
	statefulset
	k scale statefulset/web --replicas=0
	k wait --for=delete pod/web-0 --timeout=30s
	run -0 k get pvc data-web-0 -o jsonpath='{.status.phase}'
	[ "$output" = Bound ]
}

@test "kubectl rollout restart and undo replace the pod under its name" {
	statefulset
	before=$(path pod/web-0 '{.metadata.uid}')
	k rollout restart statefulset/web
	run -0 k rollout status statefulset/web --timeout=30s
	[[ $output == *"roll out complete: 1 new pods have been updated"* ]]
	[ "$(path pod/web-0 '{.metadata.uid}')" != "$before" ]
	run -0 k rollout history statefulset/web
	[[ $output == *$'\n2 '* ]]
	run -0 k rollout undo statefulset/web
	[[ $output == *"rolled back"* ]]
}

@test "kubectl describe tells of a StatefulSet and of a claim" {
	statefulset
	run -0 k describe statefulset web
	[[ $output == *"Create Pod web-0 in StatefulSet web successful"* ]]
	run -0 k describe pvc data-web-0
	[[ $output == *"Used By:"*"web-0"* ]]
}
