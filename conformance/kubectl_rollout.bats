#!/usr/bin/env bats
# kubectl rolls a Deployment of podd's out, back, on and off.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# deployment REPLICAS: Deployment web, all of its pods there.
deployment() {
	k create --validate=false -f - <<-EOF
		apiVersion: apps/v1
		kind: Deployment
		metadata: {name: web}
		spec:
		  replicas: $1
		  selector: {matchLabels: {app: web}}
		  template:
		    metadata: {labels: {app: web}}
		    spec:
		      terminationGracePeriodSeconds: 1
		      containers: [{name: main, image: $IMAGE, command: [sleep, "1000"]}]
	EOF
	k rollout status deployment/web
}

# template PATH: a field of the Deployment's pod template.
template() {
	k get deployment web -o jsonpath="{.spec.template$1}"
}

revision() {
	k get deployment web -o jsonpath='{.metadata.annotations.deployment\.kubernetes\.io/revision}'
}

sets() {
	k get replicasets --no-headers | wc -l
}

# DEPLOY-016
@test "kubectl get deployments shows READY, UP-TO-DATE and AVAILABLE" {
	deployment 2
	run -0 k get deployments
	[[ ${lines[0]} =~ ^NAME\ +READY\ +UP-TO-DATE\ +AVAILABLE\ +AGE ]]
	[[ ${lines[1]} =~ ^web\ +2/2\ +2\ +2\  ]]
}

@test "kubectl rollout status waits until every pod is new" {
	deployment 2
	k set env deployment/web A=b
	run -0 k rollout status deployment/web
	[[ $output == *"successfully rolled out"* ]]
	run -0 k get pods -o jsonpath='{.items[?(@.status.phase=="Running")].spec.containers[0].env[0].value}'
	[[ $output == "b b"* ]]
}

@test "kubectl rollout status gives up when the deadline has passed" {
	deployment 1
	k patch deployment web -p '{"spec":{"progressDeadlineSeconds":20}}'
	k set image deployment/web main=localhost/podtest/nothing:v1
	run -1 k rollout status deployment/web
	[[ $output == *"exceeded its progress deadline"* ]]
}

@test "kubectl rollout history lists the revisions and their causes" {
	deployment 1
	k set env deployment/web A=b
	k rollout status deployment/web
	k annotate deployment/web kubernetes.io/change-cause=because
	for _ in {1..50}; do
		run -0 k rollout history deployment/web
		[[ $output == *because* ]] && break
		sleep 0.1
	done
	[[ $output =~ 1\ +\<none\> ]]
	[[ $output =~ 2\ +because ]]
}

@test "kubectl rollout undo goes back to the template before" {
	deployment 1
	k set env deployment/web A=b
	k rollout status deployment/web
	k rollout undo deployment/web
	k rollout status deployment/web
	run -0 template .spec.containers[0].env
	[ -z "$output" ]
	[ "$(revision)" = 3 ]
	[ "$(sets)" = 2 ]
}

@test "kubectl rollout undo --to-revision goes back further" {
	deployment 1
	for value in b c; do
		k set env deployment/web A=$value
		k rollout status deployment/web
	done
	k rollout undo deployment/web --to-revision=1
	k rollout status deployment/web
	[ -z "$(template .spec.containers[0].env)" ]
	[ "$(revision)" = 4 ]
}

@test "kubectl rollout pause holds changes back, resume rolls them out" {
	deployment 1
	k rollout pause deployment/web
	k set env deployment/web A=b
	k scale deployment/web --replicas=2
	k wait --for=condition=Available deployment/web
	[ "$(sets)" = 1 ]
	k rollout resume deployment/web
	k rollout status deployment/web
	[ "$(sets)" = 2 ]
}

@test "kubectl rollout restart replaces the pods" {
	deployment 1
	before=$(k get pods -o name)
	k rollout restart deployment/web
	k rollout status deployment/web
	k wait --for=delete "$before" --timeout=30s
	[[ $(k get pods -o name) != *"$before"* ]]
}

@test "kubectl set image changes one container" {
	deployment 1
	run -0 k set image deployment/web main=localhost/podtest/busybox:v2
	[[ $output == *"image updated"* ]]
	[ "$(template .spec.containers[0].image)" = localhost/podtest/busybox:v2 ]
	k rollout undo deployment/web
	k rollout status deployment/web
}

@test "kubectl scale changes the size of a Deployment" {
	deployment 1
	k scale deployment web --replicas=3
	k rollout status deployment/web
	[ "$(k get deployment web -o jsonpath='{.status.availableReplicas}')" = 3 ]
}

@test "kubectl describe names the ReplicaSet and tells of its scaling" {
	deployment 1
	run -0 k describe deployment web
	[[ $output == *"25% max unavailable, 25% max surge"* ]]
	[[ $output == *"NewReplicaSet:"*"(1/1 replicas created)"* ]]
	[[ $output == *"Scaled up replica set web-"*" from 0 to 1"* ]]
}

@test "kubectl delete --cascade=orphan leaves the ReplicaSet, which a new Deployment finds" {
	deployment 1
	before=$(k get replicasets -o name)
	k delete deployment web --cascade=orphan
	deployment 1
	[ "$(k get replicasets -o name)" = "$before" ]
}
