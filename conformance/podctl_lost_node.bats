#!/usr/bin/env bats
# podctl_lost_node: a node that is heard of no more, and that comes back; SCHED-015 with a real agent, against two nodes.

# shellcheck disable=SC2034 # for the library
podd_options=(--node-name one --nodes 2)

# shellcheck source=conformance/lib/podctl.bash
. "$BATS_TEST_DIRNAME/lib/podctl.bash"

bats_require_minimum_version 1.5.0

setup() {
	own_namespace
	podctl_ wait node/one node/one-2 --for=condition=Ready --timeout=30s
}

# Whatever became of a test, the agent runs on: else nobody could end it.
teardown() { agent CONT; }

# agent SIGNAL: to the agent of the second node.
agent() { kill "-$1" "$(cat "$podd_root/nodes/one-2/podd.pid")"; }

# on_second NAME: a pod of nobody's on the second node.
on_second() {
	p create -f - <<-END
		apiVersion: v1
		kind: Pod
		metadata: {name: $1}
		spec:
		  nodeName: one-2
		  terminationGracePeriodSeconds: 1
		  tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: ${2-300}}]
		  containers: [{name: c, image: localhost/podtest/busybox:v1, command: [sleep, "1000"]}]
	END
	p wait "pod/$1" --for=condition=Ready --timeout=30s
}

taints() { podctl_ get node one-2 -o jsonpath='{.spec.taints[*].effect}'; }

untainted() {
	for _ in {1..100}; do
		[ -z "$(taints)" ] && return
		sleep 0.1
	done
	return 1
}

@test "a silent node and its pods are not ready; they are again when it speaks" {
	on_second a
	agent STOP
	p wait node/one-2 --for=condition=Ready=Unknown --timeout=60s
	p wait pod/a --for=condition=Ready=False --timeout=10s
	[ "$(taints)" = "NoSchedule NoExecute" ]
	agent CONT
	p wait node/one-2 --for=condition=Ready --timeout=10s
	p wait pod/a --for=condition=Ready --timeout=10s
	untainted
	run -0 p get pod a -o jsonpath='{.status.containerStatuses[0].restartCount}'
	[ "$output" = 0 ]
}

@test "the pods of a lost node are replaced elsewhere by who owns them, and by nobody else" {
	p create -f - <<-END
		apiVersion: apps/v1
		kind: ReplicaSet
		metadata: {name: web}
		spec:
		  replicas: 1
		  selector: {matchLabels: {app: web}}
		  template:
		    metadata: {labels: {app: web}}
		    spec:
		      terminationGracePeriodSeconds: 1
		      affinity:
		        nodeAffinity:
		          preferredDuringSchedulingIgnoredDuringExecution:
		          - {weight: 100, preference: {matchFields: [{key: metadata.name, operator: In, values: [one-2]}]}}
		      tolerations: [{key: node.kubernetes.io/unreachable, operator: Exists, effect: NoExecute, tolerationSeconds: 5}]
		      containers: [{name: c, image: localhost/podtest/busybox:v1, command: [sleep, "1000"]}]
	END
	p wait rs/web --for=jsonpath='{.status.readyReplicas}'=1 --timeout=30s
	on_second bare 5
	old=$(p get pods -l app=web -o jsonpath='{.items[0].metadata.name}')
	[ "$(p get pod "$old" -o jsonpath='{.spec.nodeName}')" = one-2 ]
	agent STOP
	p wait "pod/$old" pod/bare --for=condition=DisruptionTarget --timeout=60s
	p wait rs/web --for=jsonpath='{.status.readyReplicas}'=1 --timeout=30s
	run -0 p get pods -l app=web -o jsonpath='{.items[*].spec.nodeName}'
	[[ " $output " == *" one "* && " $output " == *" one-2 "* ]] # the old one waits for its agent
	run -0 p get pod bare -o jsonpath='{.spec.nodeName} {.status.phase}'
	[ "$output" = "one-2 Running" ]
	agent CONT
	p wait "pod/$old" pod/bare --for=delete --timeout=30s
}
