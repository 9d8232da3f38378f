#!/usr/bin/env bats
# podctl and a DaemonSet: its columns, rolled out and back.

# shellcheck source=conformance/lib/podctl.bash
. "$BATS_TEST_DIRNAME/lib/podctl.bash"

bats_require_minimum_version 1.5.0

setup() {
	own_namespace
	p create -f - <<-EOF
		apiVersion: apps/v1
		kind: DaemonSet
		metadata: {name: web}
		spec:
		$(template web)
		      nodeSelector: {kubernetes.io/os: linux}
	EOF
	p rollout status daemonset/web --timeout=30s
}

# pod_template PATH: a field of the DaemonSet's pod template.
pod_template() {
	p get daemonset web -o jsonpath="{.spec.template$1}"
}

@test "get shows the columns of a DaemonSet, by its short name as well" {
	run -0 p get ds
	[[ ${lines[0]} =~ ^NAME\ +DESIRED\ +CURRENT\ +READY\ +UP-TO-DATE\ +AVAILABLE\ +NODE\ SELECTOR\ +AGE ]]
	[[ ${lines[1]} =~ ^web\ +1\ +1\ +1\ +1\ +1\ +kubernetes.io/os=linux\  ]]
}

@test "get shows the revisions of a DaemonSet" {
	run -0 p get controllerrevisions
	[[ ${lines[0]} =~ ^NAME\ +CONTROLLER\ +REVISION\ +AGE ]]
	[[ ${lines[1]} =~ ^web-[a-z0-9]+\ +daemonset.apps/web\ +1\  ]]
}

@test "rollout restart replaces the pod, and status waits for it" {
	before=$(p get pods -o name)
	run -0 p rollout restart ds/web
	[ "$output" = "daemonset.apps/web restarted" ]
	run -0 p rollout status ds/web
	[[ $output == *'daemon set "web" successfully rolled out' ]]
	run -0 p get pods -o name
	[[ $output != *"$before"* ]]
}

@test "rollout history and undo, also to where it is already" {
	p set image ds/web main=localhost/podtest/none:v1
	p wait ds/web --for=jsonpath='{.status.observedGeneration}'=2
	run -0 p rollout history ds/web
	[ "${lines[1]}" = "REVISION  CHANGE-CAUSE" ]
	[ "${lines[2]}" = "1         <none>" ]
	[ "${lines[3]}" = "2         <none>" ]
	run -0 p rollout history ds/web --revision=1
	[[ $output == *"localhost/podtest/busybox:v1"* ]]
	run -0 p rollout undo ds/web
	[ "$output" = "daemonset.apps/web rolled back" ]
	[ "$(pod_template .spec.containers[0].image)" = localhost/podtest/busybox:v1 ]
	p rollout status ds/web
	run -0 p rollout undo ds/web --to-revision=3
	[[ $output == *"skipped rollback (current template already matches revision 3)" ]]
}

@test "what does not go with a DaemonSet" {
	run -1 p rollout pause ds/web
	[[ $output == *'daemonsets.apps "web" pausing is not supported'* ]]
	run -1 p scale ds/web --replicas=2
	p create -f - <<-EOF
		apiVersion: apps/v1
		kind: DaemonSet
		metadata: {name: lazy}
		spec:
		  updateStrategy: {type: OnDelete}
		  selector: {matchLabels: {app: lazy}}
		  template:
		    metadata: {labels: {app: lazy}}
		    spec: {nodeSelector: {none: has-it}, containers: [{name: main, image: "localhost/podtest/busybox:v1"}]}
	EOF
	run -1 p rollout status ds/lazy
	[[ $output == *"rollout status is only available for RollingUpdate strategy type"* ]]
}
