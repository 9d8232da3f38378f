#!/usr/bin/env bats
# kubectl set: image, environment and resources of a pod template.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

setup() {
	own_namespace
	deployment web 0
}

# container PATH: a field of the template's container.
container() {
	path deployment/web "{.spec.template.spec.containers[0]$1}"
}

@test "kubectl set image changes one container, and says when nothing changed" {
	run -0 k set image deployment/web main=other:v2
	[ "$output" = "deployment.apps/web image updated" ]
	[ "$(container .image)" = other:v2 ]
	run -0 k set image deployment/web main=other:v2
	[ -z "$output" ]
	run -1 k set image deployment/web none=other:v2
	[[ $output == *'unable to find container named "none"'* ]]
}

@test "kubectl set env sets, lists and removes" {
	k set env deployment/web A=1 B=2
	run -0 k set env deployment/web --list
	[[ $output == *$'A=1\nB=2' ]]
	k set env deployment/web A-
	[ "$(container .env)" = '[{"name":"B","value":"2"}]' ]
}

@test "kubectl set env takes the keys of a ConfigMap" {
	configmap c
	k set env deployment/web --from=configmap/c
	[ "$(container '.env[0].valueFrom.configMapKeyRef.key}{.spec.template.spec.containers[0].env[0].name')" = keyKEY ]
}

@test "kubectl set resources" {
	run -0 k set resources deployment web --limits=memory=64Mi --requests=cpu=10m
	[ "$output" = "deployment.apps/web resource requirements updated" ]
	[ "$(container .resources)" = '{"limits":{"memory":"64Mi"},"requests":{"cpu":"10m","memory":"64Mi"}}' ] ||
		[ "$(container .resources)" = '{"limits":{"memory":"64Mi"},"requests":{"cpu":"10m"}}' ]
}

@test "kubectl 1.20 sets, too" {
	old set image deployment/web main=other:v3
	[ "$(container .image)" = other:v3 ]
}
