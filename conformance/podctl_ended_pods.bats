#!/usr/bin/env bats
# podctl_ended_pods: how many pods that have ended are kept, against a podd of this file's own that keeps two.

podd_options=(--terminated-pod-gc-threshold 2)

# shellcheck source=conformance/lib/podctl.bash
. "$BATS_TEST_DIRNAME/lib/podctl.bash"

bats_require_minimum_version 1.5.0

# ends NAME CODE: makes a pod that ends with CODE, and waits for that.
ends() {
	p create -f - <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: $1}
		spec:
		  restartPolicy: Never
		  containers: [{name: c, image: localhost/podtest/busybox:v1, command: [sh, -c, "exit $2"]}]
	EOF
	p wait "pod/$1" --for=jsonpath='{.status.containerStatuses[0].state.terminated.exitCode}'="$2" --timeout=30s
}

@test "of the pods that have ended the newest are kept, however young the others are" { # GC-008
	for name in a b c; do ends "$name" 0; done
	ends d 1
	p wait pod/a pod/b --for=delete --timeout=30s
	run -0 p get pods -o jsonpath='{.items[*].metadata.name}'
	[ "$output" = "c d" ]
}

@test "pods that run are not counted" { # GC-008
	p create -f - <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: runs}
		spec:
		  terminationGracePeriodSeconds: 0
		  containers: [{name: c, image: localhost/podtest/busybox:v1, command: [sleep, "1000"]}]
	EOF
	p wait pod/runs --for=condition=Ready --timeout=30s
	for name in e f g; do ends "$name" 0; done
	p wait pod/e --for=delete --timeout=30s
	run -0 p get pod runs -o jsonpath='{.status.phase}'
	[ "$output" = Running ]
}
