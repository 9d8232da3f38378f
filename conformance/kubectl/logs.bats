#!/usr/bin/env bats
# kubectl logs: what containers wrote, now, before and from now on.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

prepare() {
	pod lines "echo one; echo two; echo three; $(said)"
	p apply -f - >/dev/null <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: both, labels: {app: both}}
		spec:
		  terminationGracePeriodSeconds: 1
		  containers:
		  - {name: left, image: $IMAGE, command: [sh, -c, "echo from the left; sleep 1000"]}
		  - {name: right, image: $IMAGE, command: [sh, -c, "echo from the right; sleep 1000"]}
	EOF
	p wait pod/both --for=condition=Ready >/dev/null
}

# said: what keeps a pod there, without quotes of its own.
said() {
	echo 'sleep 1000'
}

setup() {
	shared_namespace
}

@test "kubectl logs prints everything, or the last lines, or so many bytes" {
	run -0 k logs lines
	[ "$output" = $'one\ntwo\nthree' ]
	run -0 k logs lines --tail=1
	[ "$output" = three ]
	run -0 k logs lines --limit-bytes=4
	[ "$output" = one ]
}

log_is() {
	cmp -s <(k logs "$1") <(printf '%s' "$2")
}

@test "kubectl logs ends as the output ended, with a newline or without" {
	pod open 'echo one; printf two; exec >&-; sleep 1000'
	eventually log_is open $'one\ntwo'
	log_is lines $'one\ntwo\nthree\n'
}

@test "kubectl logs --since and --since-time, with --timestamps" {
	run -0 k logs lines --since=1h
	[ "${#lines[@]}" -eq 3 ]
	run -0 k logs lines --since-time=2100-01-01T00:00:00Z
	[ -z "$output" ]
	run -0 k logs lines --timestamps --tail=1
	[[ $output =~ ^20[0-9-]+T[0-9:.]+Z\ three$ ]]
}

@test "kubectl logs -f follows to the end of the container" {
	p apply -f - >/dev/null <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: ends}
		spec:
		  restartPolicy: Never
		  containers: [{name: a, image: $IMAGE, command: [sh, -c, "echo one; sleep 1; echo two"]}]
	EOF
	p wait pod/ends --for=jsonpath='{.status.phase}'=Running >/dev/null
	run -0 k logs -f ends
	[ "$output" = $'one\ntwo' ]
}

@test "kubectl logs --previous prints the instance before" {
	p apply -f - >/dev/null <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: again}
		spec:
		  terminationGracePeriodSeconds: 1
		  volumes: [{name: v, emptyDir: {}}]
		  containers:
		  - name: a
		    image: $IMAGE
		    command: [sh, -c, "echo life; [ -e /v/x ] && exec sleep 1000; touch /v/x; exit 3"]
		    volumeMounts: [{name: v, mountPath: /v}]
	EOF
	p wait pod/again --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1 >/dev/null
	p wait pod/again --for=condition=Ready >/dev/null
	run -0 k logs --previous again
	[ "$output" = life ]
}

@test "kubectl logs of one of several containers, and of all" {
	run -0 k logs both -c right
	[ "$output" = "from the right" ]
	run -0 k logs both --all-containers --prefix
	[ "$(sort <<<"$output")" = $'[pod/both/left] from the left\n[pod/both/right] from the right' ]
	run -1 k logs both -c none
	[[ $output == *"container none is not valid for pod both"* ]]
}

@test "kubectl logs of what a selector finds, and of a controller" {
	run -0 k logs -l app=both --all-containers
	[[ $output == *"from the left"* && $output == *"from the right"* ]]
	deployment web 1
	run -0 k logs deployment/web
	[ -z "$output" ]
}

@test "kubectl logs of a pod that has not started says why" {
	p apply -f - >/dev/null <<<'{apiVersion: v1, kind: Pod, metadata: {name: waits}, spec: {containers: [{name: a, image: "localhost/none:v1"}]}}'
	run -1 k logs waits
	[[ $output == *'container "a" in pod "waits" is waiting to start'* ]]
}

@test "kubectl 1.20 prints and follows logs, too" {
	run -0 old logs lines --tail=2
	[ "$output" = $'two\nthree' ]
}
