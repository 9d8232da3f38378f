#!/usr/bin/env bats
# kubectl: a real kubectl works against podd over TLS with a token, by the kubeconfig that podctl prints.

# shellcheck source=conformance/lib/kubectl.bash
. "$BATS_TEST_DIRNAME/lib/kubectl.bash"

bats_require_minimum_version 1.5.0

# pod NAME SCRIPT: a pod that runs a shell script, made by kubectl create.
pod() {
	k create --validate=false -f - <<-EOF
		apiVersion: v1
		kind: Pod
		metadata: {name: $1, labels: {app: $1}}
		spec:
		  terminationGracePeriodSeconds: 1
		  containers:
		  - name: main
		    image: $IMAGE
		    command: [sh, -c, '$2']
	EOF
}

replicaset() {
	k create --validate=false -f - <<-EOF
		apiVersion: apps/v1
		kind: ReplicaSet
		metadata: {name: $1}
		spec:
		  replicas: $2
		  selector: {matchLabels: {app: $1}}
		  template:
		    metadata: {labels: {app: $1}}
		    spec:
		      terminationGracePeriodSeconds: 1
		      containers: [{name: main, image: $IMAGE, command: [sleep, "1000"]}]
	EOF
}

@test "kubectl get shows the node as Ready" {
	run -0 k get nodes --no-headers
	[[ $output == *" Ready "* ]]
}

@test "kubectl create makes a pod, and wait sees it become Ready" {
	run -0 pod a 'sleep 1000'
	[ "$output" = "pod/a created" ]
	run -0 k wait pod/a --for=condition=Ready --timeout=30s
	[ "$output" = "pod/a condition met" ]
	run -0 k get pods
	[[ ${lines[0]} == "NAME   READY   STATUS    RESTARTS   AGE" ]]
	[[ ${lines[1]} == "a      1/1     Running   0 "* ]]
}

@test "kubectl create a second time is refused as AlreadyExists" {
	pod a 'sleep 1000'
	run -1 pod a 'sleep 1000'
	[[ $output == *"(AlreadyExists)"*'pods "a" already exists' ]]
}

@test "kubectl create of a wrong pod names the field" {
	run -1 k create --validate=false -f - <<-EOF
		{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"},
		 "spec": {"containers": [{"name": "UPPER", "image": "x"}]}}
	EOF
	[[ $output == 'The Pod "a" is invalid: spec.containers[0].name: Invalid value: "UPPER"'* ]]
}

@test "kubectl get prints an object as YAML, JSON and by JSONPath" {
	pod a 'sleep 1000'
	run -0 k get pod a -o yaml
	[[ $output == *"kind: Pod"* && $output == *"restartPolicy: Always"* ]]
	run -0 k get pods -o jsonpath='{.items[*].spec.containers[0].image}'
	[ "$output" = "$IMAGE" ]
	run -0 k get pods -l app=a --field-selector metadata.name=a -o name
	[ "$output" = pod/a ]
}

@test "kubectl describe shows the container and what happened to it" {
	pod a 'sleep 1000'
	k wait pod/a --for=condition=Ready --timeout=30s
	run -0 k describe pod a
	[[ $output == *"Image:         $IMAGE"* ]]
	[[ $output == *"State:          Running"* ]]
	[[ $output == *Scheduled*"Successfully assigned $ns/a to "* ]]
	[[ $output == *"Started "*kubelet* ]]
}

@test "kubectl logs prints what the container wrote, and follows it to its end" {
	pod a 'echo one; echo two; sleep 1; echo three'
	k wait pod/a --for=condition=Ready --timeout=30s
	run -0 k logs a --tail=-1 --limit-bytes=4
	[ "$output" = one ]
	run -0 k logs -f a
	[ "$output" = $'one\ntwo\nthree' ]
}

@test "kubectl logs -p prints the instance before" {
	pod a 'echo life; [ -e /dev/shm/again ] && exec sleep 1000; touch /dev/shm/again; exit 3'
	podctl_ -n "$ns" wait pod/a --for=jsonpath='{.status.containerStatuses[0].restartCount}'=1
	k wait pod/a --for=condition=Ready --timeout=30s
	run -0 k logs -p a
	[ "$output" = life ]
}

@test "kubectl scale changes the number of pods" {
	replicaset web 1
	run -0 k scale rs/web --replicas=3
	[ "$output" = "replicaset.apps/web scaled" ]
	k wait pod -l app=web --for=condition=Ready --timeout=30s
	run -0 k get rs web -o jsonpath='{.spec.replicas} {.status.replicas}'
	[ "$output" = "3 3" ]
	run -0 k get pods -l app=web -o name
	[ "${#lines[@]}" -eq 3 ]
}

@test "kubectl delete waits until the pod is gone" {
	pod a 'trap "exit 0" TERM; while :; do sleep 0.1; done'
	k wait pod/a --for=condition=Ready --timeout=30s
	run -0 k delete pod a
	[ "$output" = 'pod "a" deleted' ]
	run -1 k get pod a
	[ "$output" = 'Error from server (NotFound): pods "a" not found' ]
}

@test "kubectl delete of a ReplicaSet takes its pods along" {
	replicaset web 2
	k wait pod -l app=web --for=condition=Ready --timeout=30s
	k delete rs web
	k wait pod -l app=web --for=delete --timeout=30s || [ -z "$(k get pods -o name)" ]
	run -0 k get pods -o name
	[ -z "$output" ]
}

@test "kubectl wait gives up when its time is over" {
	pod a 'sleep 1000'
	run -1 k wait pod/a --for=condition=Never --timeout=1s
	[[ $output == *"timed out waiting for the condition on pods/a"* ]]
}

@test "kubectl delete of a namespace takes everything in it along" {
	pod a 'sleep 1000'
	run -0 kubectl delete namespace "$ns" --timeout=30s
	run -1 kubectl get namespace "$ns"
	[[ $output == *"(NotFound)"* ]]
}

@test "A wrong token is turned away" {
	run -1 k --token=wrong get pods
	[[ $output == *"nauthorized"* || $output == *"must be logged in"* ]]
}
