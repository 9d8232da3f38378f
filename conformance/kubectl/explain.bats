#!/usr/bin/env bats
# kubectl explain, api-resources and their like: what the server says of itself.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

setup() {
	shared_namespace
}

@test "kubectl explain shows a kind and its fields" {
	run -0 k explain pods
	[[ $output == *"KIND:       Pod"*"VERSION:    v1"* ]]
	[[ $output == *"spec"$'\t'"<PodSpec>"* && $output == *"status"$'\t'"<PodStatus>"* ]]
}

@test "kubectl explain of a field: its type, its values, its default" {
	run -0 k explain pod.spec.restartPolicy
	[[ $output == *"FIELD: restartPolicy <string>"*Always*Never*OnFailure* || $output == *"FIELD: restartPolicy <string>"*Always*OnFailure*Never* ]]
	run -0 k explain deployment.spec.template.spec.containers
	[[ $output == *"FIELD: containers <[]Container>"* && $output == *"name"$'\t'"<string> -required-"* ]]
	run -1 k explain pod.spec.none
	[[ $output == *'field "none" does not exist'* ]]
}

@test "kubectl explain --recursive shows the whole tree" {
	run -0 k explain job --recursive
	[[ $output == *"backoffLimit"*"livenessProbe"*"httpGet"* ]]
}

@test "kubectl explain knows every kind that is served" {
	local kinds
	kinds=$(kubectl api-resources --no-headers -o name | grep -v -e podd.podtest -e review -e metrics.k8s.io)
	[ "$(wc -l <<<"$kinds")" -ge 12 ]
	for kind in $kinds; do
		k explain "$kind" >/dev/null || { echo "no explanation of $kind" && return 1; }
	done
}

@test "kubectl api-resources shows names, short names and scope" {
	run -0 kubectl api-resources
	[[ $output =~ pods\ +po\ +v1\ +true\ +Pod ]]
	[[ $output =~ deployments\ +deploy\ +apps/v1\ +true\ +Deployment ]]
	run -0 kubectl api-resources --api-group=batch -o name
	[ "$output" = $'cronjobs.batch\njobs.batch' ]
	run -0 kubectl api-resources --namespaced=false -o name
	[[ $output == *namespaces*nodes* && $output != *pods* ]]
}

@test "kubectl api-versions lists the groups" {
	run -0 kubectl api-versions
	[[ $output == *apps/v1*batch/v1* && ${lines[-1]} == v1 ]]
}

@test "kubectl version shows both" {
	run -0 kubectl version
	[[ $output == *"Client Version: v1."*"Server Version: v1."* ]]
}

@test "kubectl auth can-i: the one user may do everything; and who it is" {
	run -0 k auth can-i create pods
	[ "$output" = yes ]
	run -0 k auth whoami -o jsonpath='{.status.userInfo.username}'
	[ "$output" = podd:admin ]
}

@test "kubectl 1.20 finds the kinds, too" {
	run -0 old api-resources -o name
	[[ $output == *deployments.apps* ]]
	run -0 old auth can-i delete nodes
	[[ $output == *yes ]]
}
