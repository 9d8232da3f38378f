#!/usr/bin/env bats
# nodes: `podd --nodes 3` by hand: pods on each node, across them, and a node that dies.

# shellcheck source=conformance/lib/podctl.bash
. "$BATS_TEST_DIRNAME/lib/podctl.bash"

bats_require_minimum_version 1.5.0

setup_file() {
	cd "$BATS_TEST_DIRNAME/.." || return
	podd_root=$(mktemp -d "${TMPDIR:-/var/tmp}/podtest-nodes.XXXXXX")
	export podd_root podd_socket=$podd_root/podd.sock
	boot
	podctl_ image import out/image/busybox.tar
}

boot() {
	podd_boot --clock-rate 20 --node-name one --nodes 3 3>&-
	export podd_pid podd_cat
}

# One test starts podd anew: the pid that this file began with is not the last one.
teardown_file() {
	cd "$BATS_TEST_DIRNAME/.." || return
	podd_pid=$(cat "$podd_root/podd.pid")
	kill "$podd_pid"
	eventually test ! -e "/proc/$podd_pid"
	podd_end
}

setup() {
	own_namespace
	podctl_ wait node/one node/one-2 node/one-3 --for=condition=Ready --timeout=30s
}

# pod NODE [SCRIPT]: a pod called as its node, which runs there.
pod() {
	p create -f - <<-END
		apiVersion: v1
		kind: Pod
		metadata: {name: $1}
		spec:
		  terminationGracePeriodSeconds: 1
		  nodeName: $1
		  containers:
		  - {name: c, image: "$IMAGE", command: [sh, -c, "${2:-echo I am on $1; sleep 1000}"]}
	END
	p wait "pod/$1" --for=condition=Ready --timeout=30s
}

three_pods() {
	for node in one one-2 one-3; do
		pod "$node" "$@"
	done
}

# disrupt WHAT [NODE]
disrupt() {
	curl -sf -X POST --unix-socket "$podd_socket" \
		"http://podd/apis/podd.podtest/v1/${2:+nodes/$2/}disrupt?what=$1"
}

eventually() {
	for ((i = 0; i < 300; i++)); do
		"$@" && return
		sleep 0.1
	done
	return 1
}

agent_pid() {
	cat "$podd_root/nodes/$1/podd.pid"
}

@test "there are three nodes, each with a range of its own" {
	run -0 p get nodes
	[[ ${lines[1]} == "one "*Ready* && ${lines[2]} == "one-2 "*Ready* && ${lines[3]} == "one-3 "*Ready* ]]
	run -0 p get nodes -o jsonpath='{.items[*].spec.podCIDR}'
	[ "$output" = "10.88.0.0/17 10.88.128.0/20 10.88.144.0/20" ]
}

@test "a pod of each node has logs, takes commands, and goes" {
	three_pods
	for node in one one-2 one-3; do
		run -0 p logs "$node"
		[ "$output" = "I am on $node" ]
		run -0 p exec "$node" -- hostname
		[ "$output" = "$node" ]
	done
	run -7 p exec one-3 -- sh -c 'exit 7'
	run -0 p exec -i one-2 -- cat <<<"through the pipe"
	[ "$output" = "through the pipe" ]
	p delete pod one one-2 one-3
}

@test "a log of another node is followed to its end" {
	# shellcheck disable=SC2016
	pod one-2 'for i in 1 2 3; do echo $i; sleep 0.3; done; sleep 2; echo end'
	run -0 p logs -f one-2
	[ "$output" = $'1\n2\n3\nend' ]
}

@test "what another node refuses is told in its words" {
	pod one
	pod one-2
	for node in one one-2; do
		run -0 curl -s --unix-socket "$podd_socket" "http://podd/api/v1/namespaces/$ns/pods/$node/log?container=nope"
		[[ $output == *"container nope is not valid for pod $node"*BadRequest* ]]
	done
}

@test "pods reach each other from every node to every node" {
	# shellcheck disable=SC2016
	three_pods 'while :; do echo hello from $HOSTNAME | nc -l -p 80; done'
	for from in one one-2 one-3; do
		for to in one one-2 one-3; do
			address=$(p get pod "$to" -o jsonpath='{.status.podIP}')
			run -0 p exec "$from" -- sh -c "until nc $address 80; do sleep 0.05; done"
			[ "$output" = "hello from $to" ]
		done
	done
}

@test "an address that no pod has is refused at once" {
	pod one
	run -1 p exec one -- nc -w 5 10.88.144.77 80
	[[ $output == *"unreachable"* || $output == *"No route"* ]]
}

@test "a node that was killed keeps its pods, and finds them when it is started" {
	pod one-2
	id=$(p get pod one-2 -o jsonpath='{.status.containerStatuses[0].containerID}')
	pid=$(agent_pid one-2)
	disrupt stop-node one-2
	eventually test ! -e "/proc/$pid"
	run -1 p exec one-2 -- true
	disrupt start-node one-2
	eventually p exec one-2 -- true
	run -0 p get pod one-2 -o jsonpath='{.status.containerStatuses[0].containerID} {.status.containerStatuses[0].restartCount}'
	[ "$output" = "$id 0" ]
}

@test "the first node cannot be stopped alone" {
	run ! disrupt stop-node one
}

@test "nodes outlive a podd that is killed, and what happens meanwhile is told" {
	pod one-3 'sleep 1; exit 5'
	pod one-2
	before=$(agent_pid one-2)
	kill -KILL "$podd_pid"
	wait "$podd_pid" || true
	sleep 1.5 # the container ends while nobody can be told
	boot
	[ "$(agent_pid one-2)" = "$before" ]
	told() { p get pod one-3 -o jsonpath='{.status.containerStatuses[0]}' | grep -q '"exitCode":5'; }
	eventually told
	p exec one-2 -- true
}
