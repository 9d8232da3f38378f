#!/usr/bin/env bats
# kubectl cordon, drain and taint: nodes that take no more pods. The node is the same for all tests.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

setup() {
	own_namespace
	node=$(p get nodes -o jsonpath='{.items[0].metadata.name}')
}

teardown() {
	kubectl uncordon "$node" >/dev/null
	kubectl taint node "$node" test- >/dev/null 2>&1 || true
}

# waiting NAME: a pod that is not waited for.
waiting() {
	p apply -f - >/dev/null <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: $1}
		spec:
		  terminationGracePeriodSeconds: 1
		  containers: [{name: main, image: $IMAGE, command: [sleep, "1000"]}]
	EOF
}

@test "kubectl cordon keeps new pods away, uncordon lets them in" {
	run -0 kubectl cordon "$node"
	[ "$output" = "node/$node cordoned" ]
	run -0 kubectl get node "$node" --no-headers
	[[ $output == *Ready,SchedulingDisabled* ]]
	waiting a
	p wait pod/a --for=condition=PodScheduled=False
	kubectl uncordon "$node"
	p wait pod/a --for=condition=Ready
}

@test "kubectl drain refuses pods that nobody would make again, unless forced" {
	pod a
	run -1 kubectl drain "$node" --pod-selector=app=a --timeout=20s
	[[ $output == *"declare no controller"*"$ns/a"* ]]
	run -0 kubectl drain "$node" --pod-selector=app=a --force --timeout=20s
	[[ $output == *"pod/a evicted"*"node/$node drained" ]]
	run -1 p get pod a
}

@test "kubectl drain evicts the pods of a Deployment, which waits for a node" {
	deployment web 1
	before=$(p get pods -o name)
	run -0 kubectl drain "$node" --pod-selector=app=web --timeout=20s
	[[ $output == *"$before evicted"* ]]
	p wait pod -l app=web --for=condition=PodScheduled=False
	kubectl uncordon "$node"
	p rollout status deployment/web
}

@test "kubectl drain --ignore-daemonsets leaves theirs" {
	p apply -f - >/dev/null <<-EOF
		apiVersion: apps/v1
		kind: DaemonSet
		metadata: {name: each}
		spec:
		$(template each)
	EOF
	p rollout status daemonset/each
	run -1 kubectl drain "$node" --pod-selector=app=each --timeout=20s
	[[ $output == *"DaemonSet-managed Pods"* ]]
	run -0 kubectl drain "$node" --pod-selector=app=each --ignore-daemonsets --timeout=20s
	[ "$(p get pods -l app=each --field-selector status.phase=Running -o name | wc -l)" = 1 ]
}

@test "kubectl taint keeps out what does not tolerate it" {
	run -0 kubectl taint node "$node" test=x:NoSchedule
	[ "$output" = "node/$node tainted" ]
	waiting a
	p wait pod/a --for=condition=PodScheduled=False
	run -0 k describe pod a
	[[ $output == *"1 node(s) had untolerated taint"* ]]
	run -0 kubectl taint node "$node" test=x:NoSchedule-
	[ "$output" = "node/$node untainted" ]
	p wait pod/a --for=condition=Ready
}

@test "kubectl taint NoExecute drives out what does not tolerate it" {
	pod a
	kubectl taint node "$node" test=x:NoExecute
	p wait pod/a --for=delete
	run -0 k get events --field-selector involvedObject.name=a,reason=TaintManagerEviction --no-headers
	[[ $output == *"Marking for deletion Pod $ns/a"* ]]
}

@test "kubectl label and describe of the node" {
	run -0 kubectl label node "$node" colour=red
	[ "$output" = "node/$node labeled" ]
	[ "$(p get node -l colour=red -o name)" = "node/$node" ]
	kubectl label node "$node" colour-
}
