#!/usr/bin/env bats
# kubectl and StatefulSets: shown, scaled, rolled out and back, deleted.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# stateful REPLICAS: StatefulSet db, its pods there.
stateful() {
	p apply -f - >/dev/null <<-EOF
		apiVersion: apps/v1
		kind: StatefulSet
		metadata: {name: db}
		spec:
		  replicas: $1
		  serviceName: db
		$(template db)
	EOF
	k rollout status statefulset/db >/dev/null
}

names() {
	p get pods -l app=db --field-selector status.phase=Running -o name
}

@test "kubectl get and describe show a StatefulSet" {
	stateful 1
	run -0 k get statefulset db
	[[ ${lines[0]} =~ ^NAME\ +READY\ +AGE$ ]]
	[[ ${lines[1]} =~ ^db\ +1/1\  ]]
	run -0 k describe statefulset db
	[[ $output == *"1 desired | 1 total"* ]]
	[[ $output =~ SuccessfulCreate.*db-0 ]]
}

@test "kubectl scale adds and takes away the highest ordinal" {
	stateful 1
	k scale statefulset db --replicas=2
	k rollout status statefulset/db
	[ "$(names)" = $'pod/db-0\npod/db-1' ]
	k scale statefulset db --replicas=1
	p wait pod/db-1 --for=delete
	[ "$(names)" = pod/db-0 ]
}

@test "kubectl rollout status, history and undo of a StatefulSet" {
	stateful 1
	k set env statefulset/db A=b
	run -0 k rollout status statefulset/db
	[[ $output == *"partitioned roll out complete"* || $output == *"rolling update complete"* ]]
	run -0 k rollout history statefulset/db --revision=2
	[[ $output == *"A:"*b* ]]
	k rollout undo statefulset/db
	k rollout status statefulset/db
	[ -z "$(path pod/db-0 '{.spec.containers[0].env}')" ]
}

@test "kubectl rollout restart makes the same pod anew" {
	stateful 1
	before=$(path pod/db-0 '{.metadata.uid}')
	k rollout restart statefulset/db
	k rollout status statefulset/db
	[ "$(path pod/db-0 '{.metadata.uid}')" != "$before" ]
}

@test "kubectl delete --cascade=orphan leaves the pods, which a new StatefulSet finds" {
	stateful 1
	before=$(path pod/db-0 '{.metadata.uid}')
	k delete statefulset db --cascade=orphan
	run -1 p get statefulset db
	stateful 1
	[ "$(path pod/db-0 '{.metadata.uid}')" = "$before" ]
}
