#!/usr/bin/env bats
# kubectl and DaemonSets: shown, rolled out and back, deleted.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# daemonset: DaemonSet web, its pod there.
daemonset() {
	k create -f - <<-EOF
		apiVersion: apps/v1
		kind: DaemonSet
		metadata: {name: web, annotations: {kubernetes.io/change-cause: first}}
		spec:
		$(template web)
	EOF
	k rollout status daemonset/web
}

# pod_template PATH: a field of the DaemonSet's pod template.
pod_template() {
	k get daemonset web -o jsonpath="{.spec.template$1}"
}

hash() {
	k get pods -l app=web --field-selector=status.phase=Running \
		-o jsonpath='{.items[0].metadata.labels.controller-revision-hash}'
}

@test "kubectl get daemonsets shows the counts of nodes" {
	daemonset
	run -0 k get daemonsets
	[[ ${lines[0]} =~ ^NAME\ +DESIRED\ +CURRENT\ +READY\ +UP-TO-DATE\ +AVAILABLE\ +NODE\ SELECTOR\ +AGE ]]
	[[ ${lines[1]} =~ ^web\ +1\ +1\ +1\ +1\ +1\ +\<none\>\  ]]
	run -0 k get ds web -o wide
	[[ ${lines[1]} =~ main\ +"$IMAGE"\ +app=web ]]
}

@test "kubectl describe daemonset tells counts, template and what happened" {
	daemonset
	run -0 k describe daemonset web
	[[ $output =~ Desired\ Number\ of\ Nodes\ Scheduled:\ 1 ]]
	[[ $output =~ Number\ of\ Nodes\ Misscheduled:\ 0 ]]
	[[ $output == *"SuccessfulCreate"* ]]
}

# DS-006
@test "kubectl rollout restart replaces the pod, and status waits for it" {
	daemonset
	before=$(k get pods -l app=web -o name)
	k rollout restart daemonset/web
	run -0 k rollout status daemonset/web
	[[ $output == *'daemon set "web" successfully rolled out'* ]]
	run -0 k get pods -l app=web --field-selector=status.phase=Running -o name
	[[ $output != *"$before"* ]]
}

# DS-013
@test "kubectl rollout undo goes back to the revision before, with its hash" {
	daemonset
	first=$(hash)
	k set env daemonset/web A=b
	k rollout status daemonset/web
	[ "$(hash)" != "$first" ]
	run -0 k rollout history daemonset/web
	[[ $output =~ 1\ +first ]]
	[[ $output =~ 2\ +first ]]
	run -0 k rollout history daemonset/web --revision=2
	[[ $output =~ A:[[:space:]]+b ]]
	run -0 k rollout undo daemonset/web
	[[ $output == *"rolled back"* ]]
	k rollout status daemonset/web
	[ -z "$(pod_template .spec.containers[0].env)" ]
	[ "$(hash)" = "$first" ]
}

# DS-003
@test "kubectl delete daemonset takes the pods, and leaves them when told to" {
	daemonset
	pod=$(p get pods -l app=web -o name)
	[ -n "$pod" ]
	k delete daemonset web --cascade=orphan
	run -1 p get daemonset web
	daemonset
	run -0 k get pods -l app=web -o name
	[ "$output" = "$pod" ]
	k delete daemonset web
	no_pods() { [ -z "$(p get pods -o name)" ]; }
	eventually no_pods
}
