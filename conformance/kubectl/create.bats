#!/usr/bin/env bats
# kubectl create: objects from files and from flags; those of flags come as protobuf.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

@test "kubectl create makes a pod, and refuses it a second time" {
	local pod="{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: a, image: x}]}}"
	run -0 k create -f - < <(doc "$pod")
	[ "$output" = "pod/a created" ]
	run -1 k create -f - < <(doc "$pod")
	[[ $output == *"(AlreadyExists)"*'pods "a" already exists' ]]
}

@test "kubectl create of a wrong pod names the field" {
	run -1 k create -f - < <(doc '{apiVersion: v1, kind: Pod, metadata: {name: a}, spec: {containers: [{name: UPPER, image: x}]}}')
	[[ $output == 'The Pod "a" is invalid: spec.containers[0].name: Invalid value: "UPPER"'* ]]
}

@test "kubectl create fills generateName" {
	run -0 k create -f - < <(doc '{apiVersion: v1, kind: ConfigMap, metadata: {generateName: c-}}')
	[[ $output =~ ^configmap/c-[a-z0-9]{5}\ created$ ]]
}

@test "kubectl create namespace" {
	run -0 kubectl create namespace "$ns-more"
	[ "$output" = "namespace/$ns-more created" ]
	[ "$(p get namespace "$ns-more" -o jsonpath='{.status.phase}')" = Active ]
}

@test "kubectl create configmap from words and from a file" {
	printf 'text\n' >"$BATS_TEST_TMPDIR/file"
	run -0 k create configmap c --from-literal=a=1 --from-file="$BATS_TEST_TMPDIR/file"
	[ "$output" = "configmap/c created" ]
	[ "$(path configmap/c '{.data}')" = '{"a":"1","file":"text\n"}' ]
}

@test "kubectl create secret generic" {
	run -0 k create secret generic s --from-literal=password=geheim
	[ "$output" = "secret/s created" ]
	[ "$(path secret/s '{.type} {.data.password}')" = "Opaque Z2VoZWlt" ]
}

@test "kubectl create deployment runs so many pods" {
	run -0 k create deployment web --image="$IMAGE" --replicas=2 -- sleep 1000
	[ "$output" = "deployment.apps/web created" ]
	p rollout status deployment/web
	[ "$(path deployment/web '{.status.readyReplicas} {.spec.template.spec.containers[0].command}')" = '2 ["sleep","1000"]' ]
}

@test "kubectl create job runs to its end" {
	run -0 k create job j --image="$IMAGE" -- true
	[ "$output" = "job.batch/j created" ]
	p wait job/j --for=condition=Complete
}

@test "kubectl create cronjob, and a job from it" {
	run -0 k create cronjob c --image="$IMAGE" --schedule="0 0 1 1 *" -- sh -c 'exit 0'
	[ "$output" = "cronjob.batch/c created" ]
	run -0 k create job now --from=cronjob/c
	[ "$output" = "job.batch/now created" ]
	p wait job/now --for=condition=Complete
	[ "$(path job/now '{.metadata.ownerReferences[0].name}')" = c ]
}

@test "kubectl create --dry-run=client prints the object; --dry-run=server asks, and stores nothing" {
	run -0 k create configmap c --from-literal=a=1 --dry-run=client -o yaml
	[[ $output == *"kind: ConfigMap"* ]]
	run -0 k create configmap c --from-literal=a=1 --dry-run=server -o jsonpath='{.metadata.uid}'
	[ "${#output}" -eq 36 ]
	run -1 p get configmap c
}

@test "kubectl 1.20 creates, too" {
	run -0 old create configmap c --from-literal=a=1
	[ "$output" = "configmap/c created" ]
	run -0 old create deployment web --image="$IMAGE"
	[ "$output" = "deployment.apps/web created" ]
}
