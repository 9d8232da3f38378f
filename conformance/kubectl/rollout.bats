#!/usr/bin/env bats
# kubectl rollout: a Deployment rolls out, back, on and off.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# running_env: the values of the variable A in the pods that run.
running_env() {
	p get pods -o jsonpath='{.items[?(@.status.phase=="Running")].spec.containers[0].env[0].value}'
}

revision() {
	path deployment/web '{.metadata.annotations.deployment\.kubernetes\.io/revision}'
}

sets() {
	p get replicasets -o name | wc -l
}

# roll VALUE: a new template, rolled out.
roll() {
	k set env deployment/web A="$1" >/dev/null
	p rollout status deployment/web >/dev/null
}

# DEPLOY-016
@test "kubectl get deployments shows READY, UP-TO-DATE and AVAILABLE" {
	deployment web 2
	run -0 k get deployments
	[[ ${lines[0]} =~ ^NAME\ +READY\ +UP-TO-DATE\ +AVAILABLE\ +AGE ]]
	[[ ${lines[1]} =~ ^web\ +2/2\ +2\ +2\  ]]
}

@test "kubectl rollout status waits until every pod is new" {
	deployment web 2
	k set env deployment/web A=b
	run -0 k rollout status deployment/web
	[[ $output == *"successfully rolled out"* ]]
	[[ $(running_env) == "b b"* ]]
}

@test "kubectl rollout status gives up when the deadline has passed" {
	deployment web 1
	k patch deployment web -p '{"spec":{"progressDeadlineSeconds":2}}'
	k set image deployment/web main=localhost/podtest/nothing:v1
	run -1 k rollout status deployment/web
	[[ $output == *"exceeded its progress deadline"* ]]
}

@test "kubectl rollout history lists the revisions, their causes, and one in detail" {
	deployment web 1
	roll b
	k annotate deployment/web kubernetes.io/change-cause=because
	history_knows() { k rollout history deployment/web | grep -qE '^2 +because'; }
	eventually history_knows
	run -0 k rollout history deployment/web
	[[ $output =~ 1\ +\<none\> ]]
	run -0 k rollout history deployment/web --revision=2
	[[ $output == *"revision #2"*"A:"*b* ]]
}

@test "kubectl rollout undo goes back to the template before" {
	deployment web 1
	roll b
	k rollout undo deployment/web
	k rollout status deployment/web
	[ -z "$(path deployment/web '{.spec.template.spec.containers[0].env}')" ]
	[ "$(revision) $(sets)" = "3 2" ]
}

@test "kubectl rollout undo --to-revision goes back further" {
	deployment web 1
	roll b
	roll c
	k rollout undo deployment/web --to-revision=1
	[ -z "$(path deployment/web '{.spec.template.spec.containers[0].env}')" ]
	run -1 k rollout undo deployment/web --to-revision=9
	[[ $output == *"unable to find specified revision 9"* ]]
}

@test "kubectl rollout pause holds changes back, resume rolls them out" {
	deployment web 1
	k rollout pause deployment/web
	k set env deployment/web A=b
	p scale deployment/web --replicas=2
	p wait deployment/web --for=jsonpath='{.status.availableReplicas}'=2
	[ "$(sets)" = 1 ]
	k rollout resume deployment/web
	k rollout status deployment/web
	[ "$(sets)" = 2 ]
}

@test "kubectl rollout restart replaces the pods" {
	deployment web 1
	before=$(p get pods -o name)
	k rollout restart deployment/web
	k rollout status deployment/web
	p wait --for=delete "$before"
	[[ $(p get pods -o name) != *"$before"* ]]
}

@test "kubectl 1.20 rolls back, too" {
	deployment web 1
	roll b
	old rollout undo deployment/web
	run -0 old rollout status deployment/web
	[[ $output == *"successfully rolled out"* ]]
	[ "$(revision)" = 3 ]
}
