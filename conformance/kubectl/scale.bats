#!/usr/bin/env bats
# kubectl scale: the number of pods, by the scale subresource.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

@test "kubectl scale changes the size of a ReplicaSet" {
	p apply -f - >/dev/null <<-EOF
		apiVersion: apps/v1
		kind: ReplicaSet
		metadata: {name: web}
		spec:
		  replicas: 1
		$(template web)
	EOF
	run -0 k scale rs/web --replicas=2
	[ "$output" = "replicaset.apps/web scaled" ]
	p wait rs/web --for=jsonpath='{.status.readyReplicas}'=2
}

@test "kubectl scale changes the size of a Deployment" {
	deployment web 1
	run -0 k scale deployment web --replicas=2
	p rollout status deployment/web
	[ "$(path deployment/web '{.status.availableReplicas}')" = 2 ]
	k scale deployment web --replicas=0
	p wait deployment/web --for=jsonpath='{.status.observedGeneration}'="$(path deployment/web '{.metadata.generation}')"
	eventually test -z "$(p get pods -o name)" || p wait pod --all --for=delete
}

@test "kubectl scale --current-replicas only when it is so" {
	deployment web 1
	run -1 k scale deployment web --current-replicas=5 --replicas=2
	[[ $output == *"xpected replicas to be 5, was 1"* ]]
	k scale deployment web --current-replicas=1 --replicas=2
	[ "$(path deployment/web '{.spec.replicas}')" = 2 ]
}

@test "kubectl scale of what cannot be scaled, and below nothing" {
	configmap c
	run -1 k scale configmap/c --replicas=1
	[[ $output == *"the server could not find the requested resource"* || $output == *"cannot scale"* ]]
	deployment web 0
	run -1 k scale deployment web --replicas=-1
	[[ $output == *"--replicas=COUNT flag is required"* ]]
}

@test "kubectl 1.20 scales, too" {
	deployment web 0
	old scale deployment/web --replicas=1
	[ "$(path deployment/web '{.spec.replicas}')" = 1 ]
}
