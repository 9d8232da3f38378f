#!/usr/bin/env bats
# podctl: the words, outputs and exit codes of podctl, against a podd of this file's own.

# shellcheck source=conformance/lib/podctl.bash
. "$BATS_TEST_DIRNAME/lib/podctl.bash"

bats_require_minimum_version 1.5.0

# manifest NAME SCRIPT [LABEL]: a pod that runs a shell script.
manifest() {
	cat <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: $1, labels: {app: ${3:-$1}}}
		spec:
		  terminationGracePeriodSeconds: 1
		  containers:
		  - name: main
		    image: $IMAGE
		    command: [sh, -c, '$2']
	EOF
}

pod() {
	manifest "$@" | p create -f -
	p wait "pod/$1" --for=condition=Ready --timeout=30s
}

@test "apply says created, unchanged and configured" {
	run -0 p apply -f - < <(manifest a 'sleep 1000')
	[ "$output" = "pod/a created" ]
	run -0 p apply -f - < <(manifest a 'sleep 1000')
	[ "$output" = "pod/a unchanged" ]
	run -0 p apply -f - < <(manifest a 'sleep 1000' other)
	[ "$output" = "pod/a configured" ]
	run -0 p get pod a -o jsonpath='{.metadata.labels.app}'
	[ "$output" = other ]
}

@test "apply takes out again what the file no longer says" {
	manifest a 'sleep 1000' | p apply -f -
	manifest a 'sleep 1000' | sed 's/{app: a}/{role: b}/' | p apply -f -
	run -0 p get pod a -o jsonpath='{.metadata.labels}'
	[ "$output" = '{"role":"b"}' ]
}

@test "get shows the columns of kubectl" {
	pod a 'sleep 1000'
	run -0 p get pods
	[ "${lines[0]}" = "NAME   READY   STATUS    RESTARTS   AGE" ]
	[[ ${lines[1]} == "a      1/1     Running   0 "* ]]
	run -0 p get pods -o wide
	[[ ${lines[0]} == *"IP "*"NODE "*"NOMINATED NODE   READINESS GATES" ]]
	run -0 p get pods -A -l app=a -o name
	[[ $'\n'$output$'\n' == *$'\npod/a\n'* ]]
}

@test "get of nothing and of the absent use kubectl's words" {
	run -0 p get pods
	[ "$output" = "No resources found in $ns namespace." ]
	run -1 p get pod nope
	[ "$output" = 'Error from server (NotFound): pods "nope" not found' ]
	run -1 p get frobs
	[ "$output" = "error: the server doesn't have a resource type \"frobs\"" ]
}

@test "get -w prints every change under one header" {
	exec {out}< <(p get pods -w --no-headers 3>&-)
	pod a 'sleep 1000'
	while read -r -t 20 -u "$out" name ready _; do
		[ "$name $ready" = "a 1/1" ] && return
	done
	false
}

@test "exec hands through input, output and exit code" {
	pod a 'sleep 1000'
	run -0 p exec -i a -- tr a-z A-Z <<<"text"
	[ "$output" = TEXT ]
	run -7 p exec a -- sh -c 'echo err >&2; exit 7'
	[ "${lines[0]}" = err ]
	[ "${lines[1]}" = "command terminated with exit code 7" ]
	seq 1 100000 >"$BATS_TEST_TMPDIR/in"
	p exec -i a -- cat <"$BATS_TEST_TMPDIR/in" >"$BATS_TEST_TMPDIR/out"
	cmp "$BATS_TEST_TMPDIR/in" "$BATS_TEST_TMPDIR/out"
}

@test "exec of a missing program and in a missing container fails" {
	pod a 'sleep 1000'
	run ! p exec a -- /no/such/program
	[[ $output == *"/no/such/program"* ]]
	run -1 p exec a -c nope -- true
	[ "$output" = "error: container nope not found in pod a" ]
}

@test "logs prints, cuts and follows" {
	pod a 'echo one; echo two; sleep 1; echo three; sleep 1000'
	run -0 p logs a --tail=1 --limit-bytes=3
	[ "${#output}" -eq 3 ]
	exec {out}< <(p logs -f a 3>&-)
	for want in one two three; do
		read -r -t 20 -u "$out" line
		[ "$line" = "$want" ]
	done
	run -0 p logs a --timestamps --tail=1
	[[ $output =~ ^20[0-9-]+T[0-9:.]+Z\ three$ ]]
}

@test "delete waits, and says what it did" {
	pod a 'trap "exit 0" TERM; while :; do sleep 0.1; done'
	run -0 p delete pod a
	[ "$output" = 'pod "a" deleted' ]
	run -1 p delete pod a
	[ "$output" = 'Error from server (NotFound): pods "a" not found' ]
	run -0 p delete pod a --ignore-not-found
	run -1 p delete pods
	[[ $output == *"no name was specified"* ]]
}

