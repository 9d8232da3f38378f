#!/usr/bin/env bats
# kubectl port-forward: connections into a pod. 1.32 tunnels SPDY in WebSocket, 1.20 speaks it bare.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

prepare() {
	pod web 'mkdir -p /w && head -c 2000000 /dev/zero >/w/big && echo hello >/w/index.html && exec httpd -f -p 127.0.0.1:8080 -h /w'
	p exec web -- sh -c 'until wget -qO- http://127.0.0.1:8080/ >/dev/null; do :; done'
}

setup() {
	shared_namespace
}

teardown() {
	[ -z "${forwarder-}" ] || kill "$forwarder" 2>/dev/null || true
}

# forward PROGRAM TARGET PORT: sets $url, and $forwarder, whose words go into the file said.
forward() {
	"$1" -n shared port-forward "$2" ":$3" >"$BATS_TEST_TMPDIR/said" 2>&1 3>&- &
	forwarder=$!
	eventually grep -q '^Forwarding from 127' "$BATS_TEST_TMPDIR/said"
	url=http://127.0.0.1:$(sed -n 's/^Forwarding from 127.0.0.1:\([0-9]*\) .*/\1/p' "$BATS_TEST_TMPDIR/said")
}

@test "kubectl port-forward reaches a server that listens on the pod's loopback" {
	forward "$KUBECTL" pod/web 8080
	[ "$(curl -s --max-time 20 "$url/")" = hello ]
	[ "$(curl -s --max-time 20 "$url/")" = hello ]
}

@test "kubectl port-forward carries much, and several connections at once" {
	forward "$KUBECTL" pod/web 8080
	for i in 1 2 3; do
		curl -s --max-time 30 -o "$BATS_TEST_TMPDIR/big$i" "$url/big" 3>&- &
		pids+=($!)
	done
	wait "${pids[@]}"
	for i in 1 2 3; do
		[ "$(stat -c %s "$BATS_TEST_TMPDIR/big$i")" -eq 2000000 ]
	done
}

@test "kubectl port-forward to a port where nobody listens tells why" {
	forward "$KUBECTL" pod/web 81
	run ! curl -s --max-time 20 "$url/"
	eventually grep -q 'connection refused' "$BATS_TEST_TMPDIR/said"
}

@test "kubectl port-forward finds the pod of a Deployment" {
	deployment idle 1
	forward "$KUBECTL" deployment/idle 80
}

@test "kubectl port-forward of a pod that is not there" {
	run -1 k port-forward pod/none 8080
	[[ $output == *'pods "none" not found'* ]]
}

@test "kubectl 1.20 forwards, too" {
	forward "$KUBECTL_OLD" pod/web 8080
	[ "$(curl -s --max-time 20 "$url/")" = hello ]
	curl -s --max-time 30 -o "$BATS_TEST_TMPDIR/big" "$url/big"
	[ "$(stat -c %s "$BATS_TEST_TMPDIR/big")" -eq 2000000 ]
}
