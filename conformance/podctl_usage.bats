#!/usr/bin/env bats
# podctl top and autoscale: what pods use, and a Deployment scaled by that.

podd_options=(--nodes 2)

# shellcheck source=conformance/lib/podctl.bash
. "$BATS_TEST_DIRNAME/lib/podctl.bash"

bats_require_minimum_version 1.5.0

# deployment SCRIPT: web, one pod that requests CPU and runs it.
deployment() {
	p create -f - <<-EOF
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: web}
		spec:
		  selector: {matchLabels: {app: web}}
		  template:
		    metadata: {labels: {app: web}}
		    spec:
		      terminationGracePeriodSeconds: 1
		      containers: [{name: main, image: "localhost/podtest/busybox:v1", command: [sh, -c, "$1"], resources: {requests: {cpu: 100m}}}]
	EOF
	p rollout status deployment/web --timeout=30s
}

# eventually COMMAND...: it succeeds within ten seconds.
eventually() {
	local end=$((SECONDS + 10))
	until "$@" >/dev/null 2>&1; do
		((SECONDS < end)) || return 1
		sleep 0.1
	done
}

@test "top shows pods, their containers, and nodes" {
	deployment 'sleep 1000'
	eventually p top pod
	run -0 p top pod
	[[ ${lines[0]} =~ ^NAME\ +CPU\(CORES\)\ +MEMORY\(BYTES\)$ ]]
	[[ ${lines[1]} =~ ^web-[a-z0-9-]+\ +[0-9]+m\ +[0-9]+Mi$ ]]
	run -0 p top pod -l app=web --containers
	[[ ${lines[1]} =~ ^web-[a-z0-9-]+\ +main\ +[0-9]+m\ +[0-9]+Mi$ ]]
	run -0 p top node
	[[ ${lines[1]} =~ \ [0-9]+m\ +[0-9]+%\ +[0-9]+Mi\ +[0-9]+%$ ]]
}

@test "top knows the pods of every node" {
	second=$(podctl_ get nodes -o name | tail -n 1)
	p create -f - <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: far}
		spec:
		  nodeName: ${second#node/}
		  terminationGracePeriodSeconds: 1
		  containers: [{name: main, image: "localhost/podtest/busybox:v1", command: [sleep, "1000"]}]
	EOF
	p wait pod/far --for=condition=Ready
	eventually p top pod far
	eventually p top node "${second#node/}"
	run -0 p top node
	[ "${#lines[@]}" = 3 ]
}

@test "top of what is not there" {
	run -1 p top pod nope
	[[ $output == *"not found"* ]]
	run -1 p top pod
	[ "$output" = "error: metrics not available yet" ]
	run -1 p top service
	[[ $output == *"expected pod or node"* ]]
}

# HPA-013
@test "autoscale makes an autoscaler that raises a Deployment to its least" {
	deployment 'sleep 1000'
	run -0 p autoscale deployment web --min=2 --max=3 --cpu-percent=70
	[ "$output" = "horizontalpodautoscaler.autoscaling/web autoscaled" ]
	p wait deployment/web --for=jsonpath='{.spec.replicas}'=2
	run -0 p get hpa
	[[ ${lines[0]} =~ ^NAME\ +REFERENCE\ +TARGETS\ +MINPODS\ +MAXPODS\ +REPLICAS\ +AGE ]]
	[[ ${lines[1]} =~ ^web\ +Deployment/web\ +cpu:\ [^\ ]+/70%\ +2\ +3\  ]]
}

# HPA-001
@test "a Deployment whose pod is busy gets more of them" {
	deployment 'while :; do :; done'
	p autoscale deployment web --max=2 --cpu-percent=10
	p wait deployment/web --for=jsonpath='{.spec.replicas}'=2
	p delete deployment web
}

@test "autoscale says what it cannot do" {
	run -1 p autoscale deployment web
	[[ $output == *"--max=MAXPODS is required and must be at least 1"* ]]
	run -1 p autoscale pod web --max=2
	[ "$output" = "error: cannot autoscale a Pod" ]
}