@test "delete --force does not wait for the node" {
	pod a 'sleep 1000'
	run -0 p delete pod a --force
	[[ $output == *"Warning: Immediate deletion"* ]]
	[[ $output == *'pod "a" force deleted' ]]
}

@test "scale needs the number that it was told to expect" {
	p apply -f - <<-EOF
		apiVersion: v1
		kind: ReplicationController
		metadata: {name: rc}
		spec:
		  replicas: 0
		  template:
		    metadata: {labels: {app: x}}
		    spec: {containers: [{name: c, image: $IMAGE, command: [sleep, "9"]}]}
	EOF
	run -1 p scale rc rc --replicas=2 --current-replicas=5
	[ "$output" = "error: Expected replicas to be 5, was 0" ]
	run -0 p scale rc/rc --replicas=2
	[ "$output" = "replicationcontroller/rc scaled" ]
	run -0 p wait rc/rc --for=jsonpath='{.status.replicas}'=2
}

@test "wait fails when the time is over, and when there is nothing to wait for" {
	manifest a 'sleep 1000' | p create -f -
	run -1 p wait pod/a --for=condition=Never --timeout=1s
	[ "$output" = "error: timed out waiting for the condition on pods/a" ]
	run -1 p wait pod/b --for=condition=Ready
	[ "$output" = 'Error from server (NotFound): pods "b" not found' ]
	run -0 p wait pod/b --for=delete
}

@test "broken YAML is refused with file and line" {
	printf 'apiVersion: v1\nkind: Pod\nmetadata: [\n' >"$BATS_TEST_TMPDIR/bad.yaml"
	run -1 p apply -f "$BATS_TEST_TMPDIR/bad.yaml"
	[[ $output == "error: error parsing $BATS_TEST_TMPDIR/bad.yaml: "*bad.yaml:4:* ]]
}

@test "unknown fields, wrong types and bad names are refused by their path" {
	run -1 p apply -f - < <(manifest a true | sed 's/image:/imag:/')
	[[ $output == *'unknown field "spec.containers[0].imag"' ]]
	run -1 p apply -f - < <(manifest a true | sed 's/Seconds: 1/Seconds: x/')
	[[ $output == *"spec.terminationGracePeriodSeconds"* ]]
	run -1 p apply -f - < <(manifest A_b true)
	[[ $output == 'The Pod "A_b" is invalid: '*'metadata.name: Invalid value: "A_b"'* ]]
	run -0 p get pods -o name
	[ -z "$output" ]
}

@test "a manifest of 5 MB is too large" {
	head -c 5000000 /dev/zero | tr '\0' x >"$BATS_TEST_TMPDIR/big"
	run -1 p create -f - < <(manifest a "$(cat "$BATS_TEST_TMPDIR/big")")
	[[ $output == *"(RequestEntityTooLarge)"* ]]
}

@test "wrong command lines are told where the help is" {
	run -1 p get pods --frob
	[ "$output" = $'error: unknown flag: --frob\nSee \'podctl get --help\' for usage.' ]
	run -1 p frob
	[[ $output == 'error: unknown command "frob" for "podctl"'* ]]
	run -0 p get --help
	[[ $output == "NAME"*"SYNOPSIS"*"OPTIONS"* ]]
}

@test "images are imported, listed and removed" {
	run -0 p image list
	[[ $output == *"$IMAGE"* ]]
	run -1 p image import /nonexistent.tar
	[ "$output" = 'error: the path "/nonexistent.tar" does not exist' ]
	run -1 p image rm nope:v1
	[[ $output == "Error from server (NotFound)"* ]]
}

@test "no podd at the socket is said plainly" {
	run -1 "$podd_bin/podctl" --socket /nonexistent/podd.sock get pods
	[[ $output == "The connection to the server unix:/nonexistent/podd.sock was refused"* ]]
}

@test "the completion script is good bash" {
	p completion bash >"$BATS_TEST_TMPDIR/completion"
	run -0 bash -n "$BATS_TEST_TMPDIR/completion"
}

@test "describe node shows who may come and who has how much" {
	pod a 'sleep 1000'
	node=$(p get nodes -o jsonpath='{.items[0].metadata.name}')
	p apply -f - <<-END
		apiVersion: v1
		kind: Pod
		metadata: {name: asks}
		spec:
		  terminationGracePeriodSeconds: 1
		  containers:
		  - {name: main, image: $IMAGE, command: [sleep, "1000"], resources: {requests: {cpu: 100m, memory: 64Mi}}}
	END
	p wait pod/asks --for=condition=PodScheduled --timeout=30s
	run -0 p describe node "$node"
	[[ "$output" == *'Taints:             <none>'*'Unschedulable:      false'* ]]
	[[ "$output" == *'Ready                True     '*' KubeletReady '* ]]
	[[ "$output" =~ "$ns "\ *"asks "\ *100m\ \([0-9]+%\)\ *64Mi\ \([0-9]+%\) ]]
	[[ "$output" == *'Allocated resources:'*'cpu '*'100m ('*'memory '*'64Mi ('* ]]
}
