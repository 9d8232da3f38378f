#!/usr/bin/env bats
# kubectl delete: one, many and everything, and what goes along.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

@test "kubectl delete waits until the pod is gone" {
	pod a
	run -0 k delete pod a
	[[ $output == 'pod "a" deleted'* ]]
	run -1 p get pod a
}

@test "kubectl delete --wait=false returns at once" {
	pod a 'trap "" TERM; while :; do sleep 1; done'
	run -0 k delete pod a --wait=false --grace-period=20
	[ -n "$(path pod/a '{.metadata.deletionTimestamp}')" ]
}

@test "kubectl delete --now gives a second" {
	pod a 'trap "" TERM; while :; do sleep 1; done'
	run -0 k delete pod a --now --timeout=20s
	run -1 p get pod a
}

@test "kubectl delete --force --grace-period=0 does not wait for the node" {
	pod a 'trap "" TERM; while :; do sleep 1; done'
	run -0 k delete pod a --force --grace-period=0 --timeout=20s
	[[ $output == *"Immediate deletion does not wait for confirmation"* ]]
	run -1 p get pod a
}

@test "kubectl delete by label, of several, of all, and from a file" {
	for name in a b c d e; do configmap $name; done
	k label configmap a b group=one
	run -0 k delete configmap -l group=one
	[ "${#lines[@]}" -eq 2 ]
	k delete configmap/c
	run -0 k delete -f - < <(doc '{apiVersion: v1, kind: ConfigMap, metadata: {name: d}}')
	k delete configmap --all
	[ -z "$(p get configmaps -o name)" ]
}

@test "kubectl delete of what is not there is a fault, unless it may be" {
	run -1 k delete configmap none
	[[ $output == *"(NotFound)"* ]]
	run -0 k delete configmap none --ignore-not-found
	[ -z "$output" ]
}

@test "kubectl delete takes along what it owns, in the background by default" {
	deployment web 1
	k delete deployment web
	p wait pod -l app=web --for=delete || [ -z "$(p get pods -o name)" ]
	[ -z "$(p get replicasets,pods -o name)" ]
}

@test "kubectl delete --cascade=foreground ends when all that it owned has gone" {
	deployment web 1
	k delete deployment web --cascade=foreground --timeout=30s
	[ -z "$(p get replicasets,pods -o name)" ]
}

@test "kubectl delete --cascade=orphan leaves the ReplicaSet, which a new Deployment finds" {
	deployment web 1
	before=$(p get replicasets -o name)
	k delete deployment web --cascade=orphan
	run -1 p get deployment web
	deployment web 1
	[ "$(p get replicasets -o name)" = "$before" ]
}

@test "kubectl delete --dry-run=server deletes nothing" {
	configmap c
	run -0 k delete configmap c --dry-run=server
	[ "$output" = 'configmap "c" deleted (server dry run)' ]
	p get configmap c
}

@test "kubectl delete of a namespace takes everything in it along" {
	pod a
	run -0 kubectl delete namespace "$ns" --timeout=30s
	run -1 p get namespace "$ns"
}

@test "kubectl 1.20 deletes, too" {
	pod a
	run -0 old delete pod a --timeout=30s
	[ "$output" = 'pod "a" deleted' ]
}
