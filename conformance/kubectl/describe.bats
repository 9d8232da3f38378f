#!/usr/bin/env bats
# kubectl describe: what an object is, and what happened to it. All tests look at the same objects.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/../lib/kubectl.bash"

bats_require_minimum_version 1.5.0

prepare() {
	pod a
	deployment web 1
	p apply -f - >/dev/null <<-EOF
		apiVersion: batch/v1
		kind: Job
		metadata: {name: j}
		spec:
		  template:
		    spec:
		      restartPolicy: Never
		      containers: [{name: main, image: $IMAGE, command: ["true"]}]
	EOF
	p wait job/j --for=condition=Complete
}

setup() {
	shared_namespace
}

@test "kubectl describe pod shows the container and its events" {
	run -0 k describe pod a
	[[ $output == *"Image:         $IMAGE"* ]]
	[[ $output == *"State:          Running"* ]]
	[[ $output == *Scheduled*"Successfully assigned $ns/a to "* ]]
	[[ $output == *"Started "*kubelet* ]]
}

@test "kubectl describe deployment names the ReplicaSet and tells of its scaling" {
	run -0 k describe deployment web
	[[ $output == *"25% max unavailable, 25% max surge"* ]]
	[[ $output == *"NewReplicaSet:"*"(1/1 replicas created)"* ]]
	[[ $output == *"Scaled up replica set web-"*" from 0 to 1"* ]]
}

@test "kubectl describe replicaset names its owner" {
	run -0 k describe replicaset -l app=web
	[[ $output == *"Controlled By:  Deployment/web"* ]]
	[[ $output == *"1 Running / 0 Waiting / 0 Succeeded / 0 Failed"* ]]
}

@test "kubectl describe job tells how it ended" {
	run -0 k describe job j
	[[ $output == *"0 Active (0 Ready) / 1 Succeeded / 0 Failed"* ]]
	[[ $output == *Completed*"Job completed"* ]]
}

@test "kubectl describe node lists the pods that run there" {
	run -0 kubectl describe node
	[[ $output == *"Non-terminated Pods:"*"shared "*" a "* ]]
	[[ $output == *"Ready "*"True"* ]]
}

@test "kubectl describe by a prefix, and of what is not there" {
	run -0 k describe pod web-
	[[ $output == *"Name:"*"web-"* ]]
	run -1 k describe pod none
	[[ $output == *'pods "none" not found'* ]]
}

@test "kubectl 1.20 describes, too" {
	run -0 old describe pod a
	[[ $output == *"State:          Running"* ]]
}
