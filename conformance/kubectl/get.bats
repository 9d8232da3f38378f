#!/usr/bin/env bats
# kubectl get: every way of output and of choosing. All tests look at the same objects.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

prepare() {
	pod a
	deployment web 1
	configmap first 1
	configmap second 2
}

setup() {
	shared_namespace
}

@test "kubectl get shows the columns of pods" {
	run -0 k get pods a
	[[ ${lines[0]} =~ ^NAME\ +READY\ +STATUS\ +RESTARTS\ +AGE$ ]]
	[[ ${lines[1]} =~ ^a\ +1/1\ +Running\ +0\ +[0-9]+[sm] ]]
}

@test "kubectl get -o wide adds address and node" {
	run -0 k get pods a -o wide
	[[ ${lines[0]} =~ ^NAME\ .*\ IP\ +NODE\ +NOMINATED\ NODE\ +READINESS\ GATES$ ]]
	[[ ${lines[1]} =~ \ 10\.[0-9.]+\ +[^\ ]+\ +\<none\>\ +\<none\>$ ]]
}

@test "kubectl get nodes shows the node as Ready" {
	run -0 k get nodes --no-headers
	[[ $output == *" Ready "* ]]
}

@test "kubectl get of nothing says so, and of an unknown name and kind, too" {
	run -0 k get jobs
	[ "$output" = "No resources found in shared namespace." ]
	run -1 k get pod none
	[ "$output" = 'Error from server (NotFound): pods "none" not found' ]
	run -1 k get unicorns
	[[ $output == *"the server doesn't have a resource type \"unicorns\""* ]]
}

@test "kubectl get prints an object as YAML and as JSON" {
	run -0 k get pod a -o yaml
	[[ $output == *"kind: Pod"* && $output == *"restartPolicy: Always"* ]]
	k get pod a -o json | jq -e '.kind == "Pod" and .status.phase == "Running"'
}

@test "kubectl get prints names, paths, columns and templates" {
	run -0 k get pod a -o name
	[ "$output" = pod/a ]
	run -0 k get pods -o jsonpath='{range .items[*]}{.spec.containers[0].image}{"\n"}{end}'
	[ "${lines[0]}" = "$IMAGE" ]
	run -0 k get configmaps -o custom-columns=N:.metadata.name,V:.data.key
	[[ ${lines[1]} =~ ^first\ +1$ ]]
	run -0 k get configmaps -o go-template='{{range .items}}{{.data.key}},{{end}}'
	[ "$output" = 1,2, ]
}

@test "kubectl get chooses by labels and by fields" {
	run -0 k get pods -l app=a -o name
	[ "$output" = pod/a ]
	run -0 k get pods -l 'app in (web),app!=a' -o name
	[[ $output == pod/web-* && ${#lines[@]} -eq 1 ]]
	run -0 k get pods --field-selector metadata.name=a,status.phase=Running -o name
	[ "$output" = pod/a ]
	run -0 k get pods --field-selector status.phase!=Running
	[[ $output == "No resources found"* ]]
}

@test "kubectl get shows labels" {
	run -0 k get pod a --show-labels
	[[ ${lines[1]} == *" app=a" ]]
	run -0 k get pod a -L app
	[[ ${lines[0]} == *" APP" && ${lines[1]} == *" a" ]]
}

@test "kubectl get sorts by a path" {
	run -0 k get configmaps --sort-by='{.data.key}' -o name
	[ "$output" = $'configmap/first\nconfigmap/second' ]
	configmap first 3
	run -0 k get configmaps --sort-by='{.data.key}' -o name
	[ "$output" = $'configmap/second\nconfigmap/first' ]
	configmap first 1
}

@test "kubectl get -A shows every namespace" {
	run -0 kubectl get pods -A
	[[ ${lines[0]} =~ ^NAMESPACE\ +NAME ]]
	[[ $output =~ shared\ +a\ +1/1 ]]
}

@test "kubectl get of several kinds, and of all" {
	run -0 k get pod/a configmap/first -o name
	[ "$output" = $'pod/a\nconfigmap/first' ]
	run -0 k get all -o name
	[[ $output == *pod/a* && $output == *deployment.apps/web* && $output == *replicaset.apps/web-* ]]
}

@test "kubectl get --chunk-size takes a list in pages" {
	run -0 k get configmaps --chunk-size=1 -o name
	[ "$output" = $'configmap/first\nconfigmap/second' ]
	run -0 k get configmaps --chunk-size=1 -v 6
	[ "$(grep -c 'continue=' <<<"$output")" -eq 1 ]
}

# API-028
@test "The pages of a list are all of the state that the first one showed" {
	local all=/api/v1/namespaces/shared/configmaps token
	token=$(kubectl get --raw "$all?limit=1" | jq -r '.metadata.continue | @uri')
	configmap later
	p delete configmap second >/dev/null
	run -0 jq -r '.items[].metadata.name' < <(kubectl get --raw "$all?continue=$token")
	configmap second 2
	p delete configmap later
	[ "$output" = second ]
}

@test "kubectl get -w shows what comes" {
	k get configmaps -w --no-headers -o name >"$BATS_TEST_TMPDIR/seen" 3>&- &
	local watch=$!
	eventually grep -q second "$BATS_TEST_TMPDIR/seen"
	configmap third
	eventually grep -q third "$BATS_TEST_TMPDIR/seen"
	kill "$watch"
	p delete configmap third
}

@test "kubectl get --raw reaches any path" {
	run -0 kubectl get --raw /healthz
	[ "$output" = ok ]
	kubectl get --raw /api/v1/namespaces/shared/pods/a | jq -e '.metadata.name == "a"'
}

@test "A wrong token is turned away" {
	run -1 k --token=wrong get pods
	[[ $output == *"nauthorized"* || $output == *"must be logged in"* ]]
}

@test "kubectl 1.20 gets, too" {
	run -0 old get pods a
	[[ ${lines[1]} =~ ^a\ +1/1\ +Running\ +0\  ]]
	run -0 old get deployment web -o jsonpath='{.status.replicas}'
	[ "$output" = 1 ]
}
