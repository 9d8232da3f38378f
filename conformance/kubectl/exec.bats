#!/usr/bin/env bats
# kubectl exec, cp, attach and run: into a container, and out of it. 1.32 speaks WebSocket, 1.20 SPDY.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

prepare() {
	pod a
}

setup() {
	shared_namespace
}

@test "kubectl exec gives output, errors and the exit status" {
	run -0 --separate-stderr k exec a -- sh -c 'echo out; echo err >&2'
	[ "$output" = out ]
	# shellcheck disable=SC2154 # run sets it
	[ "$stderr" = err ]
	run -7 k exec a -- sh -c 'exit 7'
	[[ $output == *"command terminated with exit code 7"* ]]
}

@test "kubectl exec -i gives stdin to its end" {
	run -0 k exec -i a -- wc -c < <(head -c 300000 /dev/zero)
	[ "$output" = 300000 ]
}

@test "kubectl exec brings much out, whole" {
	run -0 bash -c "timeout 60 '$KUBECTL' -n shared exec a -- head -c 3000000 /dev/zero | wc -c"
	[ "$output" = 3000000 ]
}

# terminal KUBECTL: what tty says in a terminal of ours. --foreground: a program in the background may not set the
# terminal, it is stopped; whether script's shell makes way for timeout depends on $SHELL.
terminal() {
	script -qec "timeout --foreground 60 $1 -n shared exec -it a -- tty" /dev/null
}

@test "kubectl exec -it has a terminal" {
	run -0 terminal "$KUBECTL"
	[[ $output == */dev/pts/* ]]
}

@test "kubectl exec chooses a container, and a pod by its controller" {
	run -1 k exec a -c none -- true
	[[ $output == *"container none is not valid for pod a"* || $output == *"container not found"* ]]
	deployment web 1
	run -0 k exec deployment/web -- hostname
	[[ $output == web-* ]]
}

@test "kubectl exec of no such program says so" {
	run ! k exec a -- /no/such/program
	[[ $output == *"no such file"* || $output == *"not found"* ]]
}

@test "kubectl cp takes a file in, and a directory out" {
	head -c 100000 /dev/urandom >"$BATS_TEST_TMPDIR/in"
	k exec a -- mkdir -p /tmp/d
	k cp "$BATS_TEST_TMPDIR/in" a:/tmp/d/in
	k cp a:/tmp/d "$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out/in"
}

@test "kubectl attach shows what a container says from now on, to its end" {
	p apply -f - >/dev/null <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: says}
		spec:
		  restartPolicy: Never
		  containers: [{name: a, image: $IMAGE, command: [sh, -c, "until [ -e /tmp/go ]; do echo tick; sleep 0.1; done; echo last"]}]
	EOF
	p wait pod/says --for=condition=Ready >/dev/null
	k attach says >"$BATS_TEST_TMPDIR/seen" 3>&- &
	local attached=$!
	eventually grep -qx tick "$BATS_TEST_TMPDIR/seen"
	p exec says -- touch /tmp/go
	wait "$attached"
	[ "$(tail -n 1 "$BATS_TEST_TMPDIR/seen")" = last ]
}

@test "kubectl run makes a pod" {
	run -0 k run one --image="$IMAGE" --labels=by=run --restart=Never -- echo hello
	[ "$output" = "pod/one created" ]
	p wait pod/one --for=jsonpath='{.status.phase}'=Succeeded >/dev/null
	[ "$(k logs -l by=run)" = hello ]
}

@test "kubectl 1.20 execs and copies by SPDY" {
	run -0 old exec a -- echo out
	[ "$output" = out ]
	run -0 old exec -i a -- wc -c < <(head -c 300000 /dev/zero)
	[ "$output" = 300000 ]
	run -7 old exec a -- sh -c 'exit 7'
	echo text >"$BATS_TEST_TMPDIR/old"
	old cp "$BATS_TEST_TMPDIR/old" a:/tmp/old
	[ "$(k exec a -- cat /tmp/old)" = text ]
}

@test "kubectl 1.20 has a terminal by SPDY" {
	run -0 terminal "$KUBECTL_OLD"
	[[ $output == */dev/pts/* ]]
}
