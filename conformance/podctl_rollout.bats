#!/usr/bin/env bats
# podctl rollout and set: a Deployment rolled out, back, on and off by podctl.

# shellcheck source=conformance/lib/podctl.bash
. "$BATS_TEST_DIRNAME/lib/podctl.bash"

bats_require_minimum_version 1.5.0

setup() {
	own_namespace
	p create -f - <<-EOF
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: web}
		spec:
		  replicas: 2
		  progressDeadlineSeconds: 60
		$(template web)
	EOF
	p rollout status deployment/web --timeout=30s
}

image() {
	p get deployment web -o jsonpath='{.spec.template.spec.containers[0].image}'
}

sets() {
	p get rs -o name | wc -l
}

@test "get shows the columns of a Deployment" {
	run -0 p get deployments
	[[ ${lines[0]} =~ ^NAME\ +READY\ +UP-TO-DATE\ +AVAILABLE\ +AGE ]]
	[[ ${lines[1]} =~ ^web\ +2/2\ +2\ +2\  ]]
}

@test "rollout restart replaces the pods, and status waits for it" {
	run -0 p rollout restart deployment/web
	[ "$output" = "deployment.apps/web restarted" ]
	run -0 p rollout status deployment/web
	[[ $output == *'deployment "web" successfully rolled out' ]]
	[ "$(sets)" = 2 ]
}

@test "set image, history and undo" {
	run -0 p set image deployment/web main=localhost/podtest/none:v1
	[ "$output" = "deployment.apps/web image updated" ]
	[ "$(image)" = localhost/podtest/none:v1 ]
	p wait deployment/web --for=jsonpath='{.status.updatedReplicas}'=1
	run -0 p rollout history deployment/web
	[ "${lines[1]}" = "REVISION  CHANGE-CAUSE" ]
	[ "${lines[2]}" = "1         <none>" ]
	[ "${lines[3]}" = "2         <none>" ]
	run -0 p rollout history deployment/web --revision=1
	[[ $output == *"localhost/podtest/busybox:v1"* ]]
	run -0 p rollout undo deployment/web
	[ "$output" = "deployment.apps/web rolled back" ]
	[ "$(image)" = localhost/podtest/busybox:v1 ]
	p rollout status deployment/web
}

@test "set image names the container that there is not" {
	run -1 p set image deployment/web other=x
	[[ $output == *'unable to find container named "other"'* ]]
}

@test "rollout undo to a revision that there is not" {
	run -1 p rollout undo deployment/web --to-revision=7
	[[ $output == *"unable to find specified revision 7 in history"* ]]
}

@test "rollout pause holds a change back until resume" {
	p rollout pause deployment/web
	run -1 p rollout pause deployment/web
	[[ $output == *'deployments.apps "web" is already paused'* ]]
	p rollout restart deployment/web
	p scale deployment web --replicas=3
	p wait deployment/web --for=jsonpath='{.status.replicas}'=3
	[ "$(sets)" = 1 ]
	p rollout resume deployment/web
	p rollout status deployment/web
	[ "$(sets)" = 2 ]
}

@test "rollout status fails when the deadline has passed" {
	p set image deployment/web '*=localhost/podtest/none:v1'
	run -1 p rollout status deployment/web
	[[ $output == *'deployment "web" exceeded its progress deadline'* ]]
}

@test "rollout of what is not rolled out, and without a verb" {
	run -1 p rollout status node/x
	[[ $output == *"only daemonsets, deployments and statefulsets are"* ]]
	run -1 p rollout
	[[ $output == *"one of history, pause, restart, resume, status and undo is required"* ]]
}

@test "a manifest of an old group says what to write instead" {
	run -1 p create -f - <<-EOF
		apiVersion: extensions/v1beta1
		kind: Deployment
		metadata: {name: web}
	EOF
	[[ $output == *'no matches for kind "Deployment" in version "extensions/v1beta1": '*'use apps/v1'* ]]
}
