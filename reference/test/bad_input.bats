#!/usr/bin/env bats
# What podd and podctl say to input that is wrong: a clear error that names the place, and nothing is lost or left.
# One podd serves the file; each test leaves it as it found it.

setup_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	# shellcheck source=ci/podd.bash
	. ci/podd.bash
	podd_start --clock-rate 20 3>&-
	export podd_root podd_socket podd_pid podd_cat
}

teardown_file() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	. ci/podd.bash
	podd_root=$(dirname "$podd_socket")
	kill -TERM "$podd_pid"
	while [ -d "/proc/$podd_pid" ]; do read -r -t 0.05 <> <(:) || true; done
	out/bin/podd --cleanup --root "$podd_root"
	rm -rf "$podd_root" "$podd_root.log"
}

setup() {
	cd "$BATS_TEST_DIRNAME/../.." || return
	file=$BATS_TEST_TMPDIR/in.yaml
}

podctl() {
	out/bin/podctl --socket "$podd_socket" "$@"
}

# pod NAME SPEC-LINES...: a manifest with one container whose fields are given.
pod() {
	printf 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: %s\nspec:\n  containers:\n  - name: c\n' "$1" >"$file"
	shift
	printf '    %s\n' "$@" >>"$file"
}

# eventually COMMAND...: within ten seconds.
eventually() {
	local end=$((SECONDS + 10))
	until "$@"; do
		[ $SECONDS -lt $end ] || return 1
		read -r -t 0.1 <> <(:) || true
	done
}

# waiting NAME REASON: the container waits for this reason.
waiting() {
	[ "$(podctl get pod "$1" -o json | jq -r '.status.containerStatuses[0].state.waiting.reason')" = "$2" ]
}

@test "broken YAML is refused with its line" {
	printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: a\nspec: 1\n' >"$file"
	run podctl create -f "$file"
	[ "$status" -eq 1 ]
	[[ $output == *"in.yaml"*:[0-9]* ]]
}

@test "a duplicate key is refused with its place" {
	printf 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  nodeName: x\n  nodeName: y\n' >"$file"
	run podctl create -f "$file"
	[ "$status" -eq 1 ]
	[[ $output == *nodeName* ]]
}

@test "a manifest of 5 MB is refused by its size, and podd goes on" {
	{
		printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: big}\ndata:\n  k: '
		head -c 5000000 /dev/zero | tr '\0' x
	} >"$file"
	run podctl create -f "$file"
	[ "$status" -eq 1 ]
	[[ $output == *"too large"* || $output == *"Too long"* ]]
	run podctl get configmap big
	[ "$status" -eq 1 ]
	podctl get namespaces
}

@test "an unknown field is refused by its path" {
	pod a 'image: localhost/podtest/guest:v1' 'imag: x'
	run podctl create -f "$file"
	[ "$status" -eq 1 ]
	[[ $output == *'unknown field "spec.containers[0].imag"'* ]]
}

@test "a wrong type is refused by its path" {
	pod a 'image: localhost/podtest/guest:v1' 'ports: [{containerPort: eighty}]'
	run podctl create -f "$file"
	[ "$status" -eq 1 ]
	[[ $output == *containerPort* ]]
}

@test "a name out of grammar is refused with the rule" {
	pod Bad_Name 'image: localhost/podtest/guest:v1'
	run podctl create -f "$file"
	[ "$status" -eq 1 ]
	[[ $output == *metadata.name*"lowercase RFC 1123"* ]]
}

@test "a kind that does not exist is named" {
	printf 'apiVersion: v99\nkind: Pood\nmetadata: {name: a}\n' >"$file"
	run podctl create -f "$file"
	[ "$status" -eq 1 ]
	[[ $output == *Pood* && $output == *v99* ]]
}

@test "a missing image is shown in the pod's status" {
	pod absent 'image: localhost/podtest/nowhere:v1' 'imagePullPolicy: Never'
	podctl create -f "$file"
	eventually waiting absent ErrImageNeverPull
	podctl delete pod absent --grace-period=1
}

@test "a program that does not exist is shown with its name" {
	pod nope 'image: localhost/podtest/guest:v1' 'command: [/no-such-program]'
	podctl create -f "$file"
	shown() {
		podctl get pod nope -o json | jq -e '.status.containerStatuses[0]|[.state,.lastState]|tostring|contains("/no-such-program")' >/dev/null
	}
	eventually shown
	podctl delete pod nope --grace-period=1
}

@test "a host port taken twice keeps the second pod Pending with the reason" {
	pod first 'image: localhost/podtest/guest:v1' 'args: [run]' 'ports: [{containerPort: 80, hostPort: 28090}]'
	podctl create -f "$file"
	pod second 'image: localhost/podtest/guest:v1' 'args: [run]' 'ports: [{containerPort: 80, hostPort: 28090}]'
	podctl create -f "$file"
	told() {
		podctl describe pod second | grep -q 'free ports for the requested pod ports'
	}
	eventually told
	podctl delete pod first second --grace-period=1
}

@test "a second podd on the same root is refused and names the first" {
	run out/bin/podd --root "$podd_root"
	[ "$status" -eq 1 ]
	[[ $output == *"$podd_pid"* ]]
	podctl get namespaces
}

@test "an unknown option and an unknown subcommand get a hint" {
	run out/bin/podd --no-such-option
	[ "$status" -ne 0 ]
	[[ $output == *no-such-option* ]]
	run out/bin/podctl frobnicate
	[ "$status" -eq 1 ]
	[[ $output == *frobnicate* ]]
}

@test "garbage on the socket is answered, and podd goes on" {
	head -c 100000 /dev/urandom | timeout 5 nc -U -N "$podd_socket" >/dev/null || true
	printf 'GET / HTTP/1.1\r\nContent-Length: nonsense\r\n\r\n' | timeout 5 nc -U -N "$podd_socket" >/dev/null || true
	podctl get namespaces
}

@test "a body that is no object is a bad request" {
	run curl -s -o /dev/null -w '%{http_code}' --unix-socket "$podd_socket" -H 'Content-Type: application/json' \
		-d '[1,2' http://x/api/v1/namespaces/default/pods
	[ "$output" = 400 ]
}

@test "an image archive that is none is refused and leaves nothing" {
	echo "not an archive" >"$BATS_TEST_TMPDIR/bad.tar"
	before=$(podctl image list)
	run podctl image import "$BATS_TEST_TMPDIR/bad.tar"
	[ "$status" -eq 1 ]
	[[ $output == *bad.tar* ]]
	[ "$(podctl image list)" = "$before" ]
}
